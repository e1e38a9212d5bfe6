package ruleset_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestLazy proves that putting off the compiling changes no finding, over every case of the catalogue.
func TestLazy(t *testing.T) {
	rules, err := rule.ReadFS(builtin.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	eager, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	lazy, err := ruleset.Compile(rules, ruleset.Lazy())
	if err != nil {
		t.Fatal(err)
	}
	findings := 0
	for _, r := range rules {
		for _, c := range r.Tests {
			events, err := ruletest.Events(builtin.FS(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range events {
				want, _ := eager.Eval(context.Background(), ev)
				got, _ := lazy.Eval(context.Background(), ev)
				if len(got.Faults) > 0 {
					t.Fatalf("%s: %s: lazily faults %v", r.ID, c.Name, got.Faults)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%s: %s (-eager +lazy):\n%s", r.ID, c.Name, d)
				}
				findings += len(got.Findings)
			}
		}
	}
	if findings < 100 {
		t.Errorf("only %d findings", findings)
	}
}

// A condition that does not compile is a fault of each event that asks for it, not silence.
func TestLazy_badCondition(t *testing.T) {
	bad := &rule.Rule{ID: "bad", Title: "Bad", Severity: rule.Low, Match: rule.Match{Event: []string{"CreateUser"}}, When: `event.evntName == "x"`}
	set, err := ruleset.Compile([]*rule.Rule{bad}, ruleset.Lazy())
	if err != nil {
		t.Fatal(err)
	}
	ev, err := ruletest.Event(rule.Record{Base: "user-call", Set: map[string]any{"eventSource": "iam.amazonaws.com", "eventName": "CreateUser"}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		result, err := set.Eval(context.Background(), ev)
		if err != nil || len(result.Faults) != 1 || !strings.Contains(result.Faults[0].Error(), "evntName") {
			t.Errorf("got %v, %v, want one fault that names the field", result, err)
		}
	}
}
