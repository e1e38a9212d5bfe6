package state

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
)

// Restore replaces all that is remembered by what a snapshot holds, which r has to end with. The limits apply: what is
// over them is evicted or dropped, as if it had been added, and Stats counts anew from here. Limits and shards may differ
// from those of the Memory that was saved.
//
// A snapshot that is cut short, damaged, of something else or of a later version is refused with a *SnapshotError, and
// the Memory is left as it was. Until then both are in memory, each within its limits.
//
// It may be called while the Memory is in use, but what is added meanwhile may be lost.
func (m *Memory) Restore(r io.Reader) error {
	to := NewMemory(m.limits)
	read := snapshotReader{r: bufio.NewReaderSize(r, 1<<16), to: to}
	if err := read.all(); err != nil {
		return err
	}
	m.clock.set(to.clock.now.Load())
	for i := range m.shards {
		m.shards[i].replace(&to.shards[i])
	}
	return nil
}

func (s *shard) replace(with *shard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept, s.counts = with.kept, with.counts
}

func (r *snapshotReader) all() error {
	r.header()
	var n uint64
	for r.err == nil {
		start := r.at
		switch kind := r.byte(); {
		case r.err != nil:
		case kind == recordEnd:
			r.end(n)
			if r.err == nil {
				return nil
			}
		case kind == recordWindow || kind == recordSighting:
			n++
			if err := r.to.put(kind, r.bytes(r.uvarint())); err != nil {
				r.fail(start, "a damaged entry", err)
			}
		default:
			r.fail(start, fmt.Sprintf("there is no kind %d of entries", kind), nil)
		}
	}
	return r.err
}

func (r *snapshotReader) header() {
	if magic := r.bytes(uint64(len(snapshotMagic))); r.err != nil || string(magic) != snapshotMagic {
		if r.err == nil || r.err.Err == nil {
			r.err = &SnapshotError{Reason: "this is not a snapshot of a Memory"}
		}
		return
	}
	if version := r.byte(); r.err == nil && version != snapshotVersion {
		r.fail(r.at-1, fmt.Sprintf("version %d, and only %d is known", version, snapshotVersion), nil)
	}
	if now := r.uvarint(); now > math.MaxUint32 {
		r.fail(r.at, "its time is out of range", nil)
	} else {
		r.to.clock.set(uint32(now))
	}
}

func (r *snapshotReader) end(n uint64) {
	start := r.at
	if want := r.uvarint(); r.err == nil && want != n {
		r.fail(start, fmt.Sprintf("damaged: it has %d entries, and should have %d", n, want), nil)
	}
	sum, start := r.sum, r.at
	if b := r.bytes(4); r.err == nil && binary.LittleEndian.Uint32(b) != sum {
		r.fail(start, "damaged: the checksum does not agree", nil)
	}
	if r.err != nil {
		return
	}
	if _, err := r.r.ReadByte(); err == nil {
		r.fail(r.at, "something follows it", nil)
	} else if err != io.EOF {
		r.fail(r.at, "it cannot be read", err)
	}
}

// put adds an entry of a snapshot.
func (m *Memory) put(kind byte, entry []byte) error {
	d := decoder{b: entry}
	p := place{d.word(), d.word()}
	s := m.shard(p)
	var err error
	if kind == recordWindow {
		err = s.putWindow(p, time.Duration(d.upTo(math.MaxInt64)), &d, m.limits.Members)
	} else {
		err = s.putSighting(p, uint32(d.upTo(math.MaxUint32)), &d)
	}
	if err == nil {
		s.counts.inserted++
		s.makeRoom(m.clock.now.Load())
	}
	return err
}

func (s *shard) putWindow(p place, keep time.Duration, d *decoder, members int) error {
	h := &held{place: p, keep: keep}
	if d.err != nil {
		return d.err
	}
	if err := h.window.UnmarshalBinary(d.b); err != nil {
		return err
	}
	if s.kept.windows[p] != nil {
		return errTwice
	}
	s.counts.dropped += uint64(h.window.Limit(members))
	s.kept.hold(h)
	return nil
}

func (s *shard) putSighting(p place, history uint32, d *decoder) error {
	if d.err != nil {
		return d.err
	}
	k := &s.kept
	if err := k.sighting.UnmarshalBinary(d.b); err != nil {
		return err
	}
	if _, found := k.cells.find(p); found {
		return errTwice
	}
	if k.sighting.last == 0 {
		return errRange
	}
	i := k.cells.insert(p)
	c := k.cells.at(i)
	c.history = history
	k.store(c)
	k.cellEnds.push(bucketEnd(c.end(), history), i)
	return nil
}
