package ruletest

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/glob"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A CoverageReport says which branches of conditions the cases of rules take.
type CoverageReport struct{ Rules []RuleCoverage }

// A RuleCoverage is what the cases of one rule take.
type RuleCoverage struct {
	Rule  string
	Parts []PartCoverage
}

// A PartCoverage is a part of a condition that is true or false, whole conditions and the tests
// inside loops included. It has two branches.
type PartCoverage struct {
	Field        string // "when", "exceptions[0].when", "sequence.steps[1].when"
	Text         string
	Line, Column int // in the rule's file; 0 for a rule built in Go
	True, False  int // how often it was, turns of loops counted one by one
}

// Coverage runs the cases of every rule below the root of fsys and reports what of the conditions
// and of the exceptions they exercised: each part that is a test should have been true in some case and false in
// another. A part counts only when the verdict hung on it: the rule's match held, and a part
// before it did not settle the matter. The condition of a step counts where the step's match holds, a trigger where
// the rule takes the event up. Match itself is left to Mutate.
func Coverage(fsys fs.FS, opts ...Option) (*CoverageReport, error) {
	s := settingsOf(fsys, opts)
	out := &CoverageReport{}
	err := eachBench(fsys, s, func(b *bench) error {
		c, err := b.coverage()
		out.Rules = append(out.Rules, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// eachBench prepares every rule below the root of fsys that is not tuned off.
func eachBench(fsys fs.FS, s *settings, do func(*bench) error) error {
	rules, err := rule.ReadFS(fsys, ".")
	if err != nil {
		return err
	}
	if err := s.given(rules); err != nil {
		return err
	}
	for _, r := range rules {
		b, err := newBench(r, s)
		if err == nil && len(b.set.Rules()) > 0 {
			err = do(b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.ID, err)
		}
	}
	return nil
}

// A traced condition counts what its parts yield.
type traced struct {
	field   string
	program *celenv.Program
	trace   *celenv.Trace
	src     string
}

func (b *bench) coverage() (RuleCoverage, error) {
	out := RuleCoverage{Rule: b.rule.ID}
	var conditions []*traced
	add := func(field, src string) error {
		if strings.TrimSpace(src) == "" {
			conditions = append(conditions, nil)
			return nil
		}
		p, trace, issues := celenv.CompileTraced(src, celenv.Scope{}, true)
		if issues != nil { // which a rule that compiles has not
			return fmt.Errorf("%s: %s", field, issues[0].Message)
		}
		conditions = append(conditions, &traced{field, p, trace, src})
		return nil
	}
	err := add("when", b.rule.When)
	for i, x := range b.rule.Exceptions {
		if err == nil {
			err = add(fmt.Sprintf("exceptions[%d].when", i), x.When)
		}
	}
	for _, c := range memoryConditions(b.rule) {
		if err == nil {
			err = add(c.field, c.src)
		}
	}
	if err != nil {
		return out, err
	}
	for _, c := range b.rule.Tests {
		if err := b.exercise(c, conditions); err != nil {
			return out, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	for _, t := range conditions {
		if t == nil {
			continue
		}
		for i, part := range t.trace.Parts {
			if !part.Boolean {
				continue
			}
			n := t.trace.Counts(i)
			p := PartCoverage{Field: t.field, Text: oneLine(part.Text), True: n.True, False: n.False}
			p.Line, p.Column = b.rule.Locate(t.field, part.Offset)
			out.Parts = append(out.Parts, p)
		}
	}
	return out, nil
}

// exercise evaluates what the verdict over each event of the case hangs on.
func (b *bench) exercise(c rule.Test, conditions []*traced) error {
	events, err := Events(b.fsys, c)
	if err != nil {
		return err
	}
	set, err := b.setFor(c)
	if err != nil {
		return err
	}
	for _, ev := range events {
		x, err := set.Explain(context.Background(), b.rule.ID, ev)
		if err != nil {
			return err
		}
		if err := b.follow(x, c, ev, conditions); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) follow(x *ruleset.Explanation, c rule.Test, ev *event.Event, conditions []*traced) error {
	asked := []bool{x.Condition != nil}
	for i := range b.rule.Exceptions { // a tuning may have added more
		asked = append(asked, i < len(x.Exceptions) && x.Exceptions[i].Condition != nil)
	}
	for _, c := range memoryConditions(b.rule) {
		if c.step != nil {
			asked = append(asked, len(x.Steps) > 0 && matches(c.step.Match, ev))
		} else {
			asked = append(asked, x.Matched)
		}
	}
	var f celenv.Frame
	f.Reset(ev)
	for i, t := range conditions {
		if t == nil || i >= len(asked) || !asked[i] {
			continue
		}
		if _, err := t.program.EvalTraced(&f, b.bindings(t.program, c), t.trace); err != nil {
			return fmt.Errorf("%s: %w", t.field, err)
		}
	}
	return nil
}

// matches tells whether an event is one that m asks for.
func matches(m rule.Match, ev *event.Event) bool {
	in := func(patterns []string, s string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return glob.Match(p, s) })
	}
	name := in(m.Event, ev.EventName)
	if len(m.Source) > 0 && in(m.Source, "lambda.amazonaws.com") { // as package rule documents
		name = name || in(m.Event, celenv.Undated(ev.EventName))
	}
	return in(m.Source, ev.EventSource) && name && (m.Outcome == rule.Any || string(m.Outcome) == string(ev.Outcome()))
}

// bindings are the values of a program's lists and parameters in a case: the case's, the tunings',
// the options', the rule's.
func (b *bench) bindings(p *celenv.Program, c rule.Test) *celenv.Bindings {
	out := new(celenv.Bindings)
	tunings := append(b.tuned(), rule.Tuning{Lists: c.Lists, Params: c.Params})
	slices.Reverse(tunings)
	for _, name := range p.Lists() {
		list, ok := b.settings.lists[name]
		if !ok {
			list = b.rule.Lists[name].Default
		}
		if i := slices.IndexFunc(tunings, func(t rule.Tuning) bool { return t.Lists[name] != nil }); i >= 0 {
			list = tunings[i].Lists[name]
		}
		out.Lists = append(out.Lists, celenv.NewList(list))
	}
	for _, name := range p.Params() {
		param := b.rule.Params[name]
		value := param.Default
		if i := slices.IndexFunc(tunings, func(t rule.Tuning) bool { return t.Params[name] != nil }); i >= 0 {
			if v, err := param.Type.Value(tunings[i].Params[name]); err == nil {
				value = v
			}
		}
		out.Params = append(out.Params, celenv.FromGo(value))
	}
	for _, name := range p.Lookups() {
		out.Lookups = append(out.Lookups, func(key string) (map[string]any, bool) {
			answer, ok := c.Lookups[name][key]
			return answer, ok
		})
	}
	return out
}

// Taken returns how many branches were taken, of how many.
func (c RuleCoverage) Taken() (taken, of int) {
	for _, p := range c.Parts {
		taken += min(p.True, 1) + min(p.False, 1)
	}
	return taken, 2 * len(c.Parts)
}

// Percent is how many of a hundred branches were taken: 100 when there are none.
func (r *CoverageReport) Percent() float64 {
	taken, of := 0, 0
	for _, c := range r.Rules {
		t, o := c.Taken()
		taken, of = taken+t, of+o
	}
	return percent(taken, of)
}

func percent(some, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(some) / float64(of)
}

// String is a table of the rules that have conditions, with the branches that no case takes.
func (r *CoverageReport) String() string {
	var b strings.Builder
	taken, of := 0, 0
	for _, c := range r.Rules {
		t, o := c.Taken()
		taken, of = taken+t, of+o
		if o == 0 {
			continue
		}
		fmt.Fprintf(&b, "%6.1f %% %4d/%-4d %s\n", percent(t, o), t, o, c.Rule)
		for _, p := range c.Parts {
			var never []string
			if p.True == 0 {
				never = append(never, "true")
			}
			if p.False == 0 {
				never = append(never, "false")
			}
			if never != nil {
				fmt.Fprintf(&b, "      %s%s never %s: %s\n", p.Field, at(p.Line, p.Column), strings.Join(never, ", never "), p.Text)
			}
		}
	}
	fmt.Fprintf(&b, "%6.1f %% %4d/%-4d branches in all\n", percent(taken, of), taken, of)
	return b.String()
}

func at(line, column int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d:%d)", line, column)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
