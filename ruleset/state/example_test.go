package state_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// A program that is started anew goes on with what it had seen before.
func ExampleMemory_Snapshot() {
	ctx := context.Background()
	key := state.Key{Rule: "new-country", Group: state.FingerprintOf("user/ana", "NL")}
	monday := time.Date(2024, 5, 6, 9, 0, 0, 0, time.UTC)
	sight := func(m *state.Memory, at time.Time) {
		s := state.Sight{Time: at, History: 30 * 24 * time.Hour}
		err := m.Sight(ctx, key, s, func(g *state.Sighting) {
			fmt.Println(at.Weekday(), "first seen", g.First().Weekday())
		})
		if err != nil {
			fmt.Println(err)
		}
	}

	before := state.NewMemory(state.Limits{})
	sight(before, monday)
	var file bytes.Buffer
	if err := before.Snapshot(&file); err != nil {
		fmt.Println(err)
	}

	after := state.NewMemory(state.Limits{})
	if err := after.Restore(&file); err != nil {
		fmt.Println(err)
	}
	sight(after, monday.Add(24*time.Hour))
	// Output:
	// Monday first seen Monday
	// Tuesday first seen Monday
}
