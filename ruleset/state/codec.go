package state

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The binary forms begin with a version. Numbers are varints of package binary; IDs and hashes are as they are, the
// hashes with the least significant byte first.
const codecVersion = 1

var (
	errShort   = errors.New("it ends too early")
	errLong    = errors.New("something follows it")
	errVersion = errors.New("its version is not known")
	errRange   = errors.New("a number in it is out of range")
	errTwice   = errors.New("a key comes twice")
)

// A decoder reads a binary form. After an error all it reads is zero.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.b, d.err = nil, err
	}
}

func (d *decoder) version() {
	if v := d.bytes(1); v != nil && v[0] != codecVersion {
		d.fail(errVersion)
	}
}

// bytes reads n bytes, which alias the input.
func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.fail(errShort)
		return nil
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail(errShort)
		return 0
	}
	d.b = d.b[n:]
	return v
}

// upTo reads a number that is at most limit.
func (d *decoder) upTo(limit uint64) uint64 {
	v := d.uvarint()
	if v > limit {
		d.fail(errRange)
		return 0
	}
	return v
}

// count reads how many things follow, each of at least size bytes, so that what is made for them is bounded by the
// input.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail(errShort)
		return 0
	}
	return int(n)
}

func (d *decoder) word() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// done returns what was wrong.
func (d *decoder) done(what string) error {
	if d.err == nil && len(d.b) > 0 {
		d.fail(errLong)
	}
	if d.err != nil {
		return fmt.Errorf("state: the binary form of a %s: %w", what, d.err)
	}
	return nil
}
