package ruletest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/template"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A bench holds one rule, compiled once for all of its cases.
type bench struct {
	*settings
	rule  *rule.Rule
	lists []string // names that the rule asks for
	set   *ruleset.Set
}

func newBench(r *rule.Rule, s *settings) (*bench, error) {
	b := &bench{settings: s, rule: r}
	if len(s.lists)+len(s.tunings) > 0 {
		b.lists = listsOf(r)
	}
	var err error
	b.set, err = b.compiled(nil)
	return b, err
}

// compile compiles rules with the lists of those names and with schedules.
func (s *settings) compile(rules []*rule.Rule, lists []string, schedules map[string]rule.Schedule) (*ruleset.Set, error) {
	var opts []ruleset.Option
	for _, name := range lists {
		opts = append(opts, ruleset.WithList(name, s.lists[name]...))
	}
	for _, name := range slices.Sorted(maps.Keys(schedules)) {
		opts = append(opts, ruleset.WithSchedule(name, schedules[name]))
	}
	return ruleset.Compile(rules, opts...)
}

// compiled is the set of the rule alone, with what the options give and it asks for. A rule that is
// off by default is on.
func (b *bench) compiled(schedules map[string]rule.Schedule) (*ruleset.Set, error) {
	merged := maps.Clone(schedules)
	if a := b.rule.Active; a != nil {
		name := a.Inside + a.Outside
		if s, ok := b.schedules[name]; ok && merged[name].Windows == nil {
			if merged == nil {
				merged = map[string]rule.Schedule{}
			}
			merged[name] = s
		}
	}
	var lists []string
	for _, name := range b.lists {
		if _, ok := b.settings.lists[name]; ok {
			lists = append(lists, name)
		}
	}
	set, err := b.compile([]*rule.Rule{enabled(b.rule)}, lists, merged)
	if err != nil {
		return nil, err
	}
	return set.Tune(b.tuned()...)
}

// tuned are the tunings of the rule, without what they say to others.
func (b *bench) tuned() []rule.Tuning {
	var out []rule.Tuning
	for _, t := range b.tunings {
		if !t.Target.Matches(b.rule) {
			continue
		}
		t.Target = rule.Target{IDs: []string{b.rule.ID}}
		t.Lists = maps.Clone(t.Lists)
		maps.DeleteFunc(t.Lists, func(name string, _ []string) bool { return !slices.Contains(b.lists, name) })
		t.Params = maps.Clone(t.Params)
		maps.DeleteFunc(t.Params, func(name string, _ any) bool { _, ok := b.rule.Params[name]; return !ok })
		if t.Validate() == nil { // else nothing is left of it
			out = append(out, t)
		}
	}
	return out
}

// setFor is the set in which a case is judged.
func (b *bench) setFor(c rule.Test) (*ruleset.Set, error) {
	set := b.set
	if len(c.Schedules) > 0 {
		var err error
		if set, err = b.compiled(c.Schedules); err != nil {
			return nil, err
		}
	}
	if len(c.Lists)+len(c.Params) == 0 {
		return set, nil
	}
	return set.Tune(rule.Tuning{Target: rule.Target{IDs: []string{b.rule.ID}}, Lists: c.Lists, Params: c.Params})
}

// findings judges events in their order. Findings in shadow mode count as others do. A fault is an
// error: there is no verdict.
func findings(set *ruleset.Set, events []*event.Event) ([]ruleset.Finding, error) {
	var all []ruleset.Finding
	for _, ev := range events {
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			return nil, err
		}
		if len(result.Faults) > 0 {
			return nil, result.Faults[0]
		}
		all = append(append(all, result.Findings...), result.Shadow...)
	}
	return all, nil
}

// scanned judges the events as records of a log file, and returns the ids of the findings.
func scanned(set *ruleset.Set, events []*event.Event) ([]string, error) {
	var records, ids []string
	for _, ev := range events {
		records = append(records, string(ev.Raw()))
	}
	log := `{"Records":[` + strings.Join(records, ",") + `]}`
	for result, err := range set.Scan(context.Background(), strings.NewReader(log)) {
		if err != nil {
			return nil, err
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			ids = append(ids, f.ID)
		}
	}
	return ids, nil
}

// verdict judges a case both ways, which must agree.
func verdict(set *ruleset.Set, events []*event.Event) ([]ruleset.Finding, error) {
	got, err := findings(set, events)
	if err != nil {
		return nil, err
	}
	fromLog, err := scanned(set, events)
	if err != nil {
		return nil, fmt.Errorf("the records in a log file: %w", err)
	}
	if !slices.EqualFunc(got, fromLog, func(f ruleset.Finding, id string) bool { return f.ID == id }) {
		return nil, fmt.Errorf("evaluated, the events give %d findings, scanned in a log file %d, or others", len(got), len(fromLog))
	}
	return got, nil
}

var errOff = errors.New("a tuning turns the rule off")

// listsOf are the names of the lists that a rule declares or asks for.
func listsOf(r *rule.Rule) []string {
	names := slices.Collect(maps.Keys(r.Lists))
	expressions := append([]string{r.When}, r.GroupBy...)
	for _, x := range r.Exceptions {
		expressions = append(expressions, x.When)
	}
	segments, _ := template.Parse(r.Message)
	for _, s := range segments {
		expressions = append(expressions, s.Expr)
	}
	for _, src := range expressions {
		if p, issues := celenv.Compile(src, celenv.Scope{}, false); issues == nil {
			names = append(names, p.Lists()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
