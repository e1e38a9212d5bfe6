package ruletest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
)

// orders is in how many orders a case of a rule with memory is judged, beside its own.
const orders = 3

// inAnyOrder judges events of a rule with memory in other orders, some of them twice, and reports when the findings
// are not those of the order in which they happened. No event comes later than the allowed lateness.
func inAnyOrder(set *ruleset.Set, events []*event.Event, want []ruleset.Finding) error {
	if set.Store() == nil || len(events) > 200 {
		return nil
	}
	r := rand.New(rand.NewPCG(1, uint64(len(events))))
	for range orders {
		shuffled := Shuffle(r, events)
		got, err := findings(set, shuffled)
		if err != nil {
			return err
		}
		if a, b := idsOf(got), idsOf(want); !slices.Equal(a, b) {
			var order []string
			for _, ev := range shuffled {
				order = append(order, ev.EventID)
			}
			return fmt.Errorf("the events give %d findings in the order of the case and %d, or others, in this one: %s", len(b), len(a), strings.Join(order, " "))
		}
	}
	return nil
}

func idsOf(findings []ruleset.Finding) []string {
	var ids []string
	for _, f := range findings {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Shuffle returns events in a random order as they may be delivered: none comes after one that happened
// more than ruleset.DefaultLateness later, and about one of five comes twice.
func Shuffle(r *rand.Rand, events []*event.Event) []*event.Event {
	left := slices.Clone(events)
	for _, ev := range events {
		if r.IntN(5) == 0 {
			left = append(left, ev)
		}
	}
	var out []*event.Event
	for len(left) > 0 {
		// Those may come that the earliest one need not come before.
		first := slices.MinFunc(left, func(a, b *event.Event) int { return a.EventTime.Compare(b.EventTime) })
		var may []int
		for i, ev := range left {
			if ev.EventTime.Sub(first.EventTime) <= ruleset.DefaultLateness {
				may = append(may, i)
			}
		}
		i := may[r.IntN(len(may))]
		out = append(out, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return out
}
