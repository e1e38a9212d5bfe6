package state

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// ends orders things by when they expire, coarsely: in buckets, each for the ends of a stretch of time that is short
// beside what is kept. Everything kept is in one bucket, once. When its end is put off it stays where it is: it moves
// to a later bucket when its own comes up.
type ends[T any] struct{ buckets []*bucket[T] } // the earliest first

type bucket[T any] struct {
	end  uint32 // nothing in it was to expire later when it was put in
	all  []T
	head int // those before it are gone
}

// bucketEnd rounds an end up to that of its bucket. Buckets for what is kept long are longer, and consist of whole
// shorter ones.
func bucketEnd(end, keep uint32) uint32 {
	width := uint64(1) << (bits.Len32(max(keep/64, 1)) - 1)
	return uint32(min((uint64(end)+width-1)&^(width-1), math.MaxUint32))
}

func (e *ends[T]) push(end uint32, v T) {
	i, ok := slices.BinarySearchFunc(e.buckets, end, func(b *bucket[T], end uint32) int {
		return cmp.Compare(b.end, end)
	})
	if !ok {
		e.buckets = slices.Insert(e.buckets, i, &bucket[T]{end: end})
	}
	e.buckets[i].all = append(e.buckets[i].all, v)
}

// bytes is what the buckets take, without what is in them.
func (e *ends[T]) bytes() int64 { return 64 * int64(len(e.buckets)) }

// due reports whether something may expire by now.
func (e *ends[T]) due(now uint32) bool { return len(e.buckets) > 0 && e.buckets[0].end <= now }

// pop takes what is to expire first, and the end of its bucket.
func (e *ends[T]) pop() (v T, end uint32, ok bool) {
	if len(e.buckets) == 0 {
		return v, 0, false
	}
	b := e.buckets[0]
	v = b.all[b.head]
	clear(b.all[b.head : b.head+1]) // or an evicted window would stay in memory as long as its bucket
	if b.head++; b.head == len(b.all) {
		e.buckets = slices.Delete(e.buckets, 0, 1)
	}
	return v, b.end, true
}

// replace puts other things in the place of all.
func (e *ends[T]) replace(with func(T) T) {
	for _, b := range e.buckets {
		all := make([]T, 0, len(b.all)-b.head)
		for _, v := range b.all[b.head:] {
			all = append(all, with(v))
		}
		b.all, b.head = all, 0
	}
}
