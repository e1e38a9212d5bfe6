package statetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

// addAtRandom adds to several windows while time goes on, some members late and some twice. A store may have forgotten
// a window that has ended, and nothing else.
func addAtRandom(p *probe) {
	rnd := rand.New(rand.NewPCG(3, 4))
	models := map[int]*model{}
	keep := state.Keep{Keep: 10 * time.Minute, Values: 2}
	clock := noon
	var sent []state.Member
	for i := range 1500 * p.rounds {
		clock = clock.Add(time.Duration(rnd.ExpFloat64() * float64(10*time.Second)))
		m := member(i, clock.Add(-time.Duration(rnd.ExpFloat64()*float64(2*time.Minute))))
		if i > 0 && rnd.IntN(5) == 0 {
			m = sent[max(0, len(sent)-1-rnd.IntN(50))]
		}
		sent = append(sent, m)
		n := int(m.Values[0]) * 7 % 11
		key := state.Key{Rule: "at-random", Group: state.FingerprintOf(fmt.Sprint(n))}
		w := models[n]
		if w == nil {
			w = &model{}
			models[n] = w
		}
		ended := !w.last.Add(keep.Keep).After(clock)
		want := view{judged: true, At: w.add(m, keep.Keep), Last: w.last, Members: w.members}
		got := p.add(key, m, keep, nil)
		diff := difference(want, got)
		if diff != "" && ended {
			*w = model{}
			want = view{judged: true, At: w.add(m, keep.Keep), Last: w.last, Members: w.members}
			diff = difference(want, got)
		}
		if diff != "" {
			p.Fatalf("operation %d (-want +got):\n%s", i, diff)
		}
	}
}

func difference(want, got view) string {
	if reflect.DeepEqual(want, got) { // as nearly always, and faster
		return ""
	}
	return gocmp.Diff(want, got, gocmp.AllowUnexported(view{}))
}

// sightAtRandom compares the answers of SeenIn with those of a plain set of times, for sightings that are late by up to
// a quarter of History, while keys come and go.
func sightAtRandom(p *probe) {
	rnd := rand.New(rand.NewPCG(5, 6))
	const history, late = 400 * time.Second, 100 * time.Second
	seen := map[int][]time.Time{}
	clock := noon
	for i := range 1500 * p.rounds {
		clock = clock.Add(time.Duration(rnd.IntN(60)) * time.Second)
		at := clock.Add(-time.Duration(rnd.IntN(101)) * time.Second)
		n := min(rnd.IntN(12), rnd.IntN(12)) // some seldom, some often
		seen[n] = append(seen[n], at)
		to := at.Add(-late)
		from := to.Add(-history)
		want := false
		for _, s := range seen[n] {
			want = want || !s.Before(from) && s.Before(to)
		}
		key := state.Key{Rule: "at-random", Group: state.FingerprintOf(fmt.Sprint(n))}
		p.see(key, state.Sight{Time: at, History: history}, func(g *state.Sighting) string {
			if got := g.SeenIn(from, to); got != want {
				return fmt.Sprintf("operation %d: key %d, seen at %v: SeenIn(%v, %v) = %v, want %v", i, n, seen[n], from, to, got, want)
			}
			return ""
		})
		if p.Failed() {
			return
		}
	}
}
