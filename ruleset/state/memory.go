package state

import (
	"context"
	"sync"
)

// Memory is a Store in this process's memory.
type Memory struct {
	mu        sync.Mutex
	limits    Limits
	windows   map[Key]*Window
	sightings map[Key]*Sighting
}

// Limits bound a Memory. A zero field means its default.
type Limits struct {
	Keys    int   // windows and sightings together
	Bytes   int64 // what they take
	Members int   // members of one window
}

// NewMemory returns an empty Memory.
func NewMemory(l Limits) *Memory {
	if l.Members <= 0 {
		l.Members = 8192
	}
	return &Memory{limits: l, windows: map[Key]*Window{}, sightings: map[Key]*Sighting{}}
}

// Add implements Store.
func (m *Memory) Add(ctx context.Context, key Key, mem Member, k Keep, judge func(w *Window, at int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.windows[key]
	if w == nil {
		w = &Window{}
		m.windows[key] = w
	}
	at := w.Add(mem, k)
	if w.Limit(m.limits.Members) > 0 {
		at = w.Index(mem.ID)
	}
	judge(w, at)
	return nil
}

// Sight implements Store.
func (m *Memory) Sight(ctx context.Context, key Key, s Sight, judge func(*Sighting)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.sightings[key]
	if g == nil {
		g = &Sighting{}
		m.sightings[key] = g
	}
	g.See(s)
	judge(g)
	return nil
}
