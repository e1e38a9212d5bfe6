package ruleset

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
)

// tunings makes a tuning or none for each rule, of conditions as rules have them.
func (w writer) tunings(rules []*rule.Rule) []rule.Tuning {
	var out []rule.Tuning
	for _, r := range rules {
		enabled, shadow := w.IntN(4) > 0, w.IntN(2) == 0
		t := rule.Tuning{Target: rule.Target{IDs: []string{r.ID}}, Enabled: &enabled, Shadow: &shadow}
		if w.IntN(2) == 0 {
			e := rule.Exception{Name: "e", When: w.condition(w.IntN(3)), Reason: "r", Owner: "o"}
			if w.IntN(3) == 0 {
				e.Expires = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
			}
			t.Exceptions = []rule.Exception{e}
		}
		if w.IntN(3) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// checkExplain compares what Explain and Eval say of each rule.
func checkExplain(t *testing.T, s *Set, ev *event.Event) (matched int) {
	t.Helper()
	r, err := s.Eval(context.Background(), ev)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, fs := range [][]Finding{r.Findings, r.Shadow} {
		for _, f := range fs {
			found[f.Rule] = true
			matched++
		}
	}
	for _, c := range s.rules {
		x, err := s.Explain(context.Background(), c.def.ID, ev)
		if err != nil {
			t.Fatal(err)
		}
		if x.Matched != found[c.def.ID] {
			t.Errorf("Eval finds %v, Explain says\n%v\n%s\n%s", found[c.def.ID], x, ev.Raw(), describe(s))
		}
		if x.Matched && x.Condition != nil && x.Condition.Value != "true" {
			t.Errorf("it matches with a condition that is %s\n%v", x.Condition.Value, x)
		}
		if len(x.String()) == 0 || x.Reason == "" {
			t.Errorf("no reason: %v", x)
		}
		if _, err := json.Marshal(x); err != nil {
			t.Error(err)
		}
	}
	return matched
}

// generated is a set of generated rules, tuned at random.
func generated(t *testing.T, seed uint64) (*Set, writer) {
	t.Helper()
	w := writer{rand.New(rand.NewPCG(seed, 5))}
	rules := w.rules(6)
	for _, r := range rules {
		if w.IntN(3) == 0 {
			r.Exceptions = []rule.Exception{{Name: "own", When: w.condition(w.IntN(3)), Reason: "r"}}
		}
		r.Disabled = w.IntN(8) == 0
	}
	s, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Tune(w.tunings(rules)...); err != nil {
		t.Fatal(err)
	}
	return s, w
}

func TestExplainEqualsEval(t *testing.T) {
	sets := 60
	if testing.Short() {
		sets = 10
	}
	matched := 0
	for seed := range sets {
		s, w := generated(t, uint64(seed))
		for range 20 {
			record := w.record()
			ev, err := event.Parse(record)
			if err != nil {
				t.Fatal(fmt.Errorf("%w\n%s", err, record))
			}
			matched += checkExplain(t, s, ev)
		}
	}
	if matched < sets*5 {
		t.Errorf("only %d matches: the comparison is thin", matched)
	}
}

// FuzzExplain does the same over records that the fuzzer writes.
func FuzzExplain(f *testing.F) {
	for i := range 20 {
		w := writer{rand.New(rand.NewPCG(9, uint64(i)))}
		f.Add(uint64(i), w.record())
	}
	f.Fuzz(func(t *testing.T, seed uint64, record []byte) {
		s, _ := generated(t, seed%256)
		ev, err := event.Parse(record)
		if err != nil {
			t.Skip()
		}
		checkExplain(t, s, ev)
	})
}
