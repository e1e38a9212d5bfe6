package state

import (
	"sync"
	"time"
	"unsafe"
)

// A shard is a part of a Memory, with a lock of its own.
type shard struct {
	mu     sync.Mutex
	limits Limits
	counts counts
	kept   kept
}

// kept is what a shard remembers.
type kept struct {
	windows     map[place]*held
	windowEnds  ends[*held]
	windowBytes int64
	members     int
	mostWindows int // since the map was made

	cells    cells
	cellEnds ends[uint32]
	rings    map[place]*ring // of the few sightings that note slots
	ringCost int64

	sighting Sighting // what judge is given; here it costs no allocation
}

type counts struct{ inserted, evicted, expired, dropped uint64 }

// held is a window and what goes with it.
type held struct {
	place   place
	keep    time.Duration
	cost    int // what it adds to windowBytes
	members int // and to members
	window  Window
}

const (
	// heldBytes is what a window takes without its members: its struct, its part of the map, and its entry in the order
	// of ends.
	heldBytes = int(unsafe.Sizeof(held{})) + 40 + 12
	// ringBytes is what a ring takes in its map.
	ringBytes = 40
)

func newKept() kept {
	return kept{windows: map[place]*held{}, rings: map[place]*ring{}}
}

func (k *kept) keys() int { return len(k.windows) + k.cells.live }

func (k *kept) sightingBytes() int64 { return int64(k.cells.live)*cellBytes + k.ringCost }

func (k *kept) bytes() int64 { return k.windowBytes + k.sightingBytes() }

// end is when a window expires, in Unix seconds.
func (h *held) end() uint32 {
	return seconds(h.window.Expires(Keep{Keep: h.keep}).Add(time.Second - time.Millisecond))
}

func (h *held) bucket() uint32 { return bucketEnd(h.end(), span(h.keep)) }

// hold adds a window.
func (k *kept) hold(h *held) {
	k.windows[h.place] = h
	k.mostWindows = max(k.mostWindows, len(k.windows))
	k.windowEnds.push(h.bucket(), h)
	k.settle(h)
}

// settle counts what a window takes now.
func (k *kept) settle(h *held) {
	cost, members := heldBytes+h.window.size(), h.window.Len()
	k.windowBytes += int64(cost - h.cost)
	k.members += members - h.members
	h.cost, h.members = cost, members
}

// release removes a window.
func (k *kept) release(h *held) {
	delete(k.windows, h.place)
	k.windowBytes -= int64(h.cost)
	k.members -= h.members
	if k.mostWindows > 4*len(k.windows)+1024 { // a map does not shrink
		windows := make(map[place]*held, len(k.windows))
		for p, h := range k.windows {
			windows[p] = h
		}
		k.windows, k.mostWindows = windows, len(windows)
	}
}

// load makes k.sighting that of a cell.
func (k *kept) load(c *cell) {
	k.sighting = Sighting{prev: c.prev, first: c.first, last: c.last, notices: c.notices}
	if len(k.rings) > 0 {
		k.sighting.ring = k.rings[c.place]
	}
}

// store makes a cell that of k.sighting.
func (k *kept) store(c *cell) {
	g := &k.sighting
	c.prev, c.first, c.last, c.notices = g.prev, g.first, g.last, g.notices
	k.setRing(c.place, g.ring)
}

func (k *kept) setRing(p place, r *ring) {
	if r == nil && len(k.rings) == 0 {
		return
	}
	if old := k.rings[p]; old == r {
		return
	} else if old != nil {
		k.ringCost -= int64(old.size() + ringBytes)
	}
	if r == nil {
		delete(k.rings, p)
		return
	}
	k.rings[p] = r
	k.ringCost += int64(r.size() + ringBytes)
}

// forget removes a sighting.
func (k *kept) forget(i uint32) {
	k.setRing(k.cells.at(i).place, nil)
	k.cells.remove(i)
	if k.cells.sparse() {
		k.compact()
	}
}

// compact copies the sightings to memory without gaps.
func (k *kept) compact() {
	var to cells
	k.cellEnds.replace(func(i uint32) uint32 {
		c := k.cells.at(i)
		j := to.insert(c.place)
		*to.at(j) = *c
		return j
	})
	k.cells = to
}
