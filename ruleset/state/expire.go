package state

import (
	"math"
	"slices"
)

// expire removes the rows that are older than cut, and returns the time of the oldest that stays. It looks at the rows
// before the last one that goes, and at one number for each block of the others.
func (r *rows) expire(cut int64) (oldest int64) {
	last := r.lastBefore(cut)
	to := last
	for p := last; p >= r.head; p-- {
		if r.time(p) >= cut {
			copy(r.row(to), r.row(p))
			to--
		}
	}
	if last >= 0 {
		r.head = to + 1
		for b := r.head / block; b <= last/block && b < len(r.mins); b++ {
			r.mins[b] = r.minOf(b)
		}
		r.tidy()
	}
	return r.oldest()
}

// lastBefore returns the last row that is older than cut, or -1.
func (r *rows) lastBefore(cut int64) int {
	if r.mins == nil {
		return r.lastIn(0, cut)
	}
	for b := len(r.mins) - 1; b >= r.head/block; b-- {
		if r.mins[b] < cut {
			return r.lastIn(b, cut)
		}
	}
	return -1
}

func (r *rows) lastIn(b int, cut int64) int {
	for p := min((b+1)*block, r.n) - 1; p >= max(b*block, r.head); p-- {
		if r.time(p) < cut {
			return p
		}
	}
	return -1
}

func (r *rows) oldest() int64 {
	if r.mins == nil {
		return r.minOf(0)
	}
	return slices.Min(r.mins[r.head/block:]) // head is in use: tidy sees to it
}

// measure works out mins anew.
func (r *rows) measure() {
	r.mins = r.mins[:0]
	if r.n <= block {
		r.mins = nil
		return
	}
	for b := 0; b*block < r.n; b++ {
		r.mins = append(r.mins, r.minOf(b))
	}
}

// minOf is the oldest time in a block.
func (r *rows) minOf(b int) int64 {
	oldest := int64(math.MaxInt64)
	for p := max(b*block, r.head); p < min((b+1)*block, r.n); p++ {
		oldest = min(oldest, r.time(p))
	}
	return oldest
}
