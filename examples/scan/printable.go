package main

import (
	"strconv"
	"strings"
	"unicode"
)

// printable returns text that a terminal shows and does not obey. Whoever calls AWS chooses
// user agents and names, and may put escape sequences, line breaks or marks that turn the
// direction of writing into them: these become \x1b, \n and \u202e.
func printable(s string) string {
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

// printableLines is printable for each line of a text of our own that quotes others.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	return strings.Join(lines, "\n")
}

// maxShown is how many characters of one field are shown to people; the log has the rest.
const maxShown = 400

func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "…"
		}
	}
	return s
}
