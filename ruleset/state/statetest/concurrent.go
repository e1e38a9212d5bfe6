package statetest

import (
	"sync"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

const workers = 8

// addConcurrently adds to one window from many goroutines. No member is lost, each judge finds its own, and what only
// the first to see enough members may do is done once.
func addConcurrently(p *probe) {
	each := 25 * p.rounds
	var mu sync.Mutex
	var by []int
	lens := map[int]bool{}
	p.together(func(worker int) {
		for i := range each {
			m := member(worker*each+i, noon.Add(time.Duration(i)*time.Second))
			announced := false
			v, err := tryAdd(p.Context(), p.store, key, m, hour, func(w *state.Window, _ int) string {
				if announced = w.Len() >= each && len(w.Announced) == 0; announced {
					w.Announced = append(w.Announced, state.Announcement{Period: 1, By: m.ID})
				}
				return ""
			})
			if err != nil {
				p.Errorf("Add: %v", err)
				return
			}
			if v.At < 0 || v.At >= len(v.Members) || v.Members[v.At].ID != m.ID {
				p.Error("a member is not where judge is told")
			}
			distinct := map[state.EventID]bool{}
			for _, m := range v.Members {
				distinct[m.ID] = true
			}
			mu.Lock()
			if announced {
				by = append(by, len(v.Members))
			}
			if lens[len(v.Members)] || len(distinct) != len(v.Members) {
				p.Errorf("two additions saw %d members, %d of them distinct", len(v.Members), len(distinct))
			}
			lens[len(v.Members)] = true
			mu.Unlock()
		}
	})
	if len(by) != 1 || by[0] != each {
		p.Errorf("announced with %v members, want once with %d", by, each)
	}
	if got := p.add(key, member(0, noon), hour, nil); len(got.Members) != workers*each {
		p.Errorf("%d members, want %d", len(got.Members), workers*each)
	}
}

func sightConcurrently(p *probe) {
	each := 25 * p.rounds
	var mu sync.Mutex
	announced := 0
	p.together(func(worker int) {
		for i := range each {
			first := false
			id := member(worker*each+i, noon).ID
			s := state.Sight{Time: noon.Add(time.Duration(worker-i*workers) * time.Second), History: day}
			err := p.store.Sight(p.Context(), key, s, func(g *state.Sighting) {
				if was, _ := g.AnnouncedBy(1, id); !was {
					g.Announce(1, id)
					first = true
				} else {
					first = false
				}
			})
			if err != nil {
				p.Errorf("Sight: %v", err)
				return
			}
			if first {
				mu.Lock()
				announced++
				mu.Unlock()
			}
		}
	})
	if announced != 1 {
		p.Errorf("announced %d times, want once", announced)
	}
	want := times{First: noon.Add(-time.Duration(each-1) * workers * time.Second), Last: noon.Add((workers - 1) * time.Second)}
	if got := p.see(key, state.Sight{Time: noon, History: day}, nil); got != want {
		p.Errorf("seen %v, want %v", got, want)
	}
}

// together runs the workers and waits for them.
func (p *probe) together(work func(worker int)) {
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() { work(worker) })
	}
	wg.Wait()
}
