package ruletest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/internal/template"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A bench holds one rule, compiled once for all of its cases.
type bench struct {
	*settings
	rule  *rule.Rule
	lists []string // names that the rule asks for
	set   *ruleset.Set
	known map[string]rule.Answers // what lookups answer in the case at hand
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
func (s *settings) compile(rules []*rule.Rule, lists []string, schedules map[string]rule.Schedule, opts ...ruleset.Option) (*ruleset.Set, error) {
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
	opts := []ruleset.Option{ruleset.ObservedSince(longAgo)}
	for _, name := range b.rule.Needs {
		opts = append(opts, ruleset.WithLookup(name, func(key string) (map[string]any, bool) {
			answer, ok := b.known[name][key]
			return answer, ok
		}))
	}
	set, err := b.compile([]*rule.Rule{enabled(b.rule)}, lists, merged, opts...)
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

// longAgo is since when there have been events, for rules that learn: no case is to wait for that.
var longAgo = time.Unix(1, 0)

// setFor is the set in which a case is judged, until that of another is asked for.
func (b *bench) setFor(c rule.Test) (*ruleset.Set, error) {
	set := b.set
	b.known = c.Lookups
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

// fresh is the set with nothing in its memory.
func fresh(set *ruleset.Set) *ruleset.Set {
	if set.Store() == nil {
		return set
	}
	return set.WithStore(state.NewMemory(state.Limits{}))
}

// findings judges events in their order, with nothing to remember from before. Findings in shadow mode count as
// others do, and a finding that is given out again does not count again. A fault is an error: there is no verdict.
func findings(set *ruleset.Set, events []*event.Event) ([]ruleset.Finding, error) {
	var all []ruleset.Finding
	set = fresh(set)
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
	return slices.DeleteFunc(all, again()), nil
}

// again tells which findings of a rule with memory were given out before. Other rules have one for each event.
func again() func(ruleset.Finding) bool {
	seen := map[string]bool{}
	return func(f ruleset.Finding) bool {
		was := seen[f.ID]
		seen[f.ID] = true
		return was && f.Episode != nil
	}
}

// scanned judges the events as records of a log file, and returns the ids of the findings.
func scanned(set *ruleset.Set, events []*event.Event) ([]string, error) {
	var records, ids []string
	for _, ev := range events {
		records = append(records, string(ev.Raw()))
	}
	log := `{"Records":[` + strings.Join(records, ",") + `]}`
	repeats := again()
	for result, err := range fresh(set).Scan(context.Background(), strings.NewReader(log)) {
		if err != nil {
			return nil, err
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			if !repeats(f) {
				ids = append(ids, f.ID)
			}
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
	return got, inAnyOrder(set, events, got)
}

var errOff = errors.New("a tuning turns the rule off")

// listsOf are the names of the lists that a rule declares or asks for.
func listsOf(r *rule.Rule) []string {
	names := slices.Collect(maps.Keys(r.Lists))
	expressions := append([]string{r.When}, r.GroupBy...)
	expressions = append(expressions, ofMemory(r)...)
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

// ofMemory are the conditions of a rule with memory over one event.
func ofMemory(r *rule.Rule) []string {
	var out []string
	for _, c := range memoryConditions(r) {
		out = append(out, c.src)
	}
	if r.Aggregate != nil {
		for _, src := range r.Aggregate.Let {
			if m, err := measure.Parse(src); err == nil {
				out = append(out, m.Arg)
			}
		}
	}
	return out
}

// A condition is one that stands in a field of a rule.
type condition struct {
	field, src string
	step       *rule.Step // whose condition it is, if it is one's
}

// memoryConditions are those of triggers and steps.
func memoryConditions(r *rule.Rule) []condition {
	var out []condition
	switch {
	case r.Aggregate != nil:
		out = append(out, condition{"aggregate.trigger", r.Aggregate.Trigger, nil})
	case r.Anomaly != nil:
		out = append(out, condition{"anomaly.trigger", r.Anomaly.Trigger, nil})
	case r.Sequence != nil:
		for i := range r.Sequence.Steps {
			s := &r.Sequence.Steps[i]
			out = append(out, condition{fmt.Sprintf("sequence.steps[%d].when", i), s.When, s})
		}
	}
	return slices.DeleteFunc(out, func(c condition) bool { return strings.TrimSpace(c.src) == "" })
}
