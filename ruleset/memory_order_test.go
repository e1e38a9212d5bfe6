package ruleset_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A remembered is the rules of each kind, with bounds that random events reach now and then.
var remembered = []string{
	`
id: count
title: T
severity: low
match: {source: s3.amazonaws.com}
aggregate: {window: 10m, let: {n: count()}, having: n >= 4}
dedup: 20m
`, `
id: distinct
title: T
severity: low
match: {source: s3.amazonaws.com}
aggregate:
  window: 30m
  by: [event.awsRegion]
  let: {names: distinct(event.eventName), failed: count_if(event.errorCode != ""), least: min(event.requestParameters.n), most: max(event.eventTime)}
  having: (names >= 3 && failed >= 2) || least <= 1
  trigger: event.errorCode != ""
`, `
id: settled
title: T
severity: low
match: {source: s3.amazonaws.com}
aggregate:
  window: 2h
  let: {share: ratio(event.errorCode != ""), before: settled(distinct(event.eventName)), n: count()}
  having: share < 0.3 && before <= 3 && n >= 2
  trigger: event.errorCode != ""
`, `
id: chain
title: T
severity: low
sequence:
  within: 20m
  steps:
    - {name: one, when: event.eventName == "A"}
    - {name: two, match: {event: [B, C]}}
    - {name: three, when: event.errorCode != ""}
`, `
id: key
title: T
severity: low
sequence:
  within: 1h
  by: [event.awsRegion]
  steps:
    - {name: made, match: {event: A}, by: [event.requestParameters.region]}
    - {name: used, match: {event: [B, C, D]}}
`, `
id: first
title: T
severity: low
match: {source: s3.amazonaws.com}
new_terms: {fields: [actor.id, event.eventName, event.requestParameters.tags], history: 1h}
`, `
id: rare
title: T
severity: low
match: {source: s3.amazonaws.com}
anomaly: {function: rare, of: event.eventName, bucket: 20m, history: 6h, min_buckets: 4, max_share: 0.2}
`, `
id: spike
title: T
severity: low
match: {source: s3.amazonaws.com}
anomaly: {function: high_distinct, of: event.requestParameters.n, by: [], bucket: 20m, history: 4h, min_buckets: 3, deviations: 1, at_least: 3}
dedup: 40m
`, `
id: once
title: T
severity: low
match: {source: s3.amazonaws.com}
when: event.errorCode != ""
dedup: 30m
`}

// stream makes events of a few hours, in the order in which they happen.
func stream(t testing.TB, r *rand.Rand, n int) []*event.Event {
	var out []*event.Event
	at := time.Duration(0)
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	for i := range n {
		switch r.IntN(10) {
		case 0:
			at += time.Duration(r.IntN(120)) * time.Minute
		case 1, 2:
		default:
			at += time.Duration(r.IntN(240)) * time.Second
		}
		more := []string{fmt.Sprintf(`"requestParameters":{"n":%d,"region":%q,"tags":%s}`, 1+r.IntN(12), pick("eu-west-1", "us-east-1"), pick(`"x"`, `["x","y"]`, `[]`, `null`))}
		if r.IntN(3) == 0 {
			more = append(more, `"errorCode":"AccessDenied"`)
		}
		out = append(out, call(t, i, at, "s3.amazonaws.com", pick("A", "B", "C", "D", "E"), more...))
	}
	return out
}

// ids judges events in turn and returns the ids of the findings, each once.
func ids(t testing.TB, set *ruleset.Set, events []*event.Event) []string {
	t.Helper()
	return distinctIDs(findingsOf(t, set, events...))
}

