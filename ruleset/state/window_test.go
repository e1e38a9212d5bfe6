package state_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

func member(id int, at time.Time, values ...uint64) state.Member {
	m := state.Member{Time: at, Flags: 1, Values: append([]uint64{}, values...)}
	binary.BigEndian.PutUint64(m.ID[8:], uint64(id))
	return m
}

func members(w *state.Window) []state.Member {
	var all []state.Member
	for i := range w.Len() {
		m := w.At(i)
		m.Values = slices.Clone(m.Values)
		all = append(all, m)
	}
	return all
}

// A plainWindow is the contract of Window.Add, and slow.
type plainWindow struct {
	members []state.Member
	last    time.Time
}

func (p *plainWindow) add(m state.Member, keep time.Duration) int {
	if m.Time.After(p.last) {
		p.last = m.Time
	}
	cut := p.last.Add(-keep)
	p.members = slices.DeleteFunc(p.members, func(m state.Member) bool { return m.Time.Before(cut) })
	if m.Time.Before(cut) {
		return -1
	}
	if i := slices.IndexFunc(p.members, func(have state.Member) bool { return have.ID == m.ID }); i >= 0 {
		return i
	}
	p.members = append(p.members, m)
	return len(p.members) - 1
}

// Windows of a few members and of thousands, fed in order and out of it, are what the contract says at every step.
func TestWindow_AddAgainstModel(t *testing.T) {
	for _, test := range []struct {
		name        string
		keep, step  time.Duration
		late, again float64 // lateness as a part of keep; how many are redelivered
	}{
		{"in order", time.Hour, time.Second, 0, 0},
		{"small", time.Minute, 10 * time.Second, 0.3, 0.1},
		{"some late", time.Hour, 10 * time.Second, 0.05, 0.1},
		{"most late", time.Hour, 10 * time.Second, 1.2, 0.05},
		{"with gaps", time.Hour, 10 * time.Second, 0.1, 0.1},
		{"backwards", time.Hour, -2 * time.Second, 0, 0.1},
		{"at once", time.Hour, 0, 0, 0.1},
	} {
		t.Run(test.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			var w state.Window
			var want plainWindow
			var sent []state.Member
			clock, k := noon, state.Keep{Keep: test.keep, Values: 1}
			for i := range 3000 {
				clock = clock.Add(test.step)
				if test.name == "with gaps" && rnd.IntN(500) == 0 {
					clock = clock.Add(time.Duration(rnd.Int64N(int64(2 * test.keep))).Truncate(time.Millisecond))
				}
				late := time.Duration(rnd.Float64() * test.late * float64(test.keep)).Truncate(time.Millisecond)
				m := member(i, clock.Add(-late), uint64(i))
				if rnd.Float64() < test.again && i > 0 {
					m = sent[rnd.IntN(len(sent))]
				}
				sent = append(sent, m)
				if rnd.IntN(300) == 0 {
					n := rnd.IntN(5) + 2
					w.Remove(func(i int, _ state.Member) bool { return i%n == 0 })
					i := -1
					want.members = slices.DeleteFunc(want.members, func(state.Member) bool { i++; return i%n == 0 })
				}
				if rnd.IntN(400) == 0 {
					w = recode(t, &w)
				}
				wantAt, at := want.add(m, test.keep), w.Add(m, k)
				if at != wantAt || w.Len() != len(want.members) || !w.Last().Equal(want.last) {
					t.Fatalf("operation %d: at %d of %d, last %v; want %d of %d, last %v",
						i, at, w.Len(), w.Last(), wantAt, len(want.members), want.last)
				}
				if i%50 == 0 && !reflect.DeepEqual(want.members, members(&w)) {
					if diff := cmp.Diff(want.members, members(&w)); diff != "" {
						t.Fatalf("operation %d (-want +got):\n%s", i, diff)
					}
				}
			}
			if diff := cmp.Diff(want.members, members(&w)); diff != "" {
				t.Errorf("at last (-want +got):\n%s", diff)
			}
			for i, m := range want.members {
				if at := w.Index(m.ID); at != i {
					t.Fatalf("Index of member %d is %d", i, at)
				}
			}
		})
	}
}

func TestWindow_Zero(t *testing.T) {
	var w state.Window
	k := state.Keep{Keep: time.Hour}
	if w.Len() != 0 || w.Index(state.EventID{}) != -1 || !w.Last().IsZero() || !w.Expires(k).IsZero() || w.Limit(0) != 0 {
		t.Error("the zero Window is not empty")
	}
	w.Remove(func(int, state.Member) bool { t.Error("there is nothing to remove"); return true })
	if at := w.Add(member(1, noon), k); at != 0 {
		t.Errorf("the first member is at %d", at)
	}
	if got := w.Expires(k); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("it expires at %v", got)
	}
}

