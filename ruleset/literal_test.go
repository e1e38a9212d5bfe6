package ruleset_test

import (
	"context"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// An Event that a program builds itself is judged as one that was read: also where its
// free-form member is a part of another document, and where it has no id.
func TestEval_builtEvent(t *testing.T) {
	set, err := ruleset.Compile([]*rule.Rule{{ID: "r", Title: "t", Severity: rule.Low, Match: rule.Match{Event: []string{"CreateUser"}},
		When: `event.requestParameters.userName.startsWith("temp")`}})
	if err != nil {
		t.Fatal(err)
	}
	whole := event.NewDoc([]byte(`{"requests":[{"userName":"temp-1"},{"userName":"temp-2"}]}`))
	seen := map[string]bool{}
	for _, params := range []event.Doc{whole.Get("requests", "0"), whole.Get("requests", "1"), event.NewDoc([]byte(`{"userName":"temp-3"}`))} {
		ev := &event.Event{EventSource: "iam.amazonaws.com", EventName: "CreateUser", RequestParameters: params}
		result, err := set.Eval(context.Background(), ev)
		if err != nil || len(result.Findings) != 1 {
			t.Fatalf("%s: got %v, %v, want one finding", params.JSON(), result, err)
		}
		seen[result.Findings[0].ID] = true
	}
	if len(seen) != 3 {
		t.Errorf("three events share %d finding ids", len(seen))
	}
}

// A value too long to be remembered is judged all the same.
func TestEval_longValues(t *testing.T) {
	set, err := ruleset.Compile([]*rule.Rule{
		{ID: "agent", Title: "t", Severity: rule.Low, When: `event.userAgent.contains("needle")`},
		{ID: "name", Title: "t", Severity: rule.Low, Match: rule.Match{Event: []string{"*Needle"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 1<<16)
	for range 2 {
		result, err := set.Eval(context.Background(), &event.Event{EventSource: "iam.amazonaws.com", EventName: long + "Needle", UserAgent: long + "needle"})
		if err != nil || len(result.Findings) != 2 {
			t.Fatalf("got %v, %v, want two findings", result, err)
		}
	}
}
