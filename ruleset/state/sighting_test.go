package state_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

func unix(s int64) time.Time { return time.Unix(s, 0).UTC() }

// Whatever runs there are, and however late sightings come within a quarter of History, SeenIn says what a plain set of
// times says: the set so far, and the set at last.
func TestSighting_SeenInAgainstSet(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	asked := map[bool]int{}
	for range 4000 {
		late := rnd.Int64N(20)
		history := 4*late + rnd.Int64N(30) + 1
		var g state.Sighting
		var arrivals []int64
		var answers []bool
		latest := int64(1000)
		for range 60 {
			// Gaps of about a History, where runs are apart or just not, and short ones.
			switch rnd.IntN(4) {
			case 0:
				latest += max(0, history+rnd.Int64N(5)-2)
			case 1:
				latest += rnd.Int64N(3 * history)
			default:
				latest += rnd.Int64N(late + 1)
			}
			at := latest
			for range 1 + rnd.IntN(4) {
				arrivals = append(arrivals, at)
				g.See(state.Sight{Time: unix(at), History: time.Duration(history) * time.Second})
				answers = append(answers, g.SeenIn(unix(at-late-history), unix(at-late)))
				if got, want := answers[len(answers)-1], inSet(arrivals, at-late-history, at-late); got != want {
					t.Fatalf("history %d, late %d, arrivals %v: seen %v, want %v", history, late, arrivals, got, want)
				}
				at = latest - rnd.Int64N(late+1)
			}
		}
		for i, at := range arrivals {
			if want := inSet(arrivals, at-late-history, at-late); answers[i] != want {
				t.Fatalf("history %d, late %d, arrivals %v: seen %v at %d, and %v at last", history, late, arrivals, answers[i], at, want)
			}
			asked[answers[i]]++
		}
	}
	if asked[true] < 1000 || asked[false] < 1000 {
		t.Errorf("the answers were too much alike: %v", asked)
	}
}

func inSet(set []int64, from, to int64) bool {
	for _, s := range set {
		if from <= s && s < to {
			return true
		}
	}
	return false
}

