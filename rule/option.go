package rule

import (
	"bytes"
	"strings"
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

// withoutTests blanks the lines of the key tests, so that the other lines keep their numbers.
func withoutTests(data []byte) []byte {
	var out strings.Builder
	out.Grow(len(data))
	skipping := false
	for line := range bytes.Lines(data) {
		if len(line) > 0 && !strings.ContainsRune(" \t\r\n#-", rune(line[0])) { // a key of the rule
			skipping = bytes.HasPrefix(line, []byte("tests:"))
		}
		if skipping {
			out.WriteByte('\n')
		} else {
			out.Write(line)
		}
	}
	return []byte(out.String())
}
