package state

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

// A snapshotReader reads the parts of a snapshot, and keeps count and the checksum of what it read. After an error all
// it reads is zero.
type snapshotReader struct {
	r   *bufio.Reader
	to  *Memory
	at  int64
	sum uint32
	buf []byte
	err *SnapshotError
}

func (r *snapshotReader) fail(at int64, reason string, err error) {
	if r.err == nil {
		r.err = &SnapshotError{Offset: at, Reason: reason, Err: err}
	}
}

func (r *snapshotReader) readError(err error) {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		r.fail(r.at, "it is cut short", nil)
	} else {
		r.fail(r.at, "it cannot be read", err)
	}
}

// bytes reads n bytes, which are valid until the next are read. What it allocates is bounded by what there is to read,
// whatever n says.
func (r *snapshotReader) bytes(n uint64) []byte {
	r.buf = r.buf[:0]
	for n > 0 && r.err == nil {
		some := int(min(n, 1<<16))
		from := len(r.buf)
		r.buf = slices.Grow(r.buf, some)[:from+some]
		got, err := io.ReadFull(r.r, r.buf[from:])
		r.sum = crc32.Update(r.sum, castagnoli, r.buf[from:from+got])
		r.at += int64(got)
		n -= uint64(got)
		if err != nil {
			r.readError(err)
		}
	}
	return r.buf
}

func (r *snapshotReader) byte() byte {
	if b := r.bytes(1); r.err == nil {
		return b[0]
	}
	return 0
}

func (r *snapshotReader) uvarint() uint64 {
	start := r.at
	var b []byte
	for len(b) < binary.MaxVarintLen64 && r.err == nil {
		c := r.byte()
		if b = append(b, c); c < 0x80 {
			break
		}
	}
	v, n := binary.Uvarint(b)
	if n <= 0 {
		r.fail(start, "damaged: a number is out of range", nil)
	}
	return v
}
