package statetest

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// A probe is one test of a store.
type probe struct {
	*testing.T
	store  state.Store
	rounds int
}

var (
	noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)
	key  = state.Key{Rule: "a-rule", Group: state.FingerprintOf("a group")}
	hour = state.Keep{Keep: time.Hour, Values: 2}
)

func member(id int, at time.Time) state.Member {
	m := state.Member{Time: at, Flags: uint64(id % 3), Values: []uint64{uint64(id), 1 << 63}}
	binary.BigEndian.PutUint64(m.ID[:8], uint64(id)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(m.ID[8:], uint64(id))
	return m
}

// add adds m, and returns what the last call of judge was given. What that call says is wrong is an error: an earlier
// one may have been given what another process has changed since.
func (p *probe) add(key state.Key, m state.Member, k state.Keep, judge func(w *state.Window, at int) (wrong string)) view {
	p.Helper()
	v, err := tryAdd(p.Context(), p.store, key, m, k, judge)
	if err != nil {
		p.Fatalf("Add: %v", err)
	}
	if !v.judged {
		p.Fatal("Add did not call judge")
	}
	if v.wrong != "" {
		p.Error(v.wrong)
	}
	return v
}

func tryAdd(ctx context.Context, s state.Store, key state.Key, m state.Member, k state.Keep, judge func(*state.Window, int) (wrong string)) (view, error) {
	var v view
	err := s.Add(ctx, key, m, k, func(w *state.Window, at int) {
		v = view{judged: true, At: at, Last: w.Last()}
		for i := range w.Len() {
			m := w.At(i)
			m.Values = append([]uint64(nil), m.Values...)
			v.Members = append(v.Members, m)
		}
		if judge != nil {
			v.wrong = judge(w, at)
		}
	})
	return v, err
}

// A view is what judge was given of a window.
type view struct {
	judged  bool
	wrong   string
	At      int
	Last    time.Time
	Members []state.Member
}

// see records a sighting, and returns what is then known. Like add, it reports what the last call of judge says.
func (p *probe) see(key state.Key, s state.Sight, judge func(*state.Sighting) (wrong string)) times {
	p.Helper()
	var v times
	judged, wrong := false, ""
	err := p.store.Sight(p.Context(), key, s, func(g *state.Sighting) {
		v, judged = times{g.Prev(), g.First(), g.Last()}, true
		if judge != nil {
			wrong = judge(g)
		}
	})
	if err != nil {
		p.Fatalf("Sight: %v", err)
	}
	if wrong != "" {
		p.Error(wrong)
	}
	if !judged {
		p.Fatal("Sight did not call judge")
	}
	return v
}

type times struct{ Prev, First, Last time.Time }
