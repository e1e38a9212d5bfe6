package main

import (
	"context"
	"fmt"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// A hotCost is what one condition costs, asked about one decoded event again and again.
type hotCost struct {
	condition  string
	ns, allocs float64
}

// conditions read members that the index knows nothing of, so that they are evaluated. The
// first is the one that has a target.
func conditions() []string {
	return []string{
		`event.apiVersion == "2010-05-08"`,
		`has(event.requestParameters.policyArn) && event.requestParameters.policyArn.endsWith("/ReadOnly")`,
	}
}

func measureHot(ctx context.Context, o *options) ([]hotCost, error) {
	ev, err := ruletest.Event(rule.Record{Base: "role-call", Set: map[string]any{
		"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy",
		"requestParameters": map[string]any{"userName": "mira", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
	}})
	if err != nil {
		return nil, err
	}
	rounds, n := 7, 1_000_000
	if o.quick {
		rounds, n = 3, 100_000
	}
	var out []hotCost
	for _, when := range conditions() {
		set, err := ruleset.Compile([]*rule.Rule{{ID: "hot", Title: "Hot", Severity: rule.Low, When: when}})
		if err != nil {
			return nil, err
		}
		var ns, allocs []float64
		for range rounds {
			r, err := meter(func() error {
				for range n {
					if _, err := set.Eval(ctx, ev); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			ns = append(ns, float64(r.cpu.Nanoseconds())/float64(n))
			allocs = append(allocs, float64(r.allocs)/float64(n))
		}
		if evaluated := set.Stats()[0].Evaluated; evaluated != uint64(rounds*n) {
			return nil, fmt.Errorf("%s was evaluated %d times of %d", when, evaluated, rounds*n)
		}
		out = append(out, hotCost{when, median(ns), median(allocs)})
	}
	return out, nil
}
