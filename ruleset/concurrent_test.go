package ruleset_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
)

// concurrentRules read everything that is computed once for an event and then shared.
func concurrentRules() []*rule.Rule {
	rules := []*rule.Rule{
		newRule("actor", `actor.isRole && actor.name == "ops-admin"`),
		newRule("parameters", `event.requestParameters.userName == "mira" && event.requestParameters.tags.exists(t, t == 1)`),
		newRule("response", `event.responseElements.jsonPath("$..accessKeyId") == ["AKIA5SYNTHKEY0000001"]`),
		newRule("list", `event.requestParameters.userName in list("users")`),
		newRule("none", `event.requestParameters.userName == "lena"`),
	}
	rules[3].Lists = map[string]rule.List{"users": {Default: []string{"mira"}}}
	rules[0].Message = "{actor.id} {event.requestParameters.tags} {event.responseElements.accessKey}"
	return rules
}

// Many goroutines judge one event, and one that each has for itself. It is the race detector's test.
func TestSet_concurrent(t *testing.T) {
	want := eval(t, compile(t, concurrentRules()), keyRecord)
	if diff := cmp.Diff([]string{"actor", "parameters", "response", "list"}, found(want)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	set := compile(t, concurrentRules()) // another one: everything that is done late is done by many
	shared := parse(t, keyRecord)
	const goroutines, turns = 8, 25
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for range turns {
				result, err := set.Eval(context.Background(), shared)
				if diff := cmp.Diff(want, result); err != nil || diff != "" {
					t.Errorf("Eval: %v (-want +got):\n%s", err, diff)
				}
				n := 0
				for result, err := range set.Scan(context.Background(), strings.NewReader(`{"Records":[`+keyRecord+`,`+keyRecord+`]}`), event.File(fmt.Sprint(g))) {
					n++
					if diff := cmp.Diff(found(want), found(result)); err != nil || diff != "" {
						t.Errorf("Scan: %v (-want +got):\n%s", err, diff)
					}
				}
				if n != 2 {
					t.Errorf("Scan gives %d results, want 2", n)
				}
				set.Stats()
			}
		})
	}
	wg.Wait()
	for _, st := range set.Stats() {
		matched := uint64(3 * goroutines * turns)
		if st.Rule == "none" {
			matched = 0
		}
		if st.Matched != matched {
			t.Errorf("%s matched %d times, want %d", st.Rule, st.Matched, matched)
		}
	}
}
