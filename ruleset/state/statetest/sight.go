package statetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

const day = 24 * time.Hour

func sight(p *probe) {
	at := func(d int) time.Time { return noon.Add(time.Duration(d) * day) }
	for _, step := range []struct {
		name string
		time time.Time
		want times
	}{
		{"for the first time", at(0), times{time.Time{}, at(0), at(0)}},
		{"the same again", at(0), times{time.Time{}, at(0), at(0)}},
		{"soon after", at(8), times{time.Time{}, at(0), at(8)}},
		{"in between", at(4), times{time.Time{}, at(0), at(8)}},
		{"late", at(-5), times{time.Time{}, at(-5), at(8)}},
		{"after a whole History", at(18), times{at(8), at(18), at(18)}},
		{"what joins the two", at(12), times{time.Time{}, at(8), at(18)}},
		{"long after", at(40), times{at(18), at(40), at(40)}},
		{"late, and apart", at(25), times{at(25), at(40), at(40)}},
		{"to the second", at(41).Add(900 * time.Millisecond), times{at(25), at(40), at(41)}},
	} {
		got := p.see(key, state.Sight{Time: step.time, History: 10 * day}, nil)
		if diff := gocmp.Diff(step.want, got); diff != "" {
			p.Fatalf("seen %s (-want +got):\n%s", step.name, diff)
		}
	}
}

func sightWhatJudgeLeaves(p *probe) {
	s := state.Sight{Time: noon, History: day}
	by, other := member(1, noon).ID, member(2, noon).ID
	p.see(key, s, func(g *state.Sighting) string {
		g.Announce(3, by)
		g.Announce(4, other)
		return ""
	})
	p.see(key, s, func(g *state.Sighting) string {
		for _, test := range []struct {
			period          int64
			id              state.EventID
			announced, this bool
		}{{3, by, true, true}, {3, other, true, false}, {4, other, true, true}, {5, by, false, false}} {
			if announced, this := g.AnnouncedBy(test.period, test.id); announced != test.announced || this != test.this {
				return fmt.Sprintf("period %d: announced %v, by this %v", test.period, announced, this)
			}
		}
		return ""
	})
}

func sightSlots(p *probe) {
	for _, h := range []int{0, 1, 5, 5, 3, 30} {
		s := state.Sight{Time: noon.Add(time.Duration(h) * time.Hour), History: 4 * day, Slot: time.Hour}
		p.see(key, s, nil)
	}
	p.see(key, state.Sight{Time: noon, History: 4 * day, Slot: time.Hour}, func(g *state.Sighting) string {
		if n := g.Slots(noon, noon.Add(day)); n != 4 {
			return fmt.Sprintf("seen in %d hours of a day, want 4", n)
		}
		if n := g.Slots(noon.Add(time.Second), noon.Add(31*time.Hour)); n != 4 {
			return fmt.Sprintf("seen in %d later hours, want 4", n)
		}
		return ""
	})
}

func sightKeepsKeysApart(p *probe) {
	for i, key := range keys() {
		at := noon.Add(time.Duration(i) * time.Second)
		want := times{First: at, Last: at}
		if diff := gocmp.Diff(want, p.see(key, state.Sight{Time: at, History: day}, nil)); diff != "" {
			p.Errorf("%v (-want +got):\n%s", key, diff)
		}
	}
}

func sightCancelled(p *probe) {
	ctx, cancel := context.WithCancel(p.Context())
	cancel()
	s := state.Sight{Time: noon, History: day}
	if err := p.store.Sight(ctx, key, s, func(*state.Sighting) {}); !errors.Is(err, context.Canceled) {
		p.Errorf("Sight with a cancelled context: %v", err)
	}
	s.Time = noon.Add(time.Hour)
	if got := p.see(key, s, nil); !got.First.Equal(s.Time) {
		p.Error("Sight with a cancelled context has recorded")
	}
}
