// Package nearest guesses which known name a misspelt one was meant to be.
package nearest

import (
	"strings"
	"unicode/utf8"
)

// longest is the length, in bytes, beyond which nobody means a name.
const longest = 100

// Name returns the element of names closest to got, or "" when none is close enough to be worth suggesting.
//
// Close means: equal but for case; or the name of which got is the only beginning; or at most a third of the
// longer one's characters away, where an insertion, a deletion, a replacement and a swap of neighbours count
// one each. Of equally close names the first wins, so a sorted list gives a stable answer.
func Name(got string, names []string) string {
	if got == "" || len(got) > longest {
		return ""
	}
	folded := []rune(strings.ToLower(got))
	best, bestDistance := "", -1
	for _, name := range names {
		if name == "" || len(name) > longest {
			continue
		}
		other := []rune(strings.ToLower(name))
		bound := max(1, max(len(folded), len(other))/3)
		if bestDistance >= 0 {
			bound = min(bound, bestDistance-1)
		}
		if min(len(folded), len(other)) < 2 && bound > 0 {
			bound = 0 // one letter resembles every other letter
		}
		if d, ok := distance(folded, other, bound); ok {
			best, bestDistance = name, d
			if d == 0 {
				return best
			}
		}
	}
	if best != "" {
		return best
	}
	return completion(got, names)
}

// completion returns the only name that starts with got.
func completion(got string, names []string) string {
	if utf8.RuneCountInString(got) < 3 {
		return ""
	}
	found := ""
	for _, name := range names {
		if len(name) > len(got) && strings.EqualFold(name[:len(got)], got) {
			if found != "" && found != name {
				return ""
			}
			found = name
		}
	}
	return found
}

// distance is the optimal string alignment distance of a and b; ok is false when it exceeds bound.
func distance(a, b []rune, bound int) (d int, ok bool) {
	if bound < 0 || len(a)-len(b) > bound || len(b)-len(a) > bound {
		return 0, false
	}
	before := make([]int, len(b)+1) // two rows up, for swaps
	above := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	d = above[len(b)]
	return d, d <= bound
}
