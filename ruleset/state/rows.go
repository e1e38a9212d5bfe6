package state

import (
	"encoding/binary"
	"math"
	"slices"
)

// rows holds the members of a window, each as a row of words in one slice: the ID (two), the time, the flags, the
// values. One slice, because most windows are small and each slice more would weigh as much as a member.
//
// Members mostly come and go in the order of time, so that rows are taken from the front, by moving head; what lies in
// between is closed by moving the rows before it.
type rows struct {
	words []uint64
	width int     // words in a row
	n     int     // rows, those included that are gone
	head  int     // the first row in use
	mins  []int64 // for each block of rows the oldest time of those in use; nil when one block is all
}

const (
	rowID, rowTime, rowFlags, rowValues = 0, 2, 3, 4

	maxValues = 64
	block     = 128
)

func rowWidth(values int) int { return rowValues + min(max(values, 0), maxValues) }

func (r *rows) len() int { return r.n - r.head }

func (r *rows) row(p int) []uint64 { return r.words[p*r.width : (p+1)*r.width : (p+1)*r.width] }

func (r *rows) time(p int) int64 { return int64(r.words[p*r.width+rowTime]) }

func (r *rows) member(i int) Member {
	row := r.row(r.head + i)
	return Member{ID: idOfWords(row), Time: fromMillis(int64(row[rowTime])), Flags: row[rowFlags], Values: row[rowValues:]}
}

// find searches from the end, since an event that is delivered twice mostly comes twice in a short time.
func (r *rows) find(id EventID) int {
	a, b := wordsOfID(id)
	for p := r.n - 1; p >= r.head; p-- {
		if row := r.words[p*r.width:]; row[rowID] == a && row[rowID+1] == b {
			return p - r.head
		}
	}
	return -1
}

func (r *rows) push(id EventID, t int64, flags uint64, values []uint64) {
	if len(r.words)+r.width > cap(r.words) && r.head > r.n/4 {
		r.slide()
	}
	a, b := wordsOfID(id)
	r.words = append(r.words, a, b, uint64(t), flags)
	n := min(len(values), r.width-rowValues)
	r.words = append(r.words, values[:n]...)
	for ; n < r.width-rowValues; n++ {
		r.words = append(r.words, 0)
	}
	r.n++
	switch p := r.n - 1; {
	case p < block:
	case r.mins == nil:
		r.measure()
	case p%block == 0:
		r.mins = append(r.mins, t)
	default:
		r.mins[p/block] = min(r.mins[p/block], t)
	}
}

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

// minOf is the oldest time in a block.
func (r *rows) minOf(b int) int64 {
	oldest := int64(math.MaxInt64)
	for p := max(b*block, r.head); p < min((b+1)*block, r.n); p++ {
		oldest = min(oldest, r.time(p))
	}
	return oldest
}

// remove removes the rows for which drop is true, and returns the time of the oldest that stays.
func (r *rows) remove(drop func(i int, m Member) bool) (oldest int64) {
	first, to := r.head, r.head
	for p := first; p < r.n; p++ {
		if drop(p-first, r.member(p-first)) {
			continue
		}
		if to != p {
			copy(r.row(to), r.row(p))
		}
		to++
	}
	r.words, r.n = r.words[:to*r.width], to
	r.tidy()
	r.measure()
	return r.oldest()
}

// tidy gives memory back when little of it is in use.
func (r *rows) tidy() {
	used := r.len() * r.width
	switch {
	case used == 0 && len(r.words) > 0:
		r.slide()
	case cap(r.words) > 4*block*r.width/8 && used < cap(r.words)/4:
		words := make([]uint64, used, 2*used)
		copy(words, r.words[r.head*r.width:])
		r.words, r.head, r.n = words, 0, r.n-r.head
		r.measure()
	}
}

// slide moves the rows to where the slice begins.
func (r *rows) slide() {
	n := copy(r.words, r.words[r.head*r.width:])
	r.words, r.head, r.n = r.words[:n], 0, r.n-r.head
	r.measure()
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

func (r *rows) size() int { return 8*cap(r.words) + 8*cap(r.mins) }

func wordsOfID(id EventID) (a, b uint64) {
	return binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:])
}

func idOfWords(row []uint64) (id EventID) {
	binary.LittleEndian.PutUint64(id[:8], row[rowID])
	binary.LittleEndian.PutUint64(id[8:], row[rowID+1])
	return id
}
