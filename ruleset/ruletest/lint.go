package ruletest

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/internal/template"
	"github.com/trailsift/trailsift/rule"
)

// Lint reads every rule below the root of fsys and fails t with each of their Warnings. Options are
// those of Run.
//
//	func TestLint(t *testing.T) { ruletest.Lint(t, os.DirFS("rules")) }
func Lint(t testing.TB, fsys fs.FS, opts ...Option) {
	t.Helper()
	for _, w := range warnings(read(t, fsys), settingsOf(fsys, opts)) {
		t.Error(w)
	}
}

// Warnings returns what rule.Lint finds and what it takes the cases of the rules to find: a
// placeholder of a message that prints nothing in any firing case names a field that the rule's
// events do not have. Sorted by file, line and column.
func Warnings(rules []*rule.Rule, opts ...Option) []*rule.Error {
	return warnings(rules, settingsOf(nil, opts))
}

func warnings(rules []*rule.Rule, s *settings) []*rule.Error {
	all := rule.Lint(rules...)
	for _, r := range rules {
		if r != nil {
			all = append(all, emptyPlaceholders(r, s)...)
		}
	}
	slices.SortStableFunc(all, func(a, b *rule.Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return all
}

// separator parts the values of placeholders; CloudTrail writes no such character.
const separator = "\x1f"

func emptyPlaceholders(r *rule.Rule, settings *settings) []*rule.Error {
	segments, errs := template.Parse(r.Message)
	segments = slices.DeleteFunc(segments, func(s template.Segment) bool { return s.Expr == "" })
	if len(segments) == 0 || len(errs) > 0 {
		return nil
	}
	var message strings.Builder
	for _, s := range segments {
		message.WriteString("{" + s.Expr + "}" + separator)
	}
	probe := *r
	probe.Message = message.String()

	b, err := newBench(&probe, settings)
	if err != nil {
		return nil // Run says why
	}
	fired := false
	empty := make([]bool, len(segments))
	for i := range empty {
		empty[i] = true
	}
	for _, c := range r.Tests {
		if !c.Match {
			continue
		}
		for _, m := range b.messages(c) {
			values := strings.Split(m, separator)
			if len(values) != len(segments)+1 {
				continue
			}
			fired = true
			for i := range empty {
				empty[i] = empty[i] && values[i] == "-" // what an absent value prints
			}
		}
	}
	var all []*rule.Error
	for i, s := range segments {
		if fired && empty[i] {
			all = append(all, r.Problem("message", r.Message, s.Offset, "",
				errors.New("{"+s.Expr+"} is empty in every case in which the rule fires")))
		}
	}
	return all
}

// messages are what the rule says in a case. A case that fails says nothing here: Run says why.
func (b *bench) messages(c rule.Test) []string {
	events, err := Events(b.fsys, c)
	if err != nil {
		return nil
	}
	set, err := b.setFor(c)
	if err != nil {
		return nil
	}
	found, err := findings(set, events)
	if err != nil {
		return nil
	}
	var out []string
	for _, f := range found {
		out = append(out, f.Message)
	}
	return out
}
