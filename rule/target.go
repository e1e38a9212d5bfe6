package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A Target chooses rules: those that have, for each field that is not empty, one of its values.
// The zero Target chooses every rule.
type Target struct {
	IDs      []string // id
	Tags     []string // tag
	Services []string // service: a source of match, "iam.amazonaws.com", or its first word, "iam"
	Attack   []string // attack: a tactic, a technique (its sub-techniques included), or a pair as rules write it
	Sources  []string // source: a published detection, "falco:Create Group", or all of a publisher, "falco"
}

// Matches reports whether t chooses r.
func (t Target) Matches(r *Rule) bool {
	for _, f := range t.facets() {
		if len(f.want) > 0 && !slices.ContainsFunc(f.of(r), func(v string) bool { return slices.Contains(f.want, v) }) {
			return false
		}
	}
	return true
}

// Unknown returns an error that names the first value that none of the rules has, with the
// nearest one that some rule has; nil when there is none.
func (t Target) Unknown(rules []*Rule) error {
	for _, f := range t.facets() {
		if len(f.want) == 0 {
			continue
		}
		var all []string
		for _, r := range rules {
			all = append(all, f.of(r)...)
		}
		for _, v := range f.want {
			if slices.Contains(all, v) {
				continue
			}
			err := fmt.Errorf("no rule has the %s %q", f.name, v)
			if hint := nearest.Name(v, all); hint != "" {
				err = fmt.Errorf("%w (did you mean %q?)", err, hint)
			}
			return err
		}
	}
	return nil
}

// A facet is one way to choose rules: the values wanted, and those that a rule has.
type facet struct {
	name string
	want []string
	of   func(*Rule) []string
}

func (t Target) facets() []facet {
	return []facet{
		{"id", t.IDs, func(r *Rule) []string { return []string{r.ID} }},
		{"tag", t.Tags, func(r *Rule) []string { return r.Tags }},
		{"service", t.Services, func(r *Rule) []string { return withParts(r.Match.Source, ".") }},
		{"tactic or technique", t.Attack, func(r *Rule) []string {
			var out []string
			for _, a := range r.Attack {
				technique, _, _ := strings.Cut(a.Technique, ".")
				out = append(out, a.Tactic, technique, a.Technique, a.String())
			}
			return out
		}},
		{"source", t.Sources, func(r *Rule) []string { return withParts(r.Sources, ":") }},
	}
}

// withParts adds to each text what stands before the first sep in it.
func withParts(texts []string, sep string) []string {
	out := slices.Clone(texts)
	for _, s := range texts {
		if first, _, ok := strings.Cut(s, sep); ok {
			out = append(out, first)
		}
	}
	return out
}
