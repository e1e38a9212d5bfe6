package ruletest

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
)

// A MutationReport says which mistakes in rules their cases would notice.
type MutationReport struct{ Rules []RuleMutants }

// A RuleMutants is what the cases of one rule notice.
type RuleMutants struct {
	Rule      string
	Killed    int
	Survivors []Mutant
}

// A Mutant is a rule with one thing changed.
type Mutant struct {
	Field        string // what was changed: "when", "match.event[2]", "exceptions[0]"
	What         string // how: "&& became ||", "dropped"
	Text         string // the condition as it became; "" when the change was not in a condition
	Line, Column int    // of the change in the rule's file; 0 for a rule built in Go
}

func (m Mutant) String() string {
	s := m.Field + at(m.Line, m.Column) + " " + m.What
	if m.Text != "" {
		s += ": " + oneLine(m.Text)
	}
	return s
}

// Mutate changes every rule below the root of fsys in one place at a time and runs its cases: a mutant of which
// none of them fails survives, and shows what no case looks at. It drops a conjunct or disjunct of
// a condition, exchanges && and ||, negates a test, moves a comparison over its bound, changes a
// literal; it drops the source, the event or the outcome of match, one name of several, an
// exception, the schedule. Mutants that do not compile, and those that plainly mean the same as
// the rule, do not count.
func Mutate(fsys fs.FS, opts ...Option) (*MutationReport, error) {
	s := settingsOf(fsys, opts)
	out := &MutationReport{}
	err := eachBench(fsys, s, func(b *bench) error {
		m, err := b.mutate()
		out.Rules = append(out.Rules, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (b *bench) mutate() (RuleMutants, error) {
	out := RuleMutants{Rule: b.rule.ID}
	events := make([][]*event.Event, len(b.rule.Tests))
	for i, c := range b.rule.Tests {
		var err error
		if events[i], err = Events(b.fsys, c); err != nil {
			return out, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	if c := b.failing(events); c != "" {
		return out, fmt.Errorf("the case %q fails as it is", c)
	}
	for _, m := range mutantsOf(b.rule) {
		mutated := &bench{settings: b.settings, rule: m.rule, lists: b.lists}
		var err error
		if mutated.set, err = mutated.compiled(nil); err != nil {
			continue
		}
		if mutated.failing(events) != "" {
			out.Killed++
			continue
		}
		m.Line, m.Column = b.rule.Locate(m.Field, m.offset)
		out.Survivors = append(out.Survivors, m.Mutant)
	}
	return out, nil
}

// failing is the name of the first case that fails, "" when there is none.
func (b *bench) failing(events [][]*event.Event) string {
	for i, c := range b.rule.Tests {
		set, err := b.setFor(c)
		if err != nil {
			return c.Name // the case gives what the mutant does not ask for
		}
		got, err := findings(set, events[i])
		if err != nil || wrong(c, got) != "" {
			return c.Name
		}
	}
	return ""
}

type mutant struct {
	Mutant
	rule   *rule.Rule
	offset int // in the field
}

func mutantsOf(r *rule.Rule) []mutant {
	var out []mutant
	add := func(field, what, text string, offset int, change func(*rule.Rule)) {
		changed := *r
		change(&changed)
		out = append(out, mutant{Mutant{Field: field, What: what, Text: text}, &changed, offset})
	}
	names := func(field string, list []string, of func(*rule.Rule) *[]string) {
		if len(list) > 0 {
			add(field, "dropped", "", 0, func(r *rule.Rule) { *of(r) = nil })
		}
		for i, name := range list {
			if len(list) > 1 {
				add(fmt.Sprintf("%s[%d]", field, i), "dropped "+name, "", 0, func(r *rule.Rule) { *of(r) = slices.Delete(slices.Clone(list), i, i+1) })
			}
		}
	}
	names("match.source", r.Match.Source, func(r *rule.Rule) *[]string { return &r.Match.Source })
	names("match.event", r.Match.Event, func(r *rule.Rule) *[]string { return &r.Match.Event })
	if r.Match.Outcome != rule.Any {
		add("match.outcome", "dropped", "", 0, func(r *rule.Rule) { r.Match.Outcome = rule.Any })
	}
	for _, m := range celenv.Mutants(r.When) {
		add("when", m.What, m.Text, m.Offset, func(r *rule.Rule) { r.When = m.Text })
	}
	mutantsOfMemory(r, add)
	if r.Active != nil {
		add("active", "dropped", "", 0, func(r *rule.Rule) { r.Active = nil })
	}
	for i, x := range r.Exceptions {
		field := fmt.Sprintf("exceptions[%d]", i)
		add(field, "dropped", "", 0, func(r *rule.Rule) { r.Exceptions = slices.Delete(slices.Clone(r.Exceptions), i, i+1) })
		for _, m := range celenv.Mutants(x.When) {
			add(field+".when", m.What, m.Text, m.Offset, func(r *rule.Rule) {
				r.Exceptions = slices.Clone(r.Exceptions)
				r.Exceptions[i].When = m.Text
			})
		}
	}
	return out
}

// Percent is how many of a hundred mutants were killed: 100 when there are none.
func (r *MutationReport) Percent() float64 {
	killed, of := r.count()
	return percent(killed, of)
}

func (r *MutationReport) count() (killed, of int) {
	for _, m := range r.Rules {
		killed, of = killed+m.Killed, of+m.Killed+len(m.Survivors)
	}
	return killed, of
}

// String is a table of the rules, with the mutants that survived.
func (r *MutationReport) String() string {
	var b strings.Builder
	for _, m := range r.Rules {
		of := m.Killed + len(m.Survivors)
		fmt.Fprintf(&b, "%6.1f %% %4d/%-4d %s\n", percent(m.Killed, of), m.Killed, of, m.Rule)
		for _, s := range m.Survivors {
			fmt.Fprintf(&b, "      %v\n", s)
		}
	}
	killed, of := r.count()
	fmt.Fprintf(&b, "%6.1f %% %4d/%-4d mutants killed in all\n", percent(killed, of), killed, of)
	return b.String()
}
