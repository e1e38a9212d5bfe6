package state

import (
	"sync"
	"sync/atomic"
)

// A clock is the latest event time. One event with a bogus time must not make a memory forget all, so that a time far
// ahead is believed only when a second one is far ahead as well, and then no more of it than the earlier of the two.
type clock struct {
	now atomic.Uint32 // Unix seconds, 0 before it is set: then any time is far ahead

	mu      sync.Mutex
	far     uint32 // a time that no other has borne out yet, 0 for none
	farFrom uint32 // what now was then
}

const farAhead = 24 * 60 * 60

// see takes note of an event's time, and returns what the clock shows.
func (c *clock) see(t uint32) uint32 {
	for {
		switch now := c.now.Load(); {
		case t <= now:
			return now
		case now == 0 || t-now > farAhead:
			return c.seeFar(t)
		case c.now.CompareAndSwap(now, t):
			return t
		}
	}
}

func (c *clock) seeFar(t uint32) uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now.Load()
	if c.far <= now || now-c.farFrom > farAhead { // long ago, and events went on without it
		c.far = 0
	}
	if c.far == 0 || c.far == t { // the same time may well be the same event
		c.far, c.farFrom = t, now
		return now
	}
	earlier, later := min(c.far, t), max(c.far, t)
	c.far, c.farFrom = later, earlier
	if later-earlier <= farAhead {
		earlier, c.far = later, 0
	}
	c.advance(earlier)
	return c.now.Load()
}

func (c *clock) advance(t uint32) {
	for now := c.now.Load(); now < t && !c.now.CompareAndSwap(now, t); now = c.now.Load() {
	}
}

func (c *clock) set(t uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Store(t)
	c.far = 0
}
