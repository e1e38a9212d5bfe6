package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// special marks, with the high bit of its byte, the first byte of w that is a quote, a
// backslash or a control character; bytes above that one may be marked in error. Strings
// are most of a record, and this looks at eight of their bytes at a time.
func special(w uint64) uint64 {
	// Flipping bit 1 puts the quote, 0x22, right above the control characters, so that
	// one comparison with 0x21 finds both.
	return (((w ^ 0x02*ones) - 0x21*ones) | ((w ^ '\\'*ones) - ones)) & ^w & highs
}

// String returns the index after the string whose opening quote is b[i].
// Bytes that are not UTF-8 are let through; Text replaces them.
func String(b []byte, i int) (int, error) {
	i++
	for {
		for i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
			if b[i] == '"' {
				return i + 1, nil
			}
			break
		}
		for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
			i++
		}
		switch {
		case i >= len(b):
			return i, ErrShort
		case b[i] == '"':
			return i + 1, nil
		case b[i] != '\\':
			return i, &SyntaxError{Offset: i, Msg: "a control character inside a string"}
		}
		var err error
		if i, err = escape(b, i); err != nil {
			return i, err
		}
	}
}

// Simple returns the index after the string whose opening quote is b[i] if the string is
// ASCII without an escape, which makes its text its bytes. It returns 0 for every other
// string, and may do so for one in the last bytes of b: String decides on those.
func Simple(b []byte, i int) int {
	for i++; i <= len(b)-32; i += 32 {
		p := (*[32]byte)(b[i:]) // one check for four words
		at, m := i, simpleEnd(p[0:8])
		if m == 0 {
			at, m = i+8, simpleEnd(p[8:16])
			if m == 0 {
				at, m = i+16, simpleEnd(p[16:24])
				if m == 0 {
					if at, m = i+24, simpleEnd(p[24:32]); m == 0 {
						continue
					}
				}
			}
		}
		if at += bits.TrailingZeros64(m) >> 3; at < len(b) && b[at] == '"' {
			return at + 1
		}
		return 0
	}
	return 0
}

// simpleEnd is special of eight bytes that marks those that are not ASCII, too.
func simpleEnd(b []byte) uint64 {
	w := binary.LittleEndian.Uint64(b)
	return (((w ^ 0x02*ones) - 0x21*ones) | ((w ^ '\\'*ones) - ones) | w) & highs
}

// escape returns the index after the escape whose backslash is b[i].
func escape(b []byte, i int) (int, error) {
	i++
	if i >= len(b) {
		return i, ErrShort
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1, nil
	case 'u':
		for k := 1; k <= 4; k++ {
			if i+k >= len(b) {
				return i + k, ErrShort
			}
			if !isHex(b[i+k]) {
				return i + k, &SyntaxError{Offset: i + k, Msg: "a \\u escape that is not hexadecimal"}
			}
		}
		return i + 5, nil
	}
	return i, &SyntaxError{Offset: i, Msg: "an escape that JSON does not have"}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
