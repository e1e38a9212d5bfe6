// Package plain makes texts that a terminal shows and does not obey.
package plain

import (
	"strconv"
	"strings"
	"unicode"
)

// Text returns text that a terminal shows and does not obey. Whoever calls AWS chooses
// user agents and names, and may put escape sequences, line breaks or marks that turn the
// direction of writing into them: these become \x1b, \n and \u202e.
func Text(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// Lines is Text for each line of a text of our own that quotes others.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Text(line)
	}
	return strings.Join(lines, "\n")
}
