// Package jsonscan walks JSON text without building values.
//
// It is what decoding and skimming share: it finds where a value ends, checks
// the grammar of RFC 8259 on the way, and hands out the members of an object as
// slices of the input. Nothing is copied and nothing is allocated unless text
// holds an escape.
package jsonscan

import (
	"errors"
	"fmt"
)

// MaxDepth is how deep arrays and objects may nest unless a caller says otherwise.
// CloudTrail's own records stay below 20.
const MaxDepth = 100

// ErrShort says that the input ended inside a value: more bytes may complete it.
var ErrShort = errors.New("unexpected end of JSON input")

// A SyntaxError is a place at which the input is not JSON.
type SyntaxError struct {
	Offset int // of the offending byte, from the start of the slice scanned
	Msg    string
	Deep   bool // the grammar may be right, but the value nests deeper than the caller allows
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// bad formats nothing: whoever looks for a place to go on meets many errors that nobody reads.
func bad(b []byte, i int, msg string) error {
	if i >= len(b) {
		return ErrShort
	}
	return &SyntaxError{Offset: i, Msg: msg}
}

// Space returns the index of the first byte at or after i that is not JSON white space.
func Space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// Value returns the index after the value that starts at b[i], checking its whole grammar.
// It fails with ErrShort where b ends too early, with a *SyntaxError where b is not JSON
// or nests deeper than depth. A number at the end of b is taken as complete.
func Value(b []byte, i, depth int) (int, error) {
	if i >= len(b) {
		return i, ErrShort
	}
	switch b[i] {
	case '"':
		if end := Simple(b, i); end != 0 {
			return end, nil
		}
		return String(b, i)
	case '{', '[':
		return composite(b, i, depth)
	}
	return scalar(b, i)
}

// scalar walks a number, true, false or null.
func scalar(b []byte, i int) (int, error) {
	switch c := b[i]; {
	case c == '-' || '0' <= c && c <= '9':
		return number(b, i)
	case c == 't':
		return literal(b, i, "true")
	case c == 'f':
		return literal(b, i, "false")
	case c == 'n':
		return literal(b, i, "null")
	}
	return i, bad(b, i, "expected a value")
}

// composite walks an object or array with an explicit stack of one bit a level,
// so that no input can exhaust the goroutine's stack.
func composite(b []byte, i, depth int) (int, error) {
	var (
		path  uint64   // the innermost levels, the last one lowest: 1 for an object, 0 for an array
		outer []uint64 // the levels further out, 64 to an item
		level int
		err   error
	)
open: // b[i] opens an object or array
	if level >= depth {
		return i, &SyntaxError{Offset: i, Msg: "nested too deep", Deep: true}
	}
	if level&63 == 0 && level > 0 {
		outer = append(outer, path)
	}
	level++
	path = path<<1 | uint64(b[i]>>5&1) // what tells '{' from '['
	if i++; i < len(b) && b[i] <= ' ' {
		i = Space(b, i)
	}
	if i < len(b) && b[i]|0x20 == '}' && uint64(b[i]>>5&1) == path&1 {
		goto shut
	}
member: // b[i] starts a member of the innermost object, or an element of the array
	if path&1 != 0 {
		if i >= len(b) || b[i] != '"' {
			return i, bad(b, i, "expected a member name")
		}
		if end := Simple(b, i); end != 0 {
			i = end
		} else if i, err = String(b, i); err != nil {
			return i, err
		}
		if i < len(b) && b[i] <= ' ' {
			i = Space(b, i)
		}
		if i >= len(b) || b[i] != ':' {
			return i, bad(b, i, "expected ':'")
		}
		if i++; i < len(b) && b[i] <= ' ' {
			i = Space(b, i)
		}
	}
	if i >= len(b) {
		return i, ErrShort
	}
	switch b[i] {
	case '"':
		if end := Simple(b, i); end != 0 {
			i = end
		} else if i, err = String(b, i); err != nil {
			return i, err
		}
	case '{', '[':
		goto open
	default:
		if i, err = scalar(b, i); err != nil {
			return i, err
		}
	}
next: // after a member's value
	if i < len(b) && b[i] <= ' ' {
		i = Space(b, i)
	}
	if i >= len(b) {
		return i, ErrShort
	}
	if b[i] == ',' {
		if i++; i < len(b) && b[i] <= ' ' {
			i = Space(b, i)
		}
		goto member
	}
	if b[i]|0x20 != '}' || uint64(b[i]>>5&1) != path&1 {
		return i, bad(b, i, "expected ',' or the end of the value")
	}
shut: // b[i] closes the innermost level
	i++
	if level--; level == 0 {
		return i, nil
	}
	if path >>= 1; level&63 == 0 {
		path, outer = outer[len(outer)-1], outer[:len(outer)-1]
	}
	goto next
}

func literal(b []byte, i int, word string) (int, error) {
	for k := 0; k < len(word); k++ {
		if i+k >= len(b) {
			return i, ErrShort
		}
		if b[i+k] != word[k] {
			return i + k, bad(b, i+k, "expected true, false or null")
		}
	}
	return i + len(word), nil
}

func number(b []byte, i int) (int, error) {
	if b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && '1' <= b[i] && b[i] <= '9':
		i = digits(b, i)
	default:
		return i, bad(b, i, "expected a digit")
	}
	if i < len(b) && b[i] == '.' {
		k := digits(b, i+1)
		if k == i+1 {
			return k, bad(b, k, "expected a digit")
		}
		i = k
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		k := digits(b, i)
		if k == i {
			return k, bad(b, k, "expected a digit")
		}
		i = k
	}
	return i, nil
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}
