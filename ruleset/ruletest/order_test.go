package ruletest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// ordered are rules of every kind, each over events that randomCase makes.
var ordered = map[string]string{
	"count":              `aggregate: {window: 10m, let: {n: count()}, having: n >= 4}`,
	"trigger":            `aggregate: {window: 10m, let: {n: count()}, having: n >= 4, trigger: 'event.eventName == "A"'}`,
	"distinct":           `aggregate: {window: 1h, let: {n: distinct(event.eventName), m: 'count_if(event.eventName == "A")'}, having: n >= 3 && m >= 2}`,
	"least and greatest": `aggregate: {window: 30m, let: {a: min(event.requestParameters.n), b: max(event.requestParameters.n)}, having: b - a >= 8}`,
	"times":              `aggregate: {window: 30m, let: {a: min(event.eventTime), b: max(event.eventTime), n: count()}, having: 'b - a >= duration("20m") && n > 3'}`,
	"settled":            `aggregate: {window: 30m, let: {a: settled(count()), n: count()}, having: n >= a + 2}`,
	"share":              `aggregate: {window: 30m, let: {a: 'ratio(event.eventName == "A")', n: count()}, having: n >= 3 && a < 0.3}`,
	"a list":             `aggregate: {by: [event.requestParameters.l], window: 30m, let: {n: count()}, having: n >= 3}`,
	"short periods":      "dedup: 2m\naggregate: {window: 30m, let: {n: count()}, having: n >= 5}",
	"two steps":          `sequence: {within: 10m, steps: [{name: a, when: 'event.eventName == "A"'}, {name: b, when: 'event.eventName == "B"'}]}`,
	"three steps":        `sequence: {within: 20m, steps: [{name: a, when: 'event.eventName == "A"'}, {name: b, when: 'event.eventName == "B"'}, {name: c, when: 'event.eventName == "C"'}]}`,
	"one event, two":     `sequence: {within: 20m, steps: [{name: a, when: 'event.eventName == "A"'}, {name: b, when: 'event.eventName in ["A", "B"]'}]}`,
	"dedup":              `dedup: 10m`,
	"new terms":          `new_terms: {fields: [event.eventName], history: 2h}`,
	"new lists":          `new_terms: {fields: [event.eventName, event.requestParameters.l], history: 70m}`,
	"rare":               `anomaly: {function: rare, of: event.eventName, bucket: 10m, history: 3h, min_buckets: 3, max_share: 0.4}`,
	"rare, trigger":      `anomaly: {function: rare, of: event.eventName, by: [], bucket: 5m, history: 3h, min_buckets: 3, max_share: 0.4, trigger: event.requestParameters.n > 3}`,
	"high, trigger":      `anomaly: {function: high_distinct, of: event.requestParameters.n, by: [], bucket: 10m, history: 3h, min_buckets: 3, at_least: 2, deviations: 0.5, trigger: 'event.eventName == "A"'}`,
	"ties":               `sequence: {within: 20m, steps: [{name: a, when: 'event.eventName in ["A", "B"]'}, {name: b, when: 'event.eventName in ["B", "C"]'}, {name: c, when: 'event.eventName in ["C", "D"]'}]}`,
	"high":               `anomaly: {function: high_distinct, of: event.requestParameters.n, bucket: 10m, history: 3h, min_buckets: 3, at_least: 3, deviations: 1}`,
}

// What Check promises of orders holds of random events: a case fails for having no finding, never for its order.
func TestCheck_anyOrder(t *testing.T) {
	for name, block := range ordered {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(5, uint64(len(name))))
			fired := 0
			for range 12 {
				text := "id: r\ntitle: R\nseverity: low\nmatch: {source: s3.amazonaws.com}\n" + block + "\ntests:\n" + randomCase(r)
				parsed, err := rule.Parse("r.yaml", []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				switch err := ruletest.Check(parsed, parsed.Tests[0]); {
				case err == nil:
					fired++
				case !strings.Contains(err.Error(), "got match false"):
					t.Fatalf("%v\n%s", err, text)
				}
			}
			if fired == 0 {
				t.Error("no case has a finding: that says nothing")
			}
		})
	}
}

// randomCase is a case of events in the order of their time, some at the same time.
func randomCase(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("  - name: x\n    match: true\n    clock: 2026-01-05T09:15:00Z\n    events:\n")
	span, grid := []int{600, 3600, 4 * 3600}[r.IntN(3)], []int{1, 60, 300}[r.IntN(3)]
	var times []int
	for range 5 + r.IntN(40) {
		times = append(times, r.IntN(span)/grid*grid)
	}
	slices.Sort(times)
	for _, at := range times {
		fmt.Fprintf(&b, "      - {base: %s, at: %v, set: {eventSource: s3.amazonaws.com, eventName: %c, requestParameters: {n: %d, l: [x, %c]}}}\n",
			[]string{"user-call", "user-call", "role-call"}[r.IntN(3)], time.Duration(at)*time.Second, "AAABBCD"[r.IntN(7)], r.IntN(12), "pqr"[r.IntN(3)])
	}
	return b.String()
}
