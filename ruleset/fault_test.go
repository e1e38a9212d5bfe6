package ruleset_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A rule without a verdict is a fault, beside the findings of the others.
func TestFault(t *testing.T) {
	set := compile(t, []*rule.Rule{newRule("before", "true"), newRule("slow", tooLong), newRule("after", `event.eventName == "ListBuckets"`)})
	in := `{"Records":[` + longRecord("") + `,{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","requestParameters":{"l":[1,1]}}]}`
	var results []ruleset.Result
	for result, err := range set.Scan(context.Background(), strings.NewReader(in), event.File("long.json")) {
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, result)
	}
	if len(results) != 2 {
		t.Fatalf("%d results, want 2", len(results))
	}
	if diff := cmp.Diff([]string{"before", "after"}, found(results[0])); diff != "" {
		t.Errorf("findings beside the fault (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"before", "slow", "after"}, found(results[1])); diff != "" {
		t.Errorf("findings of the next record (-want +got):\n%s", diff)
	}
	want := []ruleset.Fault{{
		Rule: "slow", Part: "when", EventID: "e-long",
		Location: event.Location{File: "long.json", Offset: int64(len(`{"Records":[`)), Envelope: "Records"},
		Err:      celenv.ErrTooMuchWork,
	}}
	same := cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || errors.Is(b, a) })
	if diff := cmp.Diff(want, results[0].Faults, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Err" }, same)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if got, want := results[0].Faults[0].Error(), "rule slow over event e-long: when: the condition's loops ran too long over this event"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var slow ruleset.RuleStats
	for _, st := range set.Stats() {
		if st.Rule == "slow" {
			slow = st
		}
	}
	if diff := cmp.Diff(ruleset.RuleStats{Rule: "slow", Candidates: 2, Evaluated: 2, Matched: 1, Faults: 1}, slow); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}
