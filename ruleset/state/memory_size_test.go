package state_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// heap is what is in use, after the garbage is collected.
func heap() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

func TestMemory_BytesPerSighting(t *testing.T) {
	if testing.Short() {
		t.Skip("a million keys")
	}
	for _, keys := range []int64{1_000_000, 820_000} { // the second is just after the index has grown
		before := heap()
		m := state.NewMemory(state.Limits{})
		for i := range keys {
			seen(t, m, int(i), noon.Add(time.Duration(i)*time.Second), 90*24*time.Hour)
		}
		took := heap() - before
		got := m.Stats()
		t.Logf("%d sightings: %d bytes each, %d by Stats", got.Sightings, took/keys, got.Bytes/keys)
		if int64(got.Sightings) != keys || took/keys > 100 {
			t.Errorf("%d sightings take %d bytes each, want at most 100", got.Sightings, took/keys)
		}
		runtime.KeepAlive(m)
	}
}

// Stats.Bytes is what the memory takes, within a quarter.
func TestMemory_BytesAreHonest(t *testing.T) {
	for _, test := range []struct {
		name string
		fill func(m *state.Memory)
	}{
		{"sightings", func(m *state.Memory) {
			for i := range 150_000 {
				seen(t, m, i, noon.Add(time.Duration(i)*time.Second), 90*24*time.Hour)
			}
		}},
		{"sightings, most of them gone", func(m *state.Memory) {
			for i := range 400_000 {
				seen(t, m, i, noon.Add(time.Duration(i)*time.Second), 24*time.Hour)
			}
		}},
		{"sightings with slots", func(m *state.Memory) {
			for i := range 50_000 {
				s := state.Sight{Time: noon, History: 90 * 24 * time.Hour, Slot: 24 * time.Hour}
				if err := m.Sight(t.Context(), keyOf("slots", i), s, func(*state.Sighting) {}); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"windows of one", func(m *state.Memory) {
			for i := range 50_000 {
				added(t, m, i, i, noon, time.Hour)
			}
		}},
		{"windows of twenty", func(m *state.Memory) {
			for i := range 200_000 {
				added(t, m, i%10_000, i, noon, time.Hour)
			}
		}},
		{"windows of thousands", func(m *state.Memory) {
			for i := range 400_000 {
				added(t, m, i%100, i, noon.Add(time.Duration(i)*time.Second), 100*time.Hour)
			}
		}},
		{"windows, most of them gone", func(m *state.Memory) {
			for i := range 200_000 {
				added(t, m, i, i, noon.Add(time.Duration(i)*time.Second), time.Hour)
			}
		}},
		{"windows with notes", func(m *state.Memory) {
			k := state.Keep{Keep: time.Hour}
			for i := range 10_000 {
				err := m.Add(t.Context(), keyOf("notes", i), member(i, noon), k, func(w *state.Window, _ int) {
					w.Announced = append(w.Announced, state.Announcement{Period: 1})
					for i := range uint64(10) {
						w.SetText(i, "arn:aws:iam::210987654321:user/somebody")
					}
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := heap()
			m := state.NewMemory(state.Limits{Keys: 1 << 20})
			test.fill(m)
			took := heap() - before
			said := m.Stats().Bytes
			t.Logf("%d keys take %d bytes, by Stats %d (%+.0f%%)", m.Stats().Keys, took, said, 100*float64(said-took)/float64(took))
			if slack := int64(128 << 10); said < took*3/4-slack || said > took*5/4+slack {
				t.Errorf("it takes %d bytes, and says %d", took, said)
			}
			runtime.KeepAlive(m)
		})
	}
}

// A memory with a small limit keeps to it under many times as many keys, and accounts for all of them.
func TestMemory_Soak(t *testing.T) {
	operations := 1_000_000
	if testing.Short() {
		operations = 100_000
	}
	limit := int64(8 * operations)
	step := 100_000 * time.Second / time.Duration(operations)
	before := heap()
	m := state.NewMemory(state.Limits{Bytes: limit})
	start := time.Now()
	var most int64
	for i := range operations {
		at := noon.Add(time.Duration(i) * step)
		n := int(uint64(i)*0x9e3779b97f4a7c15>>32) % (operations / 5)
		if n%4 == 0 {
			added(t, m, n, i, at, time.Hour)
		} else {
			seen(t, m, n, at, 12*time.Hour)
		}
		if i%1000 == 0 {
			most = max(most, m.Stats().Bytes)
		}
	}
	took := heap() - before
	got := m.Stats()
	t.Logf("%d operations in %v: %+v; at most %d bytes by Stats, in the end %d on the heap", operations, time.Since(start), got, most, took)
	checkSum(t, got)
	if most > limit || took > limit*5/4+128<<10 {
		t.Errorf("over the limit of %d: %d by Stats, %d on the heap", limit, most, took)
	}
	if got.Evicted == 0 || got.Expired == 0 {
		t.Error("nothing was evicted, or nothing expired")
	}
	runtime.KeepAlive(m)
}
