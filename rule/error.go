package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An Error is one thing wrong with one rule. Functions that report several join them with errors.Join, sorted by
// file, line and column; errors.As finds the first, [Errors] all of them.
type Error struct {
	File         string // "" for a rule built in Go
	Line, Column int    // from 1, columns in characters; 0 for a rule built in Go
	Rule         string // id of the rule, "" where the rule has none yet
	Field        string // path of the field: "severity", "match.event[1]", "exceptions[0].when"; "" for the file as a whole
	Hint         string // what was probably meant, "" when there is no guess
	Err          error

	excerpt string // the line of source in question, for a condition or a message
	caret   int    // index of the character of excerpt to point at
}

// Error returns one line,
//
//	file:line:column: rule: field: message (did you mean "hint"?)
//
// leaving out what is not known, and for conditions and messages two more: the source, and a caret under the place.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		b.WriteByte(':')
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	for _, part := range []string{e.Rule, e.Field} {
		if part != "" {
			e.space(&b)
			b.WriteString(part + ":")
		}
	}
	e.space(&b)
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString("invalid")
	}
	switch {
	case strings.Contains(e.Hint, " "):
		b.WriteString(" (" + e.Hint + ")")
	case e.Hint != "":
		b.WriteString(" (did you mean \"" + e.Hint + "\"?)")
	}
	if e.excerpt != "" {
		b.WriteString("\n" + pointAt(e.excerpt, e.caret))
	}
	return b.String()
}

func (e *Error) space(b *strings.Builder) {
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Errors returns every *Error in a tree of joined errors, in order.
func Errors(err error) []*Error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*Error); ok {
		return []*Error{e}
	}
	switch err := err.(type) {
	case interface{ Unwrap() []error }:
		var all []*Error
		for _, one := range err.Unwrap() {
			all = append(all, Errors(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		return Errors(err.Unwrap())
	}
	return nil
}

// around is how many characters of a source line are shown on either side of the caret.
const around = 90

// pointAt returns a line, cut to what lies around the caret, over a line with the caret.
func pointAt(line string, caret int) string {
	runes := []rune(line)
	caret = min(max(caret, 0), len(runes))
	start, end := 0, len(runes)
	for start < caret && (runes[start] == ' ' || runes[start] == '\t') {
		start++
	}
	prefix, suffix := "", ""
	if caret-start > around {
		start, prefix = caret-around, "..."
	}
	if end-caret > around {
		end, suffix = caret+around, "..."
	}
	indent := []rune("    " + prefix)
	for i := range indent {
		indent[i] = ' '
	}
	for _, r := range runes[start:caret] {
		if r != '\t' {
			r = ' '
		}
		indent = append(indent, r)
	}
	return "    " + prefix + strings.TrimRight(string(runes[start:end]), " \t") + suffix + "\n" + string(indent) + "^"
}

// maxErrors bounds what is reported of one rule. Whoever writes a rule has given up long before; a file that is no
// rule, or one made to be slow, costs no more than that.
const maxErrors = 500

// bounded sorts the errors of one rule by place and cuts them off, with a word, beyond maxErrors.
func bounded(errs []*Error) []*Error {
	sortByPlace(errs)
	if len(errs) < maxErrors {
		return errs
	}
	last := *errs[maxErrors-1]
	last.Field, last.Hint, last.excerpt = "", "", ""
	last.Err = fmt.Errorf("more than %d errors: the rest is not shown", maxErrors-1)
	return append(errs[:maxErrors-1:maxErrors-1], &last)
}

func sortByPlace(errs []*Error) {
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// join sorts errors by place and joins them; nil when there are none.
func join(errs []*Error) error {
	sortByPlace(errs)
	list := make([]error, len(errs))
	for i, e := range errs {
		list[i] = e
	}
	return errors.Join(list...)
}
