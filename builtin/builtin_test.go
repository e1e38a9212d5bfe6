package builtin_test

import (
	"bufio"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestRules runs the cases that stand in the files of the catalogue.
func TestRules(t *testing.T) { ruletest.Run(t, builtin.FS()) }

// TestHouseRules checks what every rule of the catalogue owes its reader.
func TestHouseRules(t *testing.T) {
	for _, r := range catalogue(t) {
		if id := strings.TrimSuffix(path.Base(r.File()), ".yaml"); id != r.ID {
			t.Errorf("%s: the id is %s", r.File(), r.ID)
		}
		for what, ok := range map[string]bool{
			"description": r.Description != "", "message": strings.Contains(r.Message, "{"), "sources": len(r.Sources) > 0,
			"references": len(r.References) > 0 || r.Disabled, "investigate": len(r.Investigate) > 0 || r.Disabled, "tags": len(r.Tags) > 0,
			"attack": len(r.Attack) > 0 || r.Severity == rule.Informational,
		} {
			if !ok {
				t.Errorf("%s: no %s", r.ID, what)
			}
		}
		fires := func(c rule.Test) bool { return c.Match }
		rests := func(c rule.Test) bool { return !c.Match }
		if !slices.ContainsFunc(r.Tests, fires) {
			t.Errorf("%s: no firing case", r.ID)
		}
		if !slices.ContainsFunc(r.Tests, rests) && r.When != "true" {
			t.Errorf("%s: no near miss", r.ID)
		}
		if len(r.Match.Source) == 0 && !strings.Contains(r.When, "eventSource") && len(r.Match.Event) > 0 {
			t.Errorf("%s: event names without a source: other services share them", r.ID)
		}
	}
}

// stages are the parts of the list of published detections that the catalogue covers by now.
var stages = []string{"first", "elastic"}

// TestCoverage checks that every published detection on the list is covered by some rule.
func TestCoverage(t *testing.T) {
	const list = "../../shared/catalog/index.tsv"
	f, err := os.Open(list)
	if err != nil {
		t.Skip("the list of published detections is not here: " + err.Error())
	}
	defer f.Close()
	covered := map[string]bool{}
	for _, r := range catalogue(t) {
		for _, s := range r.Sources {
			covered[s] = true
		}
	}
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if cells := strings.Split(lines.Text(), "\t"); slices.Contains(stages, cells[3]) {
			if n++; !covered[cells[0]] {
				t.Errorf("no rule covers %s", cells[0])
			}
		}
	}
	if n < 256 {
		t.Errorf("the list names %d detections: it was not read", n)
	}
}

func TestFilters(t *testing.T) {
	all := catalogue(t)
	for _, c := range []struct {
		name   string
		filter builtin.Filter
		want   func(*rule.Rule) bool
	}{
		{"id", builtin.ByID("root-access-key-created", "iam-user-created"), func(r *rule.Rule) bool { return r.ID == "root-access-key-created" || r.ID == "iam-user-created" }},
		{"tag", builtin.ByTag("iam"), func(r *rule.Rule) bool { return slices.Contains(r.Tags, "iam") }},
		{"severity", builtin.BySeverity(rule.High), func(r *rule.Rule) bool { return r.Severity >= rule.High }},
		{"tactic", builtin.ByAttack("TA0003"), func(r *rule.Rule) bool {
			return slices.ContainsFunc(r.Attack, func(a rule.Attack) bool { return a.Tactic == "TA0003" })
		}},
		{"technique and its sub-techniques", builtin.ByAttack("T1098"), func(r *rule.Rule) bool {
			return slices.ContainsFunc(r.Attack, func(a rule.Attack) bool { return strings.HasPrefix(a.Technique, "T1098") })
		}},
		{"source", builtin.BySource("falco:Create Group"), func(r *rule.Rule) bool { return slices.Contains(r.Sources, "falco:Create Group") }},
		{"publisher", builtin.BySource("falco"), func(r *rule.Rule) bool {
			return slices.ContainsFunc(r.Sources, func(s string) bool { return strings.HasPrefix(s, "falco:") })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := builtin.Rules(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range all {
				if c.want(r) {
					want = append(want, r.ID)
				}
			}
			if len(got) == 0 || len(got) != len(want) {
				t.Fatalf("got %d rules, want %d", len(got), len(want))
			}
			for i, r := range got {
				if r.ID != want[i] {
					t.Errorf("got %s, want %s", r.ID, want[i])
				}
			}
		})
	}
	if _, err := builtin.Rules(builtin.ByID("root-acess-key-created")); err == nil || !strings.Contains(err.Error(), `"root-access-key-created"`) {
		t.Errorf("a misspelt id: got %v, want the nearest", err)
	}
}

func catalogue(t testing.TB) []*rule.Rule {
	t.Helper()
	rules, err := rule.ReadFS(builtin.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// everything compiles the whole catalogue, with the rules that are off by default.
func everything(t testing.TB) *ruleset.Set {
	t.Helper()
	rules := catalogue(t)
	for _, r := range rules {
		r.Disabled = false
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return set
}
