package main

import (
	"bytes"
	"context"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// nativeRules writes the specs as rules of Trailsift.
func nativeRules(specs []spec) []*rule.Rule {
	rules := make([]*rule.Rule, len(specs))
	for i, s := range specs {
		r := &rule.Rule{ID: s.id, Title: "Generated", Severity: rule.Low}
		if s.source != "" {
			r.Match.Source = []string{s.source}
		}
		r.Match.Event = s.events
		if s.prefix != "" {
			r.Match.Event = []string{s.prefix + "*"}
		}
		if s.success {
			r.Match.Outcome = rule.Success
		}
		var terms []string
		for _, c := range s.checks {
			term := c.call("event")
			if c.negate {
				term = "!(" + term + ")"
			}
			terms = append(terms, term)
		}
		r.When = conjunction(terms)
		rules[i] = r
	}
	return rules
}

// scanner is the variant that this is all about: from compressed objects to findings.
func scanner(set *ruleset.Set) variantFunc {
	s := set.Scanner()
	return func(ctx context.Context, o object) (matches, error) {
		var m matches
		for result, err := range s.Scan(ctx, bytes.NewReader(o.gzip)) {
			if err != nil {
				return m, err
			}
			if len(result.Faults) > 0 {
				return m, result.Faults[0]
			}
			for _, f := range result.Findings {
				m.add(f.Rule)
			}
		}
		return m, nil
	}
}

// skim only finds the records.
func skim(_ context.Context, o object) (matches, error) {
	for _, err := range event.RawRecords(bytes.NewReader(o.gzip)) {
		if err != nil {
			return matches{}, err
		}
	}
	return matches{}, nil
}
