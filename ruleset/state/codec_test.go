package state_test

import (
	"encoding"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

var (
	_ encoding.BinaryAppender    = (*state.Window)(nil)
	_ encoding.BinaryUnmarshaler = (*state.Window)(nil)
	_ encoding.BinaryAppender    = (*state.Sighting)(nil)
	_ encoding.BinaryUnmarshaler = (*state.Sighting)(nil)
)

// recode returns what the binary form of w makes, which must be the same and have the same form.
func recode(t *testing.T, w *state.Window) state.Window {
	t.Helper()
	b, err := w.AppendBinary([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	b = b[len("before"):]
	var got state.Window
	if err := got.UnmarshalBinary(slices.Clone(b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(members(w), members(&got)); diff != "" {
		t.Fatalf("members (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(w.Announced, got.Announced); diff != "" {
		t.Fatalf("announcements (-want +got):\n%s", diff)
	}
	if !got.Last().Equal(w.Last()) || got.Dropped() != w.Dropped() {
		t.Fatalf("last %v, dropped %d; want %v, %d", got.Last(), got.Dropped(), w.Last(), w.Dropped())
	}
	if again, _ := got.AppendBinary(nil); !slices.Equal(again, b) {
		t.Fatalf("the binary form is not the same again:\n%x\n%x", b, again)
	}
	return got
}

func fullWindow() *state.Window {
	var w state.Window
	k := state.Keep{Keep: time.Hour, Values: 2}
	for i := range 100 {
		w.Add(member(i, noon.Add(time.Duration(i*7%100)*time.Second), uint64(i), 1<<63), k)
	}
	w.Limit(80)
	w.Announced = []state.Announcement{{Period: -3, By: state.EventID{1, 2}, Count: 9}, {Period: 1 << 62}}
	w.SetText(1, "one")
	w.SetText(1<<63, "")
	return &w
}

func TestWindow_Binary(t *testing.T) {
	recode(t, &state.Window{})
	w := fullWindow()
	got := recode(t, w)
	for _, hash := range []uint64{1, 1 << 63, 2} {
		want, wantOK := w.Text(hash)
		if text, ok := got.Text(hash); text != want || ok != wantOK {
			t.Errorf("text %d is %q, %v", hash, text, ok)
		}
	}
	b, _ := w.AppendBinary(nil)
	for name, bad := range map[string][]byte{
		"nothing":         {},
		"a later version": append([]byte{2}, b[1:]...),
		"cut short":       b[:len(b)-1],
		"cut in half":     b[:len(b)/2],
		"too long":        append(slices.Clone(b), 0),
		"a narrow row":    {1, 3},
		"many members":    {1, 4, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	} {
		left := *w
		if err := left.UnmarshalBinary(bad); err == nil {
			t.Errorf("%s: no error", name)
		} else if left.Len() != w.Len() {
			t.Errorf("%s: the window is not left as it was", name)
		}
	}
}

func TestSighting_Binary(t *testing.T) {
	g := fullSighting()
	b, err := g.AppendBinary([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	b = b[len("before"):]
	var got state.Sighting
	if err := got.UnmarshalBinary(slices.Clone(b)); err != nil {
		t.Fatal(err)
	}
	if again, _ := got.AppendBinary(nil); !slices.Equal(again, b) {
		t.Errorf("the binary form is not the same again:\n%x\n%x", b, again)
	}
	if got.Prev() != g.Prev() || got.First() != g.First() || got.Last() != g.Last() {
		t.Errorf("times %v %v %v", got.Prev(), got.First(), got.Last())
	}
	if n, want := got.Slots(noon, noon.Add(2000*time.Hour)), g.Slots(noon, noon.Add(2000*time.Hour)); n != want || n == 0 {
		t.Errorf("%d slots, want %d", n, want)
	}
	if announced, this := got.AnnouncedBy(-7, state.EventID{1}); !announced || !this {
		t.Error("an announcement is lost")
	}
	for name, bad := range map[string][]byte{
		"nothing":           {},
		"a later version":   append([]byte{2}, b[1:]...),
		"cut short":         b[:len(b)-1],
		"too long":          append(slices.Clone(b), 0),
		"last before first": {1, 0, 0, 9, 8},
		"no first":          {1, 0, 0, 0, 8},
		"prev after first":  {1, 0, 9, 9, 9},
		"unknown parts":     {1, 8, 0, 9, 9},
		"slots of nothing":  {1, 4, 0, 9, 9, 0, 1, 0},
		"slots after time":  {1, 4, 0, 9, 9, 2, 1, 0xff, 0xff, 0xff, 0xff, 0xf, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		left := *g
		if err := left.UnmarshalBinary(bad); err == nil {
			t.Errorf("%s: no error", name)
		} else if left.Last() != g.Last() {
			t.Errorf("%s: the sighting is not left as it was", name)
		}
	}
}

func fullSighting() *state.Sighting {
	var g state.Sighting
	for _, h := range []int{0, 1, 500, 501} {
		g.See(state.Sight{Time: noon.Add(time.Duration(h) * time.Hour), History: 480 * time.Hour, Slot: time.Hour})
	}
	g.Announce(-7, state.EventID{1})
	g.Announce(8, state.EventID{2})
	return &g
}

func FuzzWindow(f *testing.F) {
	var small state.Window
	small.Add(member(1, noon, 5), state.Keep{Keep: time.Hour, Values: 1})
	small.Announced = []state.Announcement{{Period: 3, Count: 2}}
	small.SetText(5, "five")
	for _, w := range []*state.Window{fullWindow(), &small, {}} {
		b, _ := w.AppendBinary(nil)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var w state.Window
		if w.UnmarshalBinary(b) != nil {
			return
		}
		recode(t, &w)
		k := state.Keep{Keep: time.Hour, Values: len(b) % 8}
		if w.Len() > 0 {
			k.Values = len(w.At(0).Values)
		}
		m := member(1<<30, w.Last())
		if at := w.Add(m, k); at < 0 || w.At(at).ID != m.ID {
			t.Errorf("a new member is at %d", at)
		}
		w.SetText(1, string(b))
		w.Limit(len(b) % 7)
		if w.Len() > len(b)%7 {
			t.Errorf("%d members over the limit of %d", w.Len(), len(b)%7)
		}
		w.Add(member(2, noon.Add(1000*time.Hour)), k)
		recode(t, &w)
	})
}

func FuzzSighting(f *testing.F) {
	b, _ := fullSighting().AppendBinary(nil)
	f.Add(b)
	f.Add([]byte{1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var g state.Sighting
		if g.UnmarshalBinary(b) != nil {
			return
		}
		again, _ := g.AppendBinary(nil)
		var same state.Sighting
		if err := same.UnmarshalBinary(again); err != nil {
			t.Fatal(err)
		}
		g.Slots(time.Unix(0, 0), g.Last())
		g.Slots(time.Time{}, time.Unix(1<<40, 0))
		g.Announce(int64(len(b)), state.EventID{1})
		if announced, this := g.AnnouncedBy(int64(len(b)), state.EventID{1}); announced && !this {
			t.Error("announced by another")
		}
		for _, at := range []time.Time{noon, g.First().Add(-time.Hour), g.Last().Add(time.Hour), {}} {
			g.See(state.Sight{Time: at, History: time.Duration(len(b)) * time.Minute, Slot: time.Second})
			if g.First().After(g.Last()) || !g.Prev().Before(g.First()) {
				t.Fatalf("out of order: %v, %v, %v", g.Prev(), g.First(), g.Last())
			}
		}
	})
}
