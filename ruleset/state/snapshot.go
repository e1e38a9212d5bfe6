package state

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// A snapshot is the magic, a version, the clock, records, and a last record with their number and the checksum of all
// before. A record is its kind, its length, and that many bytes.
const (
	snapshotMagic   = "trailsift state\n"
	snapshotVersion = 1

	recordEnd      = 0
	recordWindow   = 1
	recordSighting = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A SnapshotError says why Restore refused a snapshot.
type SnapshotError struct {
	Offset int64 // where, in bytes from the start
	Reason string
	Err    error // what the reader returned, or what was wrong with the entry there; nil when Reason says it all
}

func (e *SnapshotError) Error() string {
	text := fmt.Sprintf("state: snapshot, byte %d: %s", e.Offset, e.Reason)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *SnapshotError) Unwrap() error { return e.Err }

// Snapshot writes all that is remembered. It may be called while the Memory is in use, and holds up a part of the keys
// at a time, while it copies that part: each key is written as it was at one instant, but what is added meanwhile may
// be in the snapshot for one key and not for another. The error is that of w.
func (m *Memory) Snapshot(w io.Writer) error {
	b := append([]byte(snapshotMagic), snapshotVersion)
	b = binary.AppendUvarint(b, uint64(m.clock.now.Load()))
	var sum uint32
	var n uint64
	for i := range m.shards {
		records, added := m.shards[i].appendRecords(b)
		n += uint64(added)
		sum = crc32.Update(sum, castagnoli, records)
		if _, err := w.Write(records); err != nil {
			return err
		}
		b = records[:0]
	}
	b = binary.AppendUvarint(append(b, recordEnd), n)
	sum = crc32.Update(sum, castagnoli, b)
	_, err := w.Write(binary.LittleEndian.AppendUint32(b, sum))
	return err
}

func (s *shard) appendRecords(b []byte) ([]byte, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &s.kept
	var entry []byte
	for _, h := range k.windows {
		entry = h.place.append(entry[:0])
		entry = binary.AppendUvarint(entry, uint64(max(h.keep, 0)))
		entry, _ = h.window.AppendBinary(entry)
		b = appendRecord(b, recordWindow, entry)
	}
	for i := range k.cells.made {
		c := k.cells.at(uint32(i))
		if c.last == 0 { // not in use
			continue
		}
		k.load(c)
		entry = c.place.append(entry[:0])
		entry = binary.AppendUvarint(entry, uint64(c.history))
		entry, _ = k.sighting.AppendBinary(entry)
		b = appendRecord(b, recordSighting, entry)
	}
	return b, k.keys()
}

func appendRecord(b []byte, kind byte, entry []byte) []byte {
	b = binary.AppendUvarint(append(b, kind), uint64(len(entry)))
	return append(b, entry...)
}
