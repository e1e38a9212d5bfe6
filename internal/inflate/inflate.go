package inflate

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
)

const (
	history = 32 << 10 // how far back a match may reach

	// The output buffer is as large as an index with outMask reaches, which spares the checks of
	// the index, and a step of 32 bytes.
	outMask = 128<<10 - 1
	outSize = outMask + 1 + 32

	// Inflating stops at fullMark. What starts below has room: six literals, and a match of 258
	// bytes that is copied in steps of 32.
	fullMark = outMask + 1 - 320
)

// A Reader inflates one gzip member. The zero value is ready for Reset, and a Reader that is
// reset allocates nothing. It must not be used by two goroutines at a time.
type Reader struct {
	src    *bufio.Reader
	offset int64 // of the next byte of src, from the first block
	err    error // given when everything inflated has been read

	// The lowest n bits of bits were taken from src and not used.
	bits uint64
	n    uint

	state  func(*Reader)
	last   bool // the block is the member's last one
	stored int  // bytes to come of a stored block

	crc, size uint32
	start     int // out[start:end] has not been read, and out[:start] is history
	end       int
	out       [outSize]byte

	codes   // of the block
	scratch [512]byte
}

// Reset reads the header of the member at the start of src. Its error is io.EOF only where src
// has nothing at all.
func (z *Reader) Reset(src *bufio.Reader) error {
	z.src, z.offset, z.bits, z.n = src, 0, 0, 0
	z.crc, z.size, z.start, z.end = 0, 0, 0, 0
	z.state, z.last, z.stored = (*Reader).block, false, 0
	z.err = z.header()
	return z.err
}

// Read returns io.EOF at the end of the member, once its checksum and size were found right. The
// bytes behind it are left in the bufio.Reader. What stands before a fault is returned before the
// error.
func (z *Reader) Read(p []byte) (int, error) {
	for z.start == z.end {
		if z.err != nil {
			return 0, z.err
		}
		z.fill()
	}
	n := copy(p, z.out[z.start:z.end])
	z.start += n
	return n, nil
}

// fill inflates until the buffer is full or nothing more comes. What a writer has flushed is not held back until it
// writes more.
func (z *Reader) fill() {
	if z.end >= fullMark {
		copy(z.out[:], z.out[z.end-history:z.end])
		z.start, z.end = history, history
	}
	for z.err == nil && z.end < fullMark && (z.start == z.end || z.src.Buffered() > 0) {
		z.state(z)
	}
	z.crc = crc32.Update(z.crc, crc32.IEEETable, z.out[z.start:z.end])
	z.size += uint32(z.end - z.start)
	if z.err == errEnd {
		z.err = z.trailer()
	}
}

func (z *Reader) trailer() error {
	b := z.scratch[:8]
	if err := z.take(b); err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(b) != z.crc || binary.LittleEndian.Uint32(b[4:]) != z.size {
		return gzip.ErrChecksum
	}
	return io.EOF
}

// take fills b from src. An end is an unexpected one.
func (z *Reader) take(b []byte) error {
	for i := range b {
		c, err := z.src.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		b[i] = c
	}
	z.offset += int64(len(b))
	return nil
}

func (z *Reader) corrupt() { z.err = flate.CorruptInputError(z.offset) }

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
