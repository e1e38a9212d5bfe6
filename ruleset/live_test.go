package ruleset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// pairOf are two rules that find every event. A result that holds one without the other, or one
// of each of two pairs, was not made by one set.
func pairOf(name string) []*rule.Rule {
	return []*rule.Rule{newRule(name+"-1", "true"), newRule("quiet", "false"), newRule(name+"-2", `event.eventName != ""`)}
}

// swapped are sets of different rules, and tuned ones that share theirs.
func swapped(t testing.TB) []*ruleset.Set {
	t.Helper()
	a, b := compile(t, pairOf("a")), compile(t, pairOf("b"))
	shadow, err := a.Tune(rule.Tuning{Target: byID("a-1", "a-2"), Shadow: on(true)})
	if err != nil {
		t.Fatal(err)
	}
	severe, err := b.Tune(rule.Tuning{Target: byID("b-1", "b-2"), Severity: rule.Critical})
	if err != nil {
		t.Fatal(err)
	}
	return []*ruleset.Set{a, b, shadow, severe}
}

// whole names the set that a result is of.
func whole(r ruleset.Result) (string, error) {
	if len(r.Faults) > 0 {
		return "", r.Faults[0]
	}
	var of []string
	for _, f := range r.Findings {
		of = append(of, fmt.Sprint(f.Rule, " ", f.Severity))
	}
	for _, f := range r.Shadow {
		of = append(of, "shadow "+f.Rule)
	}
	switch got := strings.Join(of, ", "); got {
	case "a-1 low, a-2 low":
		return "a", nil
	case "b-1 low, b-2 low":
		return "b", nil
	case "shadow a-1, shadow a-2":
		return "shadow", nil
	case "b-1 critical, b-2 critical":
		return "severe", nil
	default:
		return "", errors.New("no set says: " + got)
	}
}

// TestLive swaps sets while events are judged in every way there is: each event is judged once,
// by one set. The race detector is to watch.
func TestLive(t *testing.T) {
	sets := swapped(t)
	live := ruleset.NewLive(sets[0])
	records := 2000
	if testing.Short() {
		records = 300
	}
	var file bytes.Buffer
	for i := range records {
		fmt.Fprintf(&file, `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"e-%d"}`+"\n", i)
	}
	stream := file.String()

	var mu sync.Mutex
	by := map[string]int{}
	judged := func(r ruleset.Result) {
		of, err := whole(r)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		by[of]++
		mu.Unlock()
	}
	// follow checks that each record is judged, in order.
	follow := func(results iter.Seq2[ruleset.Result, error]) {
		n := 0
		for r, err := range results {
			if err != nil {
				t.Error(err)
				return
			}
			judged(r)
			if f := append(r.Findings, r.Shadow...)[0]; f.EventIDs[0] != fmt.Sprintf("e-%d", n) {
				t.Errorf("result %d is of %s", n, f.EventIDs[0])
			}
			n++
		}
		if n != records {
			t.Errorf("%d of %d records were judged", n, records)
		}
	}
	var scans, wg sync.WaitGroup
	scans.Go(func() { follow(live.Scan(t.Context(), strings.NewReader(stream))) })
	scans.Go(func() { follow(live.Scan(t.Context(), strings.NewReader(stream))) })
	scans.Go(func() {
		scanner := live.Scanner()
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(stream)), nil }
		inputs := func(yield func(ruleset.Input) bool) { yield(ruleset.Input{Name: "x", Open: open}) }
		follow(scanner.ScanAll(t.Context(), inputs, 2))
		if got := scanner.Stats(); got.Records != uint64(records) || got.Decoded != uint64(records) {
			t.Errorf("the scanner has read %+v, want %d", got, records)
		}
	})
	var scanned atomic.Bool
	evaluated := 0
	wg.Go(func() { // swaps, and judges between swaps, for as long as the scans go on
		ev := parse(t, miraDeletes)
		for evaluated < records || !scanned.Load() {
			r, err := live.Eval(t.Context(), ev)
			if err != nil {
				t.Error(err)
			}
			judged(r)
			old := sets[evaluated%len(sets)]
			evaluated++
			if live.Swap(sets[evaluated%len(sets)]) != old {
				t.Error("Swap returns another set than was current")
			}
		}
	})
	scans.Wait()
	scanned.Store(true)
	wg.Wait()
	t.Logf("%d swaps, events judged by set: %v", evaluated, by)

	total := 0
	for _, n := range by {
		total += n
	}
	if want := 3*records + evaluated; total != want {
		t.Errorf("%d events were judged, of %d", total, want)
	}
	matched := map[string]uint64{} // what the sets have counted: the tuned rules count apart
	for _, s := range sets {
		for _, st := range s.Stats() {
			if strings.HasSuffix(st.Rule, "-1") {
				matched[st.Rule] += st.Matched
			}
		}
	}
	if got := matched["a-1"] + matched["b-1"]; got != uint64(total) {
		t.Errorf("the sets count %d findings of the first rules, want %d", got, total)
	}
}

func TestLive_Swap(t *testing.T) {
	sets := swapped(t)
	live := ruleset.NewLive(sets[0])
	file := strings.Repeat(miraDeletes+"\n", 5)
	var got []string
	for r, err := range live.Scan(context.Background(), strings.NewReader(file)) {
		if err != nil {
			t.Fatal(err)
		}
		of, err := whole(r)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, of)
		live.Swap(sets[len(got)%len(sets)])
		if live.Set() != sets[len(got)%len(sets)] {
			t.Error("Set is not the one that was swapped in")
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "shadow", "severe", "a"}, got); diff != "" {
		t.Errorf("each record by the set that is current then (-want +got):\n%s", diff)
	}
}
