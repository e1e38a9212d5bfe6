package state

import "encoding/binary"

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

// flags are those of all members.
func (r *rows) flags() (all uint64) {
	for p := r.head; p < r.n; p++ {
		all |= r.words[p*r.width+rowFlags]
	}
	return all
}

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
	case cap(r.words) > block*r.width && used < cap(r.words)/4:
		words := make([]uint64, used, 2*used)
		copy(words, r.words[r.head*r.width:])
		r.words, r.head, r.n = words, 0, r.n-r.head
		r.measure()
	case used == 0 && len(r.words) > 0:
		r.slide()
	}
}

// slide moves the rows to where the slice begins.
func (r *rows) slide() {
	n := copy(r.words, r.words[r.head*r.width:])
	r.words, r.head, r.n = r.words[:n], 0, r.n-r.head
	r.measure()
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
