package state

import "context"

// Memory is a Store in this process's memory. It is bounded by Limits, and can be saved and loaded again with Snapshot
// and Restore. It is safe for concurrent use: keys are spread over shards, each with a lock of its own.
//
// A window is kept until Keep after its last member, a sighting for one and a half History, by the latest event time
// that was seen: see Stats for what happens to what.
type Memory struct {
	limits Limits
	clock  clock
	shards []shard
}

// NewMemory returns an empty Memory.
func NewMemory(l Limits) *Memory {
	m := &Memory{limits: l.orDefaults()}
	m.shards = make([]shard, m.limits.shards())
	for i := range m.shards {
		m.shards[i].limits = m.limits.part(len(m.shards))
		m.shards[i].kept = newKept()
	}
	return m
}

// Limits returns the limits, with the defaults filled in.
func (m *Memory) Limits() Limits { return m.limits }

func (m *Memory) shard(p place) *shard { return &m.shards[p[1]%uint64(len(m.shards))] }

// Add implements Store. judge must not use the Memory. The only error is that of ctx.
func (m *Memory) Add(ctx context.Context, key Key, member Member, k Keep, judge func(w *Window, at int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := m.clock.see(seconds(member.Time))
	p := placeOf(key)
	s := m.shard(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(now)
	h, found := s.kept.windows[p]
	if !found {
		h = &held{place: p}
	}
	h.keep = k.Keep
	at := h.window.Add(member, k)
	if dropped := h.window.Limit(m.limits.Members); dropped > 0 {
		s.counts.dropped += uint64(dropped)
		at = h.window.Index(member.ID)
	}
	if !found {
		s.counts.inserted++
		s.kept.hold(h)
	}
	judge(&h.window, at)
	s.kept.settle(h)
	s.makeRoom(now)
	return nil
}

// Sight implements Store. judge must not use the Memory. The only error is that of ctx.
func (m *Memory) Sight(ctx context.Context, key Key, g Sight, judge func(*Sighting)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := m.clock.see(seconds(g.Time))
	p := placeOf(key)
	s := m.shard(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(now)
	k := &s.kept
	i, found := k.cells.find(p)
	if !found {
		i = k.cells.insert(p)
	}
	c := k.cells.at(i)
	k.load(c)
	k.sighting.See(g)
	c.history = span(g.History)
	k.store(c)
	if !found {
		s.counts.inserted++
		k.cellEnds.push(bucketEnd(c.end(), c.history), i)
	}
	judge(&k.sighting)
	k.store(c)
	s.makeRoom(now)
	return nil
}