func distinctIDs(findings []ruleset.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Rule+" "+f.ID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Any order within the allowed lateness, and any redelivery, gives the same findings.
func TestMemory_anyOrder(t *testing.T) {
	var rules []*rule.Rule
	for _, text := range remembered {
		rules = append(rules, parsed(t, text))
	}
	set := remembering(t, rules)
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	found := map[string]int{}
	cases := 0
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 7))
		events := stream(t, r, 60)
		want := ids(t, set.WithStore(state.NewMemory(state.Limits{})), events)
		for _, id := range want {
			found[strings.Fields(id)[0]]++
		}
		for range 5 {
			cases++
			shuffled := ruletest.Shuffle(r, events)
			got := ids(t, set.WithStore(state.NewMemory(state.Limits{})), shuffled)
			if d := cmp.Diff(want, got); d != "" {
				var order []string
				for _, ev := range shuffled {
					order = append(order, fmt.Sprintf("%s %s %s %s %s", ev.EventID[30:], ev.EventTime.Format("15:04:05"), ev.EventName, ev.ErrorCode, ev.RequestParameters.JSON()))
				}
				t.Fatalf("seed %d: (-in order +shuffled)\n%s\n%s", seed, d, strings.Join(order, "\n"))
			}
		}
	}
	t.Logf("%d orders, findings by rule: %v", cases, found)
	for _, r := range rules {
		if found[r.ID] == 0 {
			t.Errorf("%s never had a finding: nothing was shown of it", r.ID)
		}
	}
}

// A process that ends in the middle and goes on from a snapshot finds what one that did not end finds.
func TestMemory_snapshot(t *testing.T) {
	var rules []*rule.Rule
	for _, text := range remembered {
		rules = append(rules, parsed(t, text))
	}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 11))
		events := stream(t, r, 80)
		whole := ids(t, remembering(t, rules), events)

		cut := r.IntN(len(events))
		store := state.NewMemory(state.Limits{})
		before := findingsOf(t, remembering(t, rules, ruleset.WithStore(store)), events[:cut]...)
		var snapshot bytes.Buffer
		if err := store.Snapshot(&snapshot); err != nil {
			t.Fatal(err)
		}
		restored := state.NewMemory(state.Limits{})
		if err := restored.Restore(&snapshot); err != nil {
			t.Fatal(err)
		}
		// What was under way when the process ended is delivered again.
		again := events[max(0, cut-5):]
		after := findingsOf(t, remembering(t, rules, ruleset.WithStore(restored)), again...)
		if d := cmp.Diff(whole, distinctIDs(append(before, after...))); d != "" {
			t.Fatalf("seed %d, cut at %d: (-uninterrupted +restored)\n%s", seed, cut, d)
		}
	}
}

// The number of workers changes nothing.
func TestMemory_workers(t *testing.T) {
	var rules []*rule.Rule
	for _, text := range remembered {
		rules = append(rules, parsed(t, text))
	}
	var inputs []string
	r := rand.New(rand.NewPCG(3, 3))
	events := stream(t, r, 400)
	for chunk := range slices.Chunk(events, 20) {
		var records []string
		for _, ev := range chunk {
			records = append(records, string(ev.Raw()))
		}
		inputs = append(inputs, `{"Records":[`+strings.Join(records, ",")+`]}`)
	}
	scan := func(workers int) []ruleset.Finding {
		var out []ruleset.Finding
		all := func(yield func(ruleset.Input) bool) {
			for i, text := range inputs {
				if !yield(ruleset.Input{Name: fmt.Sprint(i), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}) {
					return
				}
			}
		}
		for result, err := range remembering(t, rules).Scanner().ScanAll(context.Background(), all, workers) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(append(out, result.Findings...), result.Shadow...)
		}
		return out
	}
	want := scan(1)
	if len(want) < 20 {
		t.Fatalf("%d findings are too few to show anything", len(want))
	}
	for _, workers := range []int{2, 4, 8} {
		if d := cmp.Diff(want, scan(workers)); d != "" {
			t.Errorf("%d workers (-1 worker):\n%s", workers, d)
		}
	}
	if d := cmp.Diff(distinctIDs(want), ids(t, remembering(t, rules), events)); d != "" {
		t.Errorf("scanned and evaluated (-scan +eval):\n%s", d)
	}
}
