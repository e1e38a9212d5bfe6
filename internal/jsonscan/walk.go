package jsonscan

import (
	"encoding/binary"
	"math/bits"
)

// Walk is Members over an object that Value has accepted, with the members' values not
// checked once more: decoding asks for the same text once for each level of nesting. Over
// other text it yields nonsense. Names may alias b.
func Walk(b []byte, fn func(name string, value []byte)) {
	i := Space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return
	}
	for i = Space(b, i+1); i < len(b) && b[i] == '"'; {
		var name string
		stop := Simple(b[:cap(b)], i)
		if stop != 0 && stop < len(b) {
			name = Alias(b[i+1 : stop-1])
		} else {
			stop = skipString(b, i)
			name = Text(b[i:stop])
		}
		if stop+1 < len(b) && b[stop] == ':' && b[stop+1] > ' ' { // nearly always
			i = stop + 1
		} else if i = Space(b, Space(b, stop)+1); i >= len(b) { // past the colon
			return
		}
		stop = skip(b, i)
		fn(name, b[i:stop])
		if stop+1 < len(b) && b[stop] == ',' && b[stop+1] == '"' {
			i = stop + 1
		} else {
			i = Space(b, Space(b, stop)+1) // past the comma or the end
		}
	}
}

// WalkElements calls fn with the raw value of each element of an array that Value has accepted: see Walk.
func WalkElements(b []byte, fn func(value []byte)) {
	i := Space(b, 0)
	if i >= len(b) || b[i] != '[' {
		return
	}
	for i = Space(b, i+1); i < len(b) && b[i] != ']'; {
		stop := skip(b, i)
		fn(b[i:stop])
		i = Space(b, Space(b, stop)+1)
	}
}

// skip returns the index after the value at b[i] of text that is known to be JSON. It always moves on.
func skip(b []byte, i int) int {
	if b[i] == '"' {
		return skipString(b, i)
	}
	depth := 0
	for start := i; i < len(b); {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 && i > start {
					return i // the end of what holds a number or a literal
				}
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return max(i, start+1)
			}
		}
		i++
	}
	return len(b)
}

// skipString returns the index after the string whose opening quote is b[i].
func skipString(b []byte, i int) int {
	// b is nearly always a part of a record, and Simple likes to see more than the string.
	if end := Simple(b[:cap(b)], i); end != 0 && end <= len(b) {
		return end
	}
	for i++; i < len(b); {
		if i+8 <= len(b) {
			m := special(binary.LittleEndian.Uint64(b[i:]))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
		i++
	}
	return len(b)
}
