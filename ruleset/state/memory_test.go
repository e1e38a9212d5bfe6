package state_test

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

func keyOf(rule string, n int) state.Key {
	k := state.Key{Rule: rule}
	binary.LittleEndian.PutUint64(k.Group[:], uint64(n)*0x9e3779b97f4a7c15)
	binary.LittleEndian.PutUint64(k.Group[8:], uint64(n))
	return k
}

// seen records a sighting, and reports whether the memory knew of an earlier one.
func seen(t testing.TB, m state.Store, n int, at time.Time, history time.Duration) (known bool) {
	t.Helper()
	err := m.Sight(context.Background(), keyOf("seen", n), state.Sight{Time: at, History: history}, func(g *state.Sighting) {
		known = !g.First().Equal(at) || !g.Prev().IsZero()
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// added adds a member, and returns how many there are.
func added(t testing.TB, m state.Store, n, id int, at time.Time, keep time.Duration) (members int) {
	t.Helper()
	k := state.Keep{Keep: keep, Values: 1}
	err := m.Add(context.Background(), keyOf("added", n), member(id, at, uint64(id)), k, func(w *state.Window, _ int) {
		members = w.Len()
	})
	if err != nil {
		t.Fatal(err)
	}
	return members
}

func checkSum(t *testing.T, s state.Stats) {
	t.Helper()
	if s.Inserted != uint64(s.Keys)+s.Evicted+s.Expired || s.Keys != s.Windows+s.Sightings {
		t.Errorf("the counts do not add up: %+v", s)
	}
}

func TestMemory_Expires(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 1000})
	for i := range 10 {
		seen(t, m, i, noon.Add(time.Duration(i)*time.Second), 4*time.Hour)
		added(t, m, i, i, noon.Add(time.Duration(i)*time.Second), time.Hour)
	}
	added(t, m, 3, 100, noon.Add(30*time.Minute), time.Hour)
	for _, step := range []struct {
		at                 time.Duration
		windows, sightings int
	}{
		{59 * time.Minute, 10, 10},
		{65 * time.Minute, 1, 10}, // the one that was added to later is kept
		{89 * time.Minute, 1, 10},
		{95 * time.Minute, 0, 10},
		{5*time.Hour + 59*time.Minute, 0, 10}, // a sighting is kept for one and a half of its History
		{6*time.Hour + 6*time.Minute, 0, 0},
	} {
		seen(t, m, 1000, noon.Add(step.at), 100*time.Hour) // time goes on
		got := m.Stats()
		if got.Windows != step.windows || got.Sightings != step.sightings+1 || got.Evicted != 0 {
			t.Errorf("after %v: %+v, want %d windows, %d sightings and one", step.at, got, step.windows, step.sightings)
		}
		checkSum(t, got)
	}
	if m.Stats().Expired != 20 {
		t.Errorf("expired %d, want 20", m.Stats().Expired)
	}
}

// What ended in the meantime is removed a little at each operation, so that none takes long.
func TestMemory_ExpiresByAndBy(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 4000})
	for i := range 3000 {
		seen(t, m, i, noon.Add(time.Duration(i)*time.Millisecond), time.Minute)
	}
	n := 0
	for ; m.Stats().Sightings > 1; n++ {
		seen(t, m, 0, noon.Add(time.Hour+time.Duration(n)*time.Second), time.Minute)
		if n > 1000 {
			t.Fatalf("after 1000 operations %d are left", m.Stats().Sightings)
		}
	}
	if n < 100 {
		t.Errorf("all were removed in %d operations", n)
	}
}

func TestMemory_ABogusTime(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	const year = 365 * 24
	for _, test := range []struct {
		name  string
		hours []int // of events
		kept  bool  // whether what was seen at 0, and is kept for 60, still is
	}{
		{"none", []int{1, 2, 3}, true},
		{"its time comes", []int{1, 20, 40, 61}, false},
		{"one far ahead", []int{1, year}, true},
		{"the same again", []int{1, year, year, year}, true},
		{"one far ahead, then time goes on", []int{1, year, 2, 3, 4}, true},
		{"another agrees", []int{1, year, year + 1}, false},
		{"two far ahead, one of them nearer", []int{1, year, 61}, false},
		{"two far ahead, long apart", []int{1, year, 5, 10, 15, 20, 25, 30, year + 1}, true},
		{"the first event", []int{year, 1, 2, 3}, true},
		{"all before", []int{-1, -2, -3}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := state.NewMemory(state.Limits{Keys: 100})
			for i, h := range test.hours {
				if i == 1 {
					seen(t, m, 0, at(0), 40*time.Hour)
				}
				seen(t, m, 1+i, at(h), 100*year*time.Hour)
			}
			expired := m.Stats().Expired
			if kept := expired == 0; kept != test.kept {
				t.Errorf("expired %d, want it kept: %v", expired, test.kept)
			}
		})
	}
}

