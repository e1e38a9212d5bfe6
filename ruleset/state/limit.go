package state

import (
	"cmp"
	"slices"
)

// Limit takes members out of a window that has more than limit, and returns how many; Dropped counts them. First go
// those whose flags and values a later member has as well, so that their number is lost but what they were is not; the
// oldest first. Then the oldest of the others go. Since it looks at all members, it leaves room for a few more: a
// sixteenth of limit.
//
// The member that was added last may be among them.
func (w *Window) Limit(limit int) (dropped int) {
	n := w.Len()
	if n <= limit {
		return 0
	}
	dropped = n - max(limit-limit/16, 0)
	order := w.rows.byTime()
	gone := make([]bool, n)
	left := dropped
	repeated := w.rows.repeated(order)
	for _, any := range []bool{false, true} {
		for _, i := range order {
			if left > 0 && !gone[i] && (any || repeated[i]) {
				gone[i] = true
				left--
			}
		}
	}
	w.Remove(func(i int, _ Member) bool { return gone[i] })
	w.dropped += uint64(dropped)
	return dropped
}

// byTime returns the places of the members, the oldest first.
func (r *rows) byTime() []int {
	order := make([]int, r.len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(r.time(r.head+i), r.time(r.head+j)) })
	return order
}

// repeated says of each member whether a later one has the same flags and values.
func (r *rows) repeated(order []int) []bool {
	repeated := make([]bool, r.len())
	latest := make(map[uint64]int, r.len()) // by a hash. Where two differ but share it, neither counts as repeated.
	for _, i := range slices.Backward(order) {
		row := r.row(r.head + i)[rowFlags:]
		var h uint64
		for _, word := range row {
			h = mix(h ^ word)
		}
		if j, ok := latest[h]; !ok {
			latest[h] = i
		} else if slices.Equal(row, r.row(r.head + j)[rowFlags:]) {
			repeated[i] = true
		}
	}
	return repeated
}
