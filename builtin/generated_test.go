package builtin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
)

// TestGenerated proves that the rules in rules_generated.go are those in the YAML files.
func TestGenerated(t *testing.T) {
	want, err := rule.ReadFS(builtin.FS(), ".", rule.SkipTests(), rule.SkipExpressions())
	if err != nil {
		t.Fatal(err)
	}
	got, err := builtin.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, rules := range [][]*rule.Rule{want, got} {
		for i, r := range rules {
			rules[i] = r.WithDefaults()
		}
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rule.Rule{})); d != "" {
		t.Fatalf("rules_generated.go is out of step with the YAML files; run: go generate ./...\n(-files +generated):\n%s", d)
	}
	for i, r := range got {
		wantLine, wantColumn := want[i].Locate("title", 3)
		if line, column := r.Locate("title", 3); r.File() != want[i].File() || line != wantLine || column != wantColumn || line == 0 {
			t.Errorf("%s: %s:%d:%d, want %s:%d:%d", r.ID, r.File(), line, column, want[i].File(), wantLine, wantColumn)
		}
	}
}