// When there are too many keys those go that end first; what had ended is not counted as evicted.
func TestMemory_Evicts(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 20})
	for i := range 20 { // the later ones end first
		seen(t, m, i, noon.Add(-time.Duration(i)*time.Hour), 100*time.Hour)
	}
	seen(t, m, 19, noon, 100*time.Hour) // but this is put off
	for i := range 10 {
		seen(t, m, 100+i, noon, 200*time.Hour)
	}
	got := m.Stats()
	want := state.Stats{Keys: 20, Sightings: 20, Bytes: got.Bytes, Inserted: 30, Evicted: 10}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	for i := range 20 {
		if i < 9 || i == 19 {
			if !seen(t, m, i, noon.Add(time.Second), 100*time.Hour) {
				t.Errorf("key %d is forgotten", i)
			}
		}
	}
	if m.Stats().Evicted != 10 {
		t.Error("a key that was to be kept was new")
	}
}

// A flood of sightings does not wash away the windows, nor the other way round.
func TestMemory_EvictsTheKindThatTakesMore(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 100})
	for i := range 40 {
		added(t, m, i, i, noon, time.Minute)
	}
	for i := range 1000 {
		seen(t, m, i, noon, 1000*time.Hour)
	}
	if got := m.Stats(); got.Windows != 40 || got.Sightings != 60 || got.Evicted != 940 {
		t.Errorf("after many sightings: %+v", got)
	}
	for i := range 1000 {
		added(t, m, 1000+i, i, noon, time.Minute)
	}
	if got := m.Stats(); got.Windows != 50 || got.Sightings != 50 {
		t.Errorf("after many windows: %+v", got)
	}
	checkSum(t, m.Stats())
}

func TestMemory_LimitOfBytes(t *testing.T) {
	m := state.NewMemory(state.Limits{Bytes: 1 << 20})
	for i := range 100_000 {
		n := i % 1000
		added(t, m, n, i, noon.Add(time.Duration(i)*time.Millisecond), time.Hour)
		if got := m.Stats().Bytes; i%100 == 0 && got > 1<<20 {
			t.Fatalf("%d bytes", got)
		}
	}
	got := m.Stats()
	if got.Evicted == 0 || got.Bytes < 1<<19 {
		t.Errorf("%+v", got)
	}
	checkSum(t, got)

	tiny := state.NewMemory(state.Limits{Bytes: 1})
	seen(t, tiny, 1, noon, time.Hour)
	added(t, tiny, 1, 1, noon, time.Hour)
	if got := tiny.Stats(); got.Keys != 0 || got.Bytes != 0 || got.Members != 0 || got.Evicted != 2 {
		t.Errorf("a memory of one byte: %+v", got)
	}
}

func TestMemory_CountsMembers(t *testing.T) {
	m := state.NewMemory(state.Limits{Members: 10})
	for i := range 25 {
		if n := added(t, m, 1, i, noon.Add(time.Duration(i)), time.Hour); n != min(i+1, 10) {
			t.Fatalf("%d members after %d", n, i+1)
		}
		added(t, m, 2, 0, noon, time.Hour)
	}
	if got := m.Stats(); got.Members != 11 || got.Dropped != 15 {
		t.Errorf("%+v", got)
	}
}

func TestMemory_DefaultLimits(t *testing.T) {
	want := state.Limits{Keys: 4_000_000, Bytes: 512 << 20, Members: 8192}
	for _, l := range []state.Limits{{}, {Keys: -1, Bytes: -1, Members: -1}} {
		if diff := cmp.Diff(want, state.NewMemory(l).Limits()); diff != "" {
			t.Errorf("defaults (-want +got):\n%s", diff)
		}
	}
}

// A judge that panics leaves the memory in use.
func TestMemory_JudgePanics(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 100})
	panics := func(f func()) {
		defer func() { recover() }()
		f()
	}
	panics(func() {
		_ = m.Add(t.Context(), keyOf("added", 1), member(1, noon), state.Keep{Keep: time.Hour, Values: 1}, func(*state.Window, int) { panic("add") })
	})
	panics(func() {
		_ = m.Sight(t.Context(), keyOf("seen", 1), state.Sight{Time: noon, History: time.Hour}, func(*state.Sighting) { panic("sight") })
	})
	if n := added(t, m, 1, 2, noon, time.Hour); n != 2 {
		t.Errorf("%d members", n)
	}
	seen(t, m, 1, noon, time.Hour)
	checkSum(t, m.Stats())
}

// Stats and Snapshot may be called while the memory is in use, and limits hold all the time.
func TestMemory_InUse(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 20_000})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 20_000 {
				at := noon.Add(time.Duration(i) * time.Second)
				seen(t, m, worker*7_000+i, at, 24*time.Hour)
				added(t, m, i%100, worker*20_000+i, at, time.Minute)
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			if got := m.Stats(); got.Keys > 20_000 {
				t.Errorf("%d keys", got.Keys)
			}
			if err := m.Snapshot(discard{}); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	checkSum(t, m.Stats())
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
