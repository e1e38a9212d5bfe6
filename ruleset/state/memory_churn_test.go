package state_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

// Sightings that last are the same after many others came and went, and of those nothing is left, slots included.
func TestMemory_AfterManyCameAndWent(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 8000})
	type known struct {
		First, Last time.Time
		Announced   bool
		Slots       int
	}
	see := func(n int, at time.Time, history time.Duration) (k known) {
		s := state.Sight{Time: at, History: history, Slot: time.Hour}
		err := m.Sight(t.Context(), keyOf("came", n), s, func(g *state.Sighting) {
			_, this := g.AnnouncedBy(int64(n), state.EventID{byte(n)})
			k = known{g.First(), g.Last(), this, g.Slots(noon, at.Add(time.Hour))}
			g.Announce(int64(n), state.EventID{byte(n)})
		})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	const last = 20
	for n := range last {
		see(n, noon.Add(time.Duration(n)*time.Second), 1000*time.Hour)
	}
	alone := m.Stats().Bytes
	for round := range 5 {
		start := noon.Add(time.Duration(10*round) * time.Hour)
		for n := range 4000 {
			if k := see(1000+n, start.Add(time.Duration(n)*time.Second), 2*time.Hour); k.Announced || k.Slots > 1 {
				t.Fatalf("round %d: what had expired is known: %+v", round, k)
			}
		}
		for i := range 1000 { // time for all to expire
			see(0, start.Add(5*time.Hour+time.Duration(i)*time.Second), 1000*time.Hour)
		}
		if got := m.Stats(); got.Sightings != last || got.Bytes > alone+1000 {
			t.Fatalf("round %d: %+v, and it began with %d bytes", round, got, alone)
		}
	}
	at := noon.Add(60 * time.Hour)
	for n := 1; n < last; n++ {
		want := known{First: noon.Add(time.Duration(n) * time.Second), Last: at, Announced: true, Slots: 2}
		if diff := cmp.Diff(want, see(n, at, 1000*time.Hour)); diff != "" {
			t.Errorf("sighting %d (-want +got):\n%s", n, diff)
		}
	}
	checkSum(t, m.Stats())
}
