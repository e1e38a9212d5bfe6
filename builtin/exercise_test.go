package builtin_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestBranches: the cases of the catalogue take the branches of its conditions. -v prints the table.
func TestBranches(t *testing.T) {
	report, err := ruletest.Coverage(builtin.FS())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%v", report)
	if p := report.Percent(); p < 95 {
		t.Errorf("%.1f %% of the branches are taken, at least 95 %% should be", p)
	}
}

// TestMutants: the cases of the catalogue notice when a rule is changed. -v prints the table.
func TestMutants(t *testing.T) {
	report, err := ruletest.Mutate(builtin.FS())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%v", report)
	if p := report.Percent(); p < 90 {
		t.Errorf("%.1f %% of the mutants are killed, at least 90 %% should be", p)
	}
}

// TestQuiet: a few hours of an ordinary account, in which nothing is wrong. Rules that watch over what
// deployments do have a budget for the one in there.
func TestQuiet(t *testing.T) {
	rules, err := builtin.Rules()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := os.Open("testdata/quiet.json")
	if err != nil {
		t.Fatal(err)
	}
	defer corpus.Close()
	ruletest.Quiet(t, set, corpus, map[string]int{"lambda-code-updated": 1})
}

// The quiet corpus looks as AWS would have written it.
func TestQuiet_shape(t *testing.T) {
	data, err := os.ReadFile("testdata/quiet.json")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ev, err := range event.Records(bytes.NewReader(data)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		for _, problem := range ruletest.Shape(ev.Raw()) {
			t.Errorf("%s %s: %s", ev.EventID, ev.EventName, problem)
		}
	}
	if n < 60 {
		t.Errorf("%d records, want 60 at least", n)
	}
}
