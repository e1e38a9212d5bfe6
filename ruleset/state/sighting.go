package state

import (
	"math"
	"time"
)

// A Sighting is what Store.Sight keeps under one key: when the key was seen, in three times, and what was given out.
// The zero Sighting was never seen. It is not safe for concurrent use; a store gives it to one judge at a time.
//
// The sightings that are less than History apart form a run. First and Last are the ends of the latest run, and Prev is
// the last sighting before it. That is all it takes to answer SeenIn.
type Sighting struct {
	prev, first, last uint32 // Unix seconds, 0 for none
	notices           [2]notice
	ring              *ring
}

// See records a sighting. Seeing the same again changes nothing, and late ones may come in any order. Every store's
// Sight is this function, and the saving of what it leaves.
//
// Times count in whole seconds, from 1970-01-01T00:00:01Z to 2106-02-07; what lies outside is taken for the nearest.
// s.History is rounded up to seconds, at least one.
func (g *Sighting) See(s Sight) {
	t, h := seconds(s.Time), span(s.History)
	g.see(t, h)
	if s.Slot <= 0 {
		g.ring = nil
		return
	}
	slot, n := ringOf(h, span(s.Slot))
	if g.ring == nil || g.ring.slot != slot || g.ring.n != n {
		g.ring = newRing(slot, n)
	}
	g.ring.set(t / slot)
}

func (g *Sighting) see(t, h uint32) {
	switch {
	case g.last == 0:
		g.first, g.last = t, t
	case t > g.last && t-g.last < h:
		g.last = t
	case t > g.last:
		g.prev, g.first, g.last = g.last, t, t
	case t >= g.first:
	case g.first-t >= h:
		g.prev = max(g.prev, t)
	default:
		g.first = t
		if g.prev != 0 && (g.prev >= t || t-g.prev < h) { // the two runs are one
			g.first, g.prev = min(g.prev, t), 0
		}
	}
}

// First is the first sighting of the latest run that is known of, or the zero Time when there was none.
func (g *Sighting) First() time.Time { return fromSeconds(g.first) }

// Last is the last sighting, or the zero Time when there was none.
func (g *Sighting) Last() time.Time { return fromSeconds(g.last) }

// Prev is the last sighting before the latest run, or the zero Time when none is known.
func (g *Sighting) Prev() time.Time { return fromSeconds(g.prev) }

// SeenIn reports whether there was a sighting s with from <= s < to.
//
// The answer is exact when to-from is at least the History that the sightings were recorded with, and to is no earlier
// than History/2 before the last sighting: a rule that allows sightings to be late by up to a quarter of History, and
// asks at the sighting of t about the time before t less that lateness, is always told the truth.
func (g *Sighting) SeenIn(from, to time.Time) bool {
	a, b := ceilSeconds(from), ceilSeconds(to)
	switch first, last, prev := int64(g.first), int64(g.last), int64(g.prev); {
	case last == 0:
		return false
	case b > last:
		return last >= a
	case b > first:
		return true // within a run, two sightings are never as far apart as from and to
	default:
		return prev != 0 && prev >= a && prev < b
	}
}

// Slots counts the slots, of the length Sight.Slot and aligned to Unix time 0, in which the key was seen and which lie
// wholly in [from, to). Those of the latest one and a quarter History are remembered, 1024 at most. It is 0 when
// sightings were recorded without slots.
func (g *Sighting) Slots(from, to time.Time) int {
	if g.ring == nil {
		return 0
	}
	return g.ring.count(ceilSeconds(from), to.Unix())
}

// Expires is when the sightings can change no answer any more: a store may forget them then. That is one and a half
// History after the last, since those who ask allow for lateness. It is the zero Time when there was none.
func (g *Sighting) Expires(history time.Duration) time.Time {
	if g.last == 0 {
		return time.Time{}
	}
	return fromSeconds(expiry(g.last, span(history)))
}

func expiry(last, history uint32) uint32 {
	return uint32(min(uint64(last)+uint64(history)+uint64(history)/2, math.MaxUint32))
}

func seconds(t time.Time) uint32 { return uint32(min(max(t.Unix(), 1), math.MaxUint32)) }

func fromSeconds(s uint32) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(int64(s), 0).UTC()
}

// ceilSeconds is the first whole second that is not before t.
func ceilSeconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// span is a length of time in seconds, at least one.
func span(d time.Duration) uint32 {
	s := d / time.Second
	if d%time.Second > 0 {
		s++
	}
	return uint32(min(max(s, 1), math.MaxUint32))
}
