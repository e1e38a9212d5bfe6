package state

import "math/bits"

// A filter knows which IDs a large window surely does not hold, so that adding a new one need not search through all.
// It never says no of a member. It says yes of few others, those included that are gone.
type filter struct {
	bits []uint64 // their number is a power of two
	room int      // how many more can be added before it says yes too often
}

const (
	filterFrom = 64 // a smaller window is searched
	filterBits = 16 // for each member
	filterHits = 4  // for each member
)

func newFilter(r *rows) *filter {
	room := 2 * r.len()
	f := &filter{room: room, bits: make([]uint64, 1<<bits.Len(uint(room*filterBits/64-1)))}
	for p := r.head; p < r.n; p++ {
		f.add(idOfWords(r.row(p)))
	}
	return f
}

// add notes id, and reports whether there is room for more.
func (f *filter) add(id EventID) bool {
	h, step := filterHash(id)
	for range filterHits {
		f.bits[h/64%uint64(len(f.bits))] |= 1 << (h % 64)
		h += step
	}
	f.room--
	return f.room > 0
}

func (f *filter) has(id EventID) bool {
	h, step := filterHash(id)
	for range filterHits {
		if f.bits[h/64%uint64(len(f.bits))]&(1<<(h%64)) == 0 {
			return false
		}
		h += step
	}
	return true
}

func (f *filter) size() int {
	if f == nil {
		return 0
	}
	return 32 + 8*cap(f.bits)
}

func filterHash(id EventID) (h, step uint64) {
	a, b := wordsOfID(id)
	h = mix(a ^ bits.RotateLeft64(b, 32))
	return h, h>>32 | 1
}

// mix spreads every bit of x over all others (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