func TestSighting_See(t *testing.T) {
	const h = 100
	for _, test := range []struct {
		name              string
		times             []int64
		prev, first, last int64
	}{
		{"once", []int64{500}, 0, 500, 500},
		{"a run", []int64{500, 599}, 0, 500, 599},
		{"two runs", []int64{500, 600}, 500, 600, 600},
		{"within", []int64{500, 590, 550}, 0, 500, 590},
		{"before", []int64{500, 401}, 0, 401, 500},
		{"long before", []int64{500, 400}, 400, 500, 500},
		{"long before, the later of two", []int64{500, 300, 400, 350}, 400, 500, 500},
		{"what joins", []int64{500, 650, 575}, 0, 500, 650},
		{"what does not join", []int64{500, 700, 601}, 500, 601, 700},
		{"before 1970", []int64{-5}, 0, 1, 1},
		{"after 2106", []int64{1 << 40}, 0, math.MaxUint32, math.MaxUint32},
	} {
		t.Run(test.name, func(t *testing.T) {
			var g state.Sighting
			for range 2 {
				for _, at := range test.times {
					g.See(state.Sight{Time: unix(at), History: h * time.Second})
				}
				if test.name == "what joins" || test.name == "two runs" {
					break // what is forgotten of the first run cannot come back
				}
			}
			at := func(s int64) time.Time {
				if s == 0 {
					return time.Time{}
				}
				return unix(s)
			}
			want := [3]time.Time{at(test.prev), at(test.first), at(test.last)}
			if diff := cmp.Diff(want, [3]time.Time{g.Prev(), g.First(), g.Last()}); diff != "" {
				t.Errorf("prev, first, last (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSighting_Zero(t *testing.T) {
	var g state.Sighting
	if g.SeenIn(time.Time{}, unix(1<<40)) || g.Slots(time.Time{}, unix(1<<40)) != 0 || !g.Expires(time.Hour).IsZero() {
		t.Error("the zero Sighting was seen")
	}
	g.See(state.Sight{Time: noon, History: time.Hour})
	if got, want := g.Expires(time.Hour), noon.Add(90*time.Minute); !got.Equal(want) {
		t.Errorf("it expires at %v, want %v", got, want)
	}
}

// Parts of a second make no sighting earlier than it was.
func TestSighting_SeenInParts(t *testing.T) {
	var g state.Sighting
	g.See(state.Sight{Time: noon.Add(700 * time.Millisecond), History: time.Minute})
	for _, test := range []struct {
		from, to time.Duration
		want     bool
	}{
		{0, time.Minute, true},
		{time.Nanosecond, time.Minute, false},
		{-time.Minute, 0, false},
		{-time.Minute, time.Nanosecond, true},
	} {
		if got := g.SeenIn(noon.Add(test.from), noon.Add(test.to)); got != test.want {
			t.Errorf("SeenIn(%v, %v) = %v", test.from, test.to, got)
		}
	}
}

func TestSighting_Announce(t *testing.T) {
	a, b := state.EventID{1}, state.EventID{15: 1}
	for _, test := range []struct {
		name    string
		periods []int64
		want    []int64
	}{
		{"one", []int64{0}, []int64{0}},
		{"two", []int64{5, 6}, []int64{5, 6}},
		{"the latest two", []int64{5, 6, 7}, []int64{6, 7}},
		{"in any order", []int64{7, 5, 6}, []int64{6, 7}},
		{"not an earlier one", []int64{6, 7, 5}, []int64{6, 7}},
		{"twice", []int64{6, 6, 6}, []int64{6}},
		{"before 1970", []int64{-2, -1, -3}, []int64{-2, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var g state.Sighting
			for _, p := range test.periods {
				g.Announce(p, a)
			}
			var got []int64
			for p := int64(-5); p < 10; p++ {
				announced, this := g.AnnouncedBy(p, a)
				if other, that := g.AnnouncedBy(p, b); announced != other || announced != this || that {
					t.Errorf("period %d: announced %v and %v, by this %v, by another %v", p, announced, other, this, that)
				}
				if announced {
					got = append(got, p)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("announced (-want +got):\n%s", diff)
			}
		})
	}
}

// Slots are those of a plain set, as far as the ring remembers, whatever the order.
func TestSighting_SlotsAgainstSet(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		slot := rnd.Int64N(50) + 1
		history := slot * (rnd.Int64N(40) + 4)
		s := state.Sight{History: time.Duration(history) * time.Second, Slot: time.Duration(slot) * time.Second}
		var g state.Sighting
		set := map[int64]bool{}
		latest := 10 * history
		for range 200 {
			latest += rnd.Int64N(3 * slot)
			if rnd.IntN(50) == 0 {
				latest += rnd.Int64N(2 * history)
			}
			at := latest - rnd.Int64N(history/4+1)
			if rnd.IntN(20) == 0 {
				at -= rnd.Int64N(5 * history) // too late to be noted, or not
			}
			set[at/slot] = true
			s.Time = unix(at)
			g.See(s)
			to := max(at, latest) - rnd.Int64N(history/4+1)
			from := to - rnd.Int64N(history+1)
			if from < latest-history-history/4 {
				continue
			}
			want := 0
			for k := range set {
				if k*slot >= from && (k+1)*slot <= to {
					want++
				}
			}
			if got := g.Slots(unix(from), unix(to)); got != want {
				t.Fatalf("history %d, slot %d: %d slots in [%d, %d), want %d of %v", history, slot, got, from, to, want, set)
			}
		}
	}
}

func TestSighting_SlotsBounds(t *testing.T) {
	var g state.Sighting
	s := state.Sight{Time: noon, History: 365 * 24 * time.Hour, Slot: time.Minute}
	for i := range 3000 {
		s.Time = noon.Add(time.Duration(i) * time.Minute)
		g.See(s)
	}
	if n := g.Slots(time.Time{}, unix(1<<40)); n != 1024 {
		t.Errorf("%d slots are remembered, want 1024", n)
	}
	for _, of := range [][2]time.Time{{noon, noon}, {s.Time, noon}, {unix(1 << 40), unix(1 << 41)}, {unix(-9), unix(-1)}} {
		if n := g.Slots(of[0], of[1]); n != 0 {
			t.Errorf("%d slots in %v", n, of)
		}
	}
	s.Slot = 0
	if g.See(s); g.Slots(time.Time{}, unix(1<<40)) != 0 {
		t.Error("slots are remembered by a rule that has none")
	}
}
