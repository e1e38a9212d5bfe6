package builtin_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
	"github.com/trailsift/trailsift/ruleset/state"
)

// TestAnyOrder delivers the events of every case of every rule with memory in many orders, some of them twice: the
// findings are those of the order in which the events happened.
func TestAnyOrder(t *testing.T) {
	orders := 40
	if testing.Short() {
		orders = 5
	}
	rules, judged, fired := 0, 0, map[string]bool{}
	for _, r := range catalogue(t) {
		if !r.HasMemory() {
			continue
		}
		rules++
		on := *r
		on.Disabled = false
		for _, c := range r.Tests {
			events, err := ruletest.Events(builtin.FS(), c)
			if err != nil {
				t.Fatal(err)
			}
			if len(events) < 2 || len(events) > 120 {
				continue // ruletest judges each case in three orders, these, too
			}
			set := learnt(t, &on, c)
			want := found(t, set, events)
			fired[r.ID] = fired[r.ID] || len(want) > 0
			rng := rand.New(rand.NewPCG(uint64(len(events)), 9))
			for range orders {
				judged++
				shuffled := ruletest.Shuffle(rng, events)
				if got := found(t, set, shuffled); !slices.Equal(got, want) {
					t.Errorf("%s: %s: %d findings in order, %d, or others, in another order", r.ID, c.Name, len(want), len(got))
					break
				}
			}
		}
		if !fired[r.ID] && slices.ContainsFunc(r.Tests, func(c rule.Test) bool { return c.Match && len(c.Events) > 1 && len(c.Events) <= 120 }) {
			t.Logf("%s: no short case of several events fires", r.ID)
		}
	}
	t.Logf("%d rules with memory, %d orders", rules, judged)
	if rules < 70 {
		t.Errorf("only %d rules have memory", rules)
	}
}

// learnt compiles one rule as a case wants it, with nothing to learn.
func learnt(t *testing.T, r *rule.Rule, c rule.Test) *ruleset.Set {
	t.Helper()
	opts := []ruleset.Option{ruleset.ObservedSince(time.Unix(1, 0))}
	for _, name := range r.Needs {
		opts = append(opts, ruleset.WithLookup(name, func(key string) (map[string]any, bool) {
			answer, ok := c.Lookups[name][key]
			return answer, ok
		}))
	}
	set, err := ruleset.Compile([]*rule.Rule{r}, opts...)
	if err == nil && len(c.Lists)+len(c.Params) > 0 {
		set, err = set.Tune(rule.Tuning{Target: rule.Target{IDs: []string{r.ID}}, Lists: c.Lists, Params: c.Params})
	}
	if err != nil {
		t.Fatalf("%s: %v", r.ID, err)
	}
	return set
}

// found are the ids of the findings, with an empty memory to begin with.
func found(t *testing.T, set *ruleset.Set, events []*event.Event) []string {
	t.Helper()
	set = set.WithStore(state.NewMemory(state.Limits{}))
	var out []string
	for _, ev := range events {
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range result.Faults {
			t.Fatal(f)
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			out = append(out, strings.Join([]string{f.Rule, f.ID}, " "))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