func TestWindow_AddOddInput(t *testing.T) {
	huge := make([]uint64, 1000)
	for i := range huge {
		huge[i] = uint64(i) + 1
	}
	for _, test := range []struct {
		name   string
		m      state.Member
		k      state.Keep
		values []uint64
	}{
		{"too few values", member(1, noon, 7), state.Keep{Keep: time.Hour, Values: 3}, []uint64{7, 0, 0}},
		{"too many values", member(1, noon, 7, 8, 9), state.Keep{Keep: time.Hour, Values: 1}, []uint64{7}},
		{"less than none", member(1, noon, 7), state.Keep{Keep: time.Hour, Values: math.MinInt}, []uint64{}},
		{"far too many values", member(1, noon, huge...), state.Keep{Keep: time.Hour, Values: math.MaxInt}, huge[:64]},
		{"keeping nothing", member(1, noon), state.Keep{}, []uint64{}},
		{"keeping less than nothing", member(1, noon), state.Keep{Keep: -1 << 63}, []uint64{}},
		{"keeping for ever", member(1, noon), state.Keep{Keep: 1<<63 - 1}, []uint64{}},
		{"no time", member(1, time.Time{}), state.Keep{Keep: time.Hour}, []uint64{}},
		{"the end of time", member(1, time.Unix(1<<62, 0)), state.Keep{Keep: time.Hour}, []uint64{}},
		{"the beginning", member(1, time.Unix(-1<<62, 0)), state.Keep{Keep: 1<<63 - 1}, []uint64{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w state.Window
			for range 2 {
				if at := w.Add(test.m, test.k); at != 0 || w.Len() != 1 {
					t.Fatalf("at %d of %d", at, w.Len())
				}
			}
			if diff := cmp.Diff(test.values, w.At(0).Values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
			recode(t, &w)
		})
	}
}

func TestWindow_Limit(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	k := state.Keep{Keep: time.Hour, Values: 1}
	for _, test := range []struct {
		name    string
		members []state.Member
		limit   int
		want    []int // the last bytes of the IDs
	}{
		{"below", []state.Member{member(1, at(1), 5), member(2, at(2), 5)}, 2, []int{1, 2}},
		{"repeated ones first, the oldest first", []state.Member{
			member(1, at(1), 5), member(2, at(2), 6), member(3, at(3), 6), member(4, at(4), 6), member(5, at(5), 7),
		}, 4, []int{1, 3, 4, 5}},
		{"all repeated ones before others", []state.Member{
			member(1, at(1), 5), member(2, at(2), 6), member(3, at(3), 6), member(4, at(4), 6), member(5, at(5), 7),
		}, 3, []int{1, 4, 5}},
		{"then the oldest, by time", []state.Member{
			member(1, at(3), 5), member(2, at(2), 6), member(3, at(1), 7), member(4, at(4), 7),
		}, 1, []int{4}},
		{"older by time, not by place", []state.Member{member(1, at(2), 5), member(2, at(1), 5), member(3, at(1), 6)}, 2, []int{1, 3}},
		{"none", []state.Member{member(1, at(1), 5)}, 0, nil},
		{"less than none", []state.Member{member(1, at(1), 5)}, -5, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w state.Window
			for _, m := range test.members {
				w.Add(m, k)
			}
			dropped := w.Limit(test.limit)
			var got []int
			for _, m := range members(&w) {
				got = append(got, int(m.ID[15]))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if want := len(test.members) - len(test.want); dropped != want || w.Dropped() != uint64(want) {
				t.Errorf("dropped %d, in all %d; want %d", dropped, w.Dropped(), want)
			}
		})
	}
}

func TestWindow_LimitLeavesRoom(t *testing.T) {
	var w state.Window
	for i := range 1601 {
		w.Add(member(i, noon), state.Keep{Keep: time.Hour})
	}
	if n := w.Limit(1600); n != 101 || w.Len() != 1500 {
		t.Errorf("dropped %d of 1601, want 101", n)
	}
}

func TestWindow_Text(t *testing.T) {
	var w state.Window
	k := state.Keep{Keep: time.Hour, Values: 1}
	if _, ok := w.Text(1); ok {
		t.Error("the zero Window has a text")
	}
	long := strings.Repeat("x", 254) + "€uro"
	for _, step := range []struct{ set, want string }{
		{"one", "one"},
		{"two", "two"},
		{"", ""},
		{long, long[:254]},
		{strings.Repeat("\x80", 300), strings.Repeat("\x80", 252)},
		{strings.Repeat("y", 256), strings.Repeat("y", 256)},
	} {
		w.SetText(1, step.set)
		if got, ok := w.Text(1); !ok || got != step.want {
			t.Errorf("SetText(%q): %q, %v", step.set, got, ok)
		}
	}
	has := func(hash uint64) bool { _, ok := w.Text(hash); return ok }
	for i := range uint64(40) {
		w.Add(member(int(i), noon.Add(time.Duration(i)*time.Minute), i), k)
		w.SetText(i, "text")
		if has(i) != (i < 32) {
			t.Errorf("text %d is there: %v", i, has(i))
		}
	}
	// The first members are gone. Their texts make room for those of new ones, if not at once.
	for i := range uint64(200) {
		w.Add(member(1000+int(i), noon.Add(80*time.Minute+time.Duration(i)), 1000+i%3), k)
		w.SetText(1000+i%3, "text")
	}
	for hash, want := range map[uint64]bool{0: false, 15: false, 20: true, 31: true, 1000: true, 1001: true, 1002: true} {
		if has(hash) != want {
			t.Errorf("text %d is there: %v", hash, has(hash))
		}
	}
}

// Adding to a large window costs about what adding to a small one does. Searching all of it each time would make the
// larger here cost sixteen times as much for each member.
func TestWindow_AddIsLinear(t *testing.T) {
	perMember := func(n int, late time.Duration) time.Duration {
		best := time.Duration(1 << 62)
		for range 5 {
			start := time.Now()
			var w state.Window
			for i := range 2 * n { // half of them expire
				at := noon.Add(time.Duration(i)*time.Second - late*time.Duration(i%7))
				w.Add(member(i, at), state.Keep{Keep: time.Duration(n) * time.Second})
			}
			best = min(best, time.Since(start)/time.Duration(2*n))
		}
		return best
	}
	for _, late := range []time.Duration{0, time.Minute} {
		small, large := perMember(2000, late), perMember(32_000, late)
		t.Logf("late by up to %v: %v a member for 2000, %v for 32000", 6*late, small, large)
		if large > 8*small {
			t.Errorf("late by up to %v: %v a member for 2000, %v for 32000", 6*late, small, large)
		}
	}
}
