package state

import "sync"

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
	heldBytes   int64
	members     int
	mostWindows int // since the map was made

	cells     cells
	cellEnds  ends[uint32]
	rings     map[place]*ring // of the few sightings that note slots
	ringBytes int64

	sighting Sighting // what judge is given; here it costs no allocation
}

type counts struct{ inserted, evicted, expired, dropped uint64 }

func newKept() kept {
	return kept{windows: map[place]*held{}, rings: map[place]*ring{}}
}

func (k *kept) keys() int { return len(k.windows) + k.cells.live }

func (k *kept) windowBytes() int64 { return k.heldBytes + k.windowEnds.bytes() }

func (k *kept) sightingBytes() int64 {
	return int64(k.cells.live)*cellBytes + k.ringBytes + k.cellEnds.bytes()
}

func (k *kept) bytes() int64 { return k.windowBytes() + k.sightingBytes() }
