package state

import "math"

// A ring notes in which of the latest slots something was seen, a bit each.
type ring struct {
	slot  uint32 // its length in seconds
	n     uint32 // how many there are
	top   uint32 // the latest that was seen; the ring covers (top-n, top]
	words []uint64
}

const maxSlots = 1024

// ringOf says how many slots it takes for a history: a quarter more, since those who ask allow for lateness, and two
// that are not whole.
func ringOf(history, slot uint32) (uint32, uint32) {
	n := (uint64(history)+uint64(history)/4)/uint64(slot) + 2
	return slot, uint32(min(n, maxSlots))
}

func newRing(slot, n uint32) *ring {
	return &ring{slot: slot, n: n, words: make([]uint64, (n+63)/64)}
}

// set notes a slot. One that is too old is none of the ring's any more, so that the order of noting makes no difference.
func (r *ring) set(s uint32) {
	switch {
	case s > r.top && s-r.top >= r.n:
		clear(r.words)
	case s > r.top:
		for i := r.top + 1; i != s; i++ {
			r.words[i%r.n/64] &^= 1 << (i % r.n % 64)
		}
	case r.top-s >= r.n:
		return
	}
	r.top = max(r.top, s)
	r.words[s%r.n/64] |= 1 << (s % r.n % 64)
}

// count counts the slots that were seen and lie wholly in [from, to).
func (r *ring) count(from, to int64) (seen int) {
	length := int64(r.slot)
	lowest := max(0, int64(r.top)-int64(r.n)+1)
	if from > math.MaxUint32 || to <= 0 {
		return 0
	}
	lowest = max(lowest, (max(from, 0)+length-1)/length)
	for s := lowest; s <= int64(r.top) && (s+1)*length <= to; s++ {
		i := uint32(s) % r.n
		seen += int(r.words[i/64] >> (i % 64) & 1)
	}
	return seen
}

func (r *ring) size() int {
	if r == nil {
		return 0
	}
	return 48 + 8*len(r.words)
}
