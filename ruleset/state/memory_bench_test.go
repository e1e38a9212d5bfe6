package state_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

func BenchmarkMemory_Sight(b *testing.B) {
	ctx := context.Background()
	s := state.Sight{Time: noon, History: 90 * 24 * time.Hour}
	judge := func(g *state.Sighting) { _ = g.SeenIn(noon, noon) }
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		m := state.NewMemory(state.Limits{})
		for i := 0; b.Loop(); i++ {
			_ = m.Sight(ctx, keyOf("a-rule-of-some-length", i), s, judge)
		}
	})
	known := state.NewMemory(state.Limits{})
	for i := range 1 << 19 {
		_ = known.Sight(ctx, keyOf("a-rule-of-some-length", i), s, judge)
	}
	for name, keys := range map[string]int{"known/of 1000": 1000, "known/of 500000": 500_000} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_ = known.Sight(ctx, keyOf("a-rule-of-some-length", i%keys), s, judge)
			}
		})
	}
	b.Run("known/parallel", func(b *testing.B) {
		b.ReportAllocs()
		var worker atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for i := int(worker.Add(1)) * 100_000; pb.Next(); i++ {
				_ = known.Sight(ctx, keyOf("a-rule-of-some-length", i%(1<<19)), s, judge)
			}
		})
	})
}

func BenchmarkMemory_Add(b *testing.B) {
	ctx := context.Background()
	judge := func(w *state.Window, at int) { _ = w.Len() + at }
	values := []uint64{1, 2}
	for _, bench := range []struct {
		name    string
		windows int
		step    time.Duration // between events; a window keeps an hour
	}{
		{"windows of 10", 1000, 360 * time.Millisecond},
		{"many windows of 10", 20_000, 18 * time.Millisecond},
		{"windows of 1000", 10, 360 * time.Millisecond},
		{"windows of 8000", 1, 450 * time.Millisecond},
		{"a window over the limit", 1, time.Millisecond},
	} {
		add := func(m *state.Memory, i int) {
			mem := state.Member{Time: noon.Add(time.Duration(i) * bench.step), Values: values}
			mem.ID[0], mem.ID[1], mem.ID[2], mem.ID[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
			_ = m.Add(ctx, keyOf("a-rule-of-some-length", i%bench.windows), mem, state.Keep{Keep: time.Hour, Values: 2}, judge)
		}
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			m := state.NewMemory(state.Limits{})
			for i := range 100_000 {
				add(m, i)
			}
			for i := 100_000; b.Loop(); i++ {
				add(m, i)
			}
		})
		b.Run(bench.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			m := state.NewMemory(state.Limits{})
			var i atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					add(m, int(i.Add(1)))
				}
			})
		})
	}
}

// Adding one member after the other to an ever larger window, and some of them late.
func BenchmarkWindow_Add(b *testing.B) {
	for _, late := range []time.Duration{0, 10 * time.Minute} {
		b.Run("late by "+late.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var w state.Window
				for i := range 20_000 {
					m := state.Member{Time: noon.Add(time.Duration(i)*time.Second - late*time.Duration(i%7)/7)}
					m.ID[0], m.ID[1] = byte(i), byte(i>>8)
					w.Add(m, state.Keep{Keep: 3 * time.Hour})
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20_000, "ns/member")
		})
	}
}

func BenchmarkMemory_Snapshot(b *testing.B) {
	const keys = 200_000
	m := state.NewMemory(state.Limits{})
	for i := range keys {
		seen(b, m, i, noon.Add(time.Duration(i)*time.Second), 90*24*time.Hour)
	}
	saved := snapshot(b, m)
	perKey := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/keys, "ns/key")
		b.ReportMetric(float64(len(saved))/keys, "bytes/key")
	}
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			_ = m.Snapshot(discard{})
		}
		perKey(b)
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			if err := state.NewMemory(state.Limits{}).Restore(bytes.NewReader(saved)); err != nil {
				b.Fatal(err)
			}
		}
		perKey(b)
	})
}
