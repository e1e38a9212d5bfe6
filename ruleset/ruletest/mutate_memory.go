package ruletest

import (
	"fmt"
	"slices"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/rule"
)

// mutantsOfMemory changes what a rule makes of many events: a part of its grouping, its conditions, its steps.
func mutantsOfMemory(r *rule.Rule, add func(field, what, text string, offset int, change func(*rule.Rule))) {
	condition := func(field, src string, vars []celenv.Var, set func(r *rule.Rule, src string)) {
		scope := celenv.Scope{Vars: vars}
		for _, m := range celenv.MutantsIn(src, scope) {
			if vars != nil && celenv.CheckRising(m.Text, scope) != nil {
				continue // a rule cannot say that
			}
			add(field, m.What, m.Text, m.Offset, func(r *rule.Rule) { set(r, m.Text) })
		}
	}
	without := func(list []string, i int) []string { return slices.Delete(slices.Clone(list), i, i+1) }
	switch {
	case r.Aggregate != nil:
		edit := func(change func(*rule.Aggregate)) func(*rule.Rule) {
			return func(r *rule.Rule) {
				a := *r.Aggregate
				change(&a)
				r.Aggregate = &a
			}
		}
		condition("aggregate.having", r.Aggregate.Having, measure.Vars(r.Aggregate.Let), func(r *rule.Rule, src string) {
			edit(func(a *rule.Aggregate) { a.Having = src })(r)
		})
		condition("aggregate.trigger", r.Aggregate.Trigger, nil, func(r *rule.Rule, src string) {
			edit(func(a *rule.Aggregate) { a.Trigger = src })(r)
		})
		for i := range r.Aggregate.By {
			add(fmt.Sprintf("aggregate.by[%d]", i), "dropped", "", 0, edit(func(a *rule.Aggregate) { a.By = without(a.By, i) }))
		}
	case r.Sequence != nil:
		for i, s := range r.Sequence.Steps {
			edit := func(change func(*rule.Step)) func(*rule.Rule) {
				return func(r *rule.Rule) {
					q := *r.Sequence
					q.Steps = slices.Clone(q.Steps)
					change(&q.Steps[i])
					r.Sequence = &q
				}
			}
			field := fmt.Sprintf("sequence.steps[%d]", i)
			condition(field+".when", s.When, nil, func(r *rule.Rule, src string) { edit(func(s *rule.Step) { s.When = src })(r) })
			if len(s.Match.Event) > 0 {
				add(field+".match.event", "dropped", "", 0, edit(func(s *rule.Step) { s.Match.Event = nil }))
			}
			if s.Match.Outcome != rule.Any {
				add(field+".match.outcome", "dropped", "", 0, edit(func(s *rule.Step) { s.Match.Outcome = rule.Any }))
			}
			if len(r.Sequence.Steps) > 2 {
				add(field, "dropped", "", 0, func(r *rule.Rule) {
					q := *r.Sequence
					q.Steps = slices.Delete(slices.Clone(q.Steps), i, i+1)
					r.Sequence = &q
				})
			}
		}
	case r.NewTerms != nil:
		for i := range r.NewTerms.Fields {
			add(fmt.Sprintf("new_terms.fields[%d]", i), "dropped", "", 0, func(r *rule.Rule) {
				n := *r.NewTerms
				n.Fields = without(n.Fields, i)
				r.NewTerms = &n
			})
		}
	case r.Anomaly != nil:
		condition("anomaly.trigger", r.Anomaly.Trigger, nil, func(r *rule.Rule, src string) {
			a := *r.Anomaly
			a.Trigger = src
			r.Anomaly = &a
		})
	}
}
