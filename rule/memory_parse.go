package rule

import (
	"maps"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/internal/yamltree"
)

func (d *decoder) aggregate(n *yamltree.Node, field string) *Aggregate {
	a := &Aggregate{}
	d.mapping(n, field, fields{
		"by":     func(n *yamltree.Node, field string) { a.By = d.grouping(n, field) },
		"window": d.setSpan(&a.Window),
		"let": func(n *yamltree.Node, field string) {
			a.Let = map[string]string{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { a.Let[key.Text] = d.text(value, field) })
		},
		"having":  d.setText(&a.Having),
		"trigger": d.setText(&a.Trigger),
	})
	return a
}

func (d *decoder) sequence(n *yamltree.Node, field string) *Sequence {
	s := &Sequence{}
	d.mapping(n, field, fields{
		"by":     func(n *yamltree.Node, field string) { s.By = d.grouping(n, field) },
		"within": d.setSpan(&s.Within),
		"steps": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) {
				var step Step
				d.mapping(n, field, fields{
					"name":  d.setText(&step.Name),
					"match": func(n *yamltree.Node, field string) { d.match(n, field, &step.Match) },
					"when":  d.setText(&step.When),
					"by":    func(n *yamltree.Node, field string) { step.By = d.grouping(n, field) },
				})
				s.Steps = append(s.Steps, step)
			})
		},
	})
	return s
}

func (d *decoder) newTerms(n *yamltree.Node, field string) *NewTerms {
	t := &NewTerms{}
	d.mapping(n, field, fields{"fields": func(n *yamltree.Node, field string) { t.Fields = d.oneOrMore(n, field) }, "history": d.setSpan(&t.History), "learning": d.setSpan(&t.Learning)})
	return t
}

func (d *decoder) anomaly(n *yamltree.Node, field string) *Anomaly {
	a := &Anomaly{}
	bound := func(to *Bound) func(*yamltree.Node, string) {
		return func(n *yamltree.Node, field string) { *to = Bound(d.text(n, field)) }
	}
	d.mapping(n, field, fields{
		"function": func(n *yamltree.Node, field string) {
			a.Function = AnomalyFunction(d.text(n, field))
			if !slices.Contains(anomalyFunctions, string(a.Function)) && !d.failed[field] {
				d.fail(n, field, nearest.Name(string(a.Function), anomalyFunctions), "unknown function %q, the functions are %s", a.Function, strings.Join(anomalyFunctions, ", "))
			}
		},
		"of":          d.setText(&a.Of),
		"by":          func(n *yamltree.Node, field string) { a.By = d.grouping(n, field) },
		"bucket":      d.setSpan(&a.Bucket),
		"history":     d.setSpan(&a.History),
		"learning":    d.setSpan(&a.Learning),
		"min_buckets": bound(&a.MinBuckets),
		"max_share":   bound(&a.MaxShare),
		"deviations":  bound(&a.Deviations),
		"at_least":    bound(&a.AtLeast),
		"trigger":     d.setText(&a.Trigger),
	})
	return a
}

// grouping is never nil: an empty list is one group for all events.
func (d *decoder) grouping(n *yamltree.Node, field string) []string {
	return append([]string{}, d.oneOrMore(n, field)...)
}

func (d *decoder) setSpan(to *Span) func(*yamltree.Node, string) {
	return func(n *yamltree.Node, field string) { *to = Span(d.text(n, field)) }
}

// letNames are the names of measures, in order.
func (a *Aggregate) letNames() []string { return slices.Sorted(maps.Keys(a.Let)) }
