package state_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// Three failures of one user within ten minutes, given out once, whatever is delivered twice and in which order.
func ExampleMemory_Add() {
	ctx := context.Background()
	memory := state.NewMemory(state.Limits{})
	key := state.Key{Rule: "many-failures", Group: state.FingerprintOf("user/ana")}
	keep := state.Keep{Keep: 10 * time.Minute}
	nine := time.Date(2024, 5, 6, 9, 0, 0, 0, time.UTC)
	for _, minute := range []int{0, 20, 24, 24, 22, 26} {
		m := state.Member{ID: state.EventIDOf(fmt.Sprint("failure ", minute)), Time: nine.Add(time.Duration(minute) * time.Minute)}
		err := memory.Add(ctx, key, m, keep, func(w *state.Window, _ int) {
			if w.Len() >= 3 && len(w.Announced) == 0 {
				w.Announced = append(w.Announced, state.Announcement{By: m.ID})
				fmt.Println(w.Len(), "failures, the latest at", w.Last().Format(time.TimeOnly))
			}
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 3 failures, the latest at 09:24:00
}

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
