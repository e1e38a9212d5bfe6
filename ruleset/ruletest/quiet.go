package ruletest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/ruleset"
)

// Quiet scans a corpus of harmless records, in any envelope that package event reads, and fails t
// for every rule that has more findings in it than its budget: by its id, 0 for a rule that has
// none. Findings in shadow mode count as others do, those of a rule that is still learning do not, and one that is
// given out again counts once. A record that cannot be read, a fault, an id
// that the set does not have, and a corpus without records fail as well.
func Quiet(t testing.TB, set *ruleset.Set, corpus io.Reader, budget map[string]int) {
	t.Helper()
	found := map[string][]ruleset.Finding{}
	repeats := again()
	scanner := set.Scanner()
	for result, err := range scanner.Scan(context.Background(), corpus) {
		if err != nil {
			t.Errorf("the corpus: %v", err)
		}
		for _, f := range result.Faults {
			t.Error(f)
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			if learning := f.Episode != nil && f.Episode.Learning; !learning && !repeats(f) {
				found[f.Rule] = append(found[f.Rule], f)
			}
		}
	}
	if scanner.Stats().Records == 0 {
		t.Error("the corpus holds no records")
	}
	var ids []string
	for _, r := range set.Rules() {
		ids = append(ids, r.ID)
		if all := found[r.ID]; len(all) > budget[r.ID] {
			t.Error(loud(r.ID, all, budget[r.ID]))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(budget)) {
		if !slices.Contains(ids, id) {
			t.Errorf("the budget is for %s, a rule that the set does not have (did you mean %q?)", id, nearest.Name(id, ids))
		}
	}
}

// examples is how many findings of a rule are shown.
const examples = 3

func loud(id string, all []ruleset.Finding, budget int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d findings, its budget is %d", id, len(all), budget)
	for _, f := range all[:min(len(all), examples)] {
		fmt.Fprintf(&b, "\n  event %s: %s", strings.Join(f.EventIDs, " "), f.Message)
	}
	if more := len(all) - examples; more > 0 {
		fmt.Fprintf(&b, "\n  and %d more", more)
	}
	return b.String()
}
