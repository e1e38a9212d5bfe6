package state

import "context"

// Memory is a Store in this process's memory. It is bounded by Limits, and can be saved and loaded again with Snapshot
// and Restore. It is safe for concurrent use: keys are spread over shards, each with a lock of its own.
//
// A window expires Keep after its latest member, a sighting one and a half History after the last. The time is that of
// the latest event, and what has expired is removed bit by bit as events come. An event that is more than 24 hours ahead
// of all others moves the time only when another, with another time, is as well: one bogus time makes nothing else
// expire.
//
// When a limit is exceeded, windows or sightings are evicted, whichever there are more of, so that a flood of one kind
// does not wash away the other. Those go first that would have expired first, to within a 64th of what they are kept
// for. Stats tells the evicted from the expired. Each shard has an equal part of the limits, so that in total they are
// never exceeded, and eviction may begin a few percent below.
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
