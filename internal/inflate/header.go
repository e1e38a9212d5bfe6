package inflate

import (
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// The flags of RFC 1952, section 2.3.1.
const (
	flagCRC = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
	flagReserved
)

// header reads the header of RFC 1952, section 2.3, and keeps nothing of it.
func (z *Reader) header() error {
	if _, err := z.src.Peek(1); err != nil {
		return err
	}
	head := z.scratch[:10]
	if err := z.take(head); err != nil {
		return err
	}
	flags := head[3]
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 || flags >= flagReserved {
		return gzip.ErrHeader
	}
	sum := crc32.ChecksumIEEE(head)
	if flags&flagExtra != 0 {
		size := z.scratch[:2]
		if err := z.take(size); err != nil {
			return err
		}
		sum = crc32.Update(sum, crc32.IEEETable, size)
		for left := int(binary.LittleEndian.Uint16(size)); left > 0; {
			part := z.scratch[:min(left, len(z.scratch))]
			if err := z.take(part); err != nil {
				return err
			}
			sum = crc32.Update(sum, crc32.IEEETable, part)
			left -= len(part)
		}
	}
	for _, flag := range [...]byte{flagName, flagComment} {
		if flags&flag == 0 {
			continue
		}
		text, err := z.text()
		if err != nil {
			return err
		}
		sum = crc32.Update(sum, crc32.IEEETable, text)
	}
	if flags&flagCRC != 0 {
		b := z.scratch[:2]
		if err := z.take(b); err != nil {
			return err
		}
		if binary.LittleEndian.Uint16(b) != uint16(sum) {
			return gzip.ErrHeader
		}
	}
	z.offset = 0
	return nil
}

// text reads up to a zero byte, which is part of it.
func (z *Reader) text() ([]byte, error) {
	for i := range z.scratch {
		c, err := z.src.ReadByte()
		if err == io.EOF {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if z.scratch[i] = c; c == 0 {
			return z.scratch[:i+1], nil
		}
	}
	return nil, gzip.ErrHeader
}
