package state

// expireAtOnce bounds the work that one operation has with what others left behind.
const expireAtOnce = 16

// expire removes some of what has ended by now, the earliest first.
func (s *shard) expire(now uint32) {
	for n := 0; n < expireAtOnce && s.kept.windowEnds.due(now); n++ {
		s.dropWindow(now)
	}
	for n := 0; n < expireAtOnce && s.kept.cellEnds.due(now); n++ {
		s.dropSighting(now)
	}
}

// makeRoom removes entries until the limits hold: of windows and sightings those that take more, so that a flood of one
// kind does not wash away the other; and of these the ones that end first.
func (s *shard) makeRoom(now uint32) {
	k := &s.kept
	for k.keys() > s.limits.Keys {
		s.dropOne(now, len(k.windows) > k.cells.live)
	}
	for k.bytes() > s.limits.Bytes && k.keys() > 0 {
		s.dropOne(now, k.windowBytes() > k.sightingBytes())
	}
}

func (s *shard) dropOne(now uint32, window bool) {
	if window {
		for !s.dropWindow(now) {
		}
		return
	}
	for !s.dropSighting(now) {
	}
}

// dropWindow removes the first window, unless its end was put off: then it only takes its new place, and the answer
// is false.
func (s *shard) dropWindow(now uint32) bool {
	h, end, ok := s.kept.windowEnds.pop()
	if !ok {
		return true
	}
	if later := h.bucket(); later > end {
		s.kept.windowEnds.push(later, h)
		return false
	}
	s.kept.release(h)
	s.count(h.end(), now)
	return true
}

// dropSighting does the same with the first sighting.
func (s *shard) dropSighting(now uint32) bool {
	i, end, ok := s.kept.cellEnds.pop()
	if !ok {
		return true
	}
	c := s.kept.cells.at(i)
	if later := bucketEnd(c.end(), c.history); later > end {
		s.kept.cellEnds.push(later, i)
		return false
	}
	ended := c.end()
	s.kept.forget(i)
	s.count(ended, now)
	return true
}

func (s *shard) count(end, now uint32) {
	if end <= now {
		s.counts.expired++
	} else {
		s.counts.evicted++
	}
}
