package state_test

import (
	"context"
	"testing"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// What happens for most events, a key that is known, allocates nothing.
func TestMemory_Allocs(t *testing.T) {
	ctx := context.Background()
	m := state.NewMemory(state.Limits{})
	n := 0
	values := []uint64{1, 2}
	for _, test := range []struct {
		name string
		run  func()
	}{
		{"Sight", func() {
			s := state.Sight{Time: noon.Add(time.Duration(n) * time.Second), History: 240 * time.Hour}
			_ = m.Sight(ctx, keyOf("seen", 1), s, func(*state.Sighting) {})
		}},
		{"Sight with slots", func() {
			s := state.Sight{Time: noon.Add(time.Duration(n) * time.Second), History: 240 * time.Hour, Slot: time.Hour}
			_ = m.Sight(ctx, keyOf("slots", 1), s, func(*state.Sighting) {})
		}},
		{"Add", func() {
			mem := state.Member{Time: noon.Add(time.Duration(n) * time.Second), Values: values}
			mem.ID[0], mem.ID[1], mem.ID[2] = byte(n), byte(n>>8), byte(n>>16)
			_ = m.Add(ctx, keyOf("added", 1), mem, state.Keep{Keep: time.Minute, Values: 2}, func(*state.Window, int) {})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			step := func() { n++; test.run() }
			for range 1000 {
				step()
			}
			if got := testing.AllocsPerRun(10_000, step); got != 0 {
				t.Errorf("%v allocations", got)
			}
		})
	}
}
