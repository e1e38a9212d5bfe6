package rule

import (
	"bytes"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/yamltree"
)

// An Option says what Parse, ReadFS and Validate need not look at.
type Option interface{ apply(*options) }

type options struct {
	skipTests       bool
	skipExpressions bool
}

type option func(*options)

func (f option) apply(o *options) { f(o) }

func optionsOf(opts []Option) options {
	var o options
	for _, f := range opts {
		f.apply(&o)
	}
	return o
}

// SkipTests leaves out a rule's tests: Tests is nil. Most of a rule file is its tests, and a program
// that only evaluates rules starts faster without them.
func SkipTests() Option { return option(func(o *options) { o.skipTests = true }) }

// SkipExpressions leaves conditions, placeholders and grouping unchecked. It is for rules that are
// compiled next: ruleset.Compile checks the same and reports the same errors.
func SkipExpressions() Option { return option(func(o *options) { o.skipExpressions = true }) }

// withoutTests blanks the lines of the key tests, so that the other lines keep their numbers. What it takes for that key
// may be a line inside a quoted text, and an anchor in the tests may be used elsewhere. It therefore returns the lines
// on which it ends: see unblanked.
func withoutTests(data []byte) (out []byte, ends []int) {
	var b strings.Builder
	b.Grow(len(data))
	skipping, number := false, 0
	for line := range bytes.Lines(data) {
		number++
		if len(line) > 0 && !strings.ContainsRune(" \t\r\n#-", rune(line[0])) { // a key of the rule
			was := skipping
			if skipping = bytes.HasPrefix(line, []byte("tests:")); was && !skipping {
				ends = append(ends, number)
			}
		}
		if skipping {
			b.WriteByte('\n')
		} else {
			b.Write(line)
		}
	}
	return []byte(b.String()), ends
}

// unblanked reports whether a key of the rule starts on each of the lines on which withoutTests ends. A text or a
// list that goes on there, as it does around what only looked like the tests, is no key.
func unblanked(doc *yamltree.Document, ends []int) bool {
	for _, line := range ends {
		if !slices.ContainsFunc(doc.Root.Keys, func(key *yamltree.Node) bool { return key.Line == line && key.Column == 1 }) {
			return false
		}
	}
	return true
}
