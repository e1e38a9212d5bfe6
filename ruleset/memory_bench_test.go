package ruleset_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
)

// BenchmarkMemory is what an event costs that a rule with memory takes up, without a finding.
func BenchmarkMemory(b *testing.B) {
	for _, text := range []string{secretsRule, `
id: first
title: T
severity: low
match: {source: secretsmanager.amazonaws.com}
new_terms: {fields: [actor.id, event.eventName], history: 7d}
`, `
id: chain
title: T
severity: low
sequence:
  within: 20m
  steps:
    - {name: one, match: {event: ListSecrets}}
    - {name: two, match: {event: GetSecretValue}}
`, `
id: rare
title: T
severity: low
match: {source: secretsmanager.amazonaws.com}
anomaly: {function: rare, of: event.eventName, bucket: 1h, history: 7d}
`} {
		r := parsed(b, text)
		b.Run(r.ID, func(b *testing.B) {
			set := remembering(b, []*rule.Rule{r})
			events := make([]*event.Event, 1<<12) // at ten seconds' distance: few are in one window
			for i := range events {
				events[i] = call(b, i, time.Duration(i)*10*time.Second, "secretsmanager.amazonaws.com", "GetSecretValue", fmt.Sprintf(`"requestParameters":{"secretId":"s%d"}`, i%2))
			}
			ctx := context.Background()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := set.Eval(ctx, events[i%len(events)]); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
