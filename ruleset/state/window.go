package state

import (
	"math"
	"time"
)

// A Window is what Store.Add keeps under one key: members, in the order in which they were added, and what a rule notes
// beside them. The zero Window is empty and ready for use. It is not safe for concurrent use; a store gives it to one
// judge at a time.
type Window struct {
	// Announced is what was given out from this window. Rules read and write it; a window that starts afresh has none.
	Announced []Announcement

	rows    rows
	begun   bool  // false in the zero Window, whose times say nothing
	last    int64 // the latest time of any member ever added
	oldest  int64 // no member is older
	flags   uint64
	known   *filter
	dropped uint64
	texts   *texts
}

// Add adds m, unless a member with its ID is there, and returns its place, or -1 when it is too old. Before, it drops
// the members that are older than k.Keep before the latest, m included. Every store's Add is this function, and the
// saving of what it leaves.
//
// Times count in whole milliseconds. A k.Keep below 0 counts as 0, and k.Values is at most 64. m.Values are copied, and
// cut or filled with zeros to that number; when it is not the number that the window was made with, which tells of a
// changed rule, the window starts afresh.
//
// Adding members one after the other costs about the same for each, however many there are; adding one that is there
// already may cost a search through all.
func (w *Window) Add(m Member, k Keep) (at int) {
	width := rowWidth(k.Values)
	if !w.begun || w.rows.width != width {
		*w = Window{begun: true, rows: rows{width: width}, last: math.MinInt64, oldest: math.MaxInt64}
	}
	t := millis(m.Time)
	w.last = max(w.last, t)
	cut := w.last - max(k.Keep, 0).Milliseconds()
	if w.oldest < cut {
		w.oldest = w.rows.expire(cut)
	}
	if t < cut {
		return -1
	}
	if at := w.Index(m.ID); at >= 0 {
		return at
	}
	w.rows.push(m.ID, t, m.Flags, m.Values)
	w.flags |= m.Flags
	w.oldest = min(w.oldest, t)
	if w.known != nil && !w.known.add(m.ID) {
		w.known = nil
	}
	return w.rows.len() - 1
}

// Len is the number of members.
func (w *Window) Len() int { return w.rows.len() }

// At returns member i. Its Values alias the window: they are for reading, until the window is next changed. It panics
// when i is not in [0, Len), as an index into a slice does.
func (w *Window) At(i int) Member { return w.rows.member(i) }

// Last is the latest time of any member ever added, those included that are gone. It is the zero Time when there
// was none.
func (w *Window) Last() time.Time {
	if !w.begun {
		return time.Time{}
	}
	return fromMillis(w.last)
}

// Expires is when nothing of the window is within k.Keep any more: a store may forget it then. It is the zero Time when
// no member was ever added.
func (w *Window) Expires(k Keep) time.Time {
	if !w.begun {
		return time.Time{}
	}
	return fromMillis(w.last + max(k.Keep, 0).Milliseconds())
}

// Index returns the place of the member with this ID, or -1.
func (w *Window) Index(id EventID) int {
	if w.rows.len() <= filterFrom {
		w.known = nil
		return w.rows.find(id)
	}
	if w.known == nil {
		w.known = newFilter(&w.rows)
	}
	if !w.known.has(id) {
		return -1
	}
	return w.rows.find(id)
}

// Remove removes the members for which drop is true. The others keep their order. drop gets each member once, in order,
// and the place that it had before.
func (w *Window) Remove(drop func(i int, m Member) bool) {
	w.oldest = w.rows.remove(drop)
	w.flags = w.rows.flags()
}

// Flags are the flags that some member has, all of them together; some of members that are gone may be among them.
func (w *Window) Flags() uint64 { return w.flags }

// Dropped is how many members a limit took out before their time.
func (w *Window) Dropped() uint64 { return w.dropped }

// size is what a window takes beyond the struct itself, in bytes.
func (w *Window) size() int {
	return w.rows.size() + w.known.size() + 32*cap(w.Announced) + w.texts.size()
}

// Times beyond these are taken for these, so that no arithmetic on them overflows.
const maxMillis = 1 << 53

func millis(t time.Time) int64 {
	// UnixMilli overflows far outside, Unix does not.
	if s := t.Unix(); s > maxMillis/1000 {
		return maxMillis
	} else if s < -maxMillis/1000 {
		return -maxMillis
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
