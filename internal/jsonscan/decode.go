package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// Members calls fn with the name and the raw value of each member of the object b,
// in order, duplicates included (the last one counts, as in encoding/json).
// It stops at the first error of the grammar or of fn. b may have white space around it.
// Names may alias b.
func Members(b []byte, fn func(name string, value []byte) error) error {
	i := Space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return bad(b, i, "expected an object")
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return end(b, i+1)
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return bad(b, i, "expected a member name")
		}
		stop, err := String(b, i)
		if err != nil {
			return err
		}
		name := Text(b[i:stop])
		if i = Space(b, stop); i >= len(b) || b[i] != ':' {
			return bad(b, i, "expected ':'")
		}
		i = Space(b, i+1)
		if stop, err = Value(b, i, math.MaxInt); err != nil {
			return err
		}
		if err := fn(name, b[i:stop]); err != nil {
			return err
		}
		i = Space(b, stop)
		if i >= len(b) || b[i] != ',' {
			if i < len(b) && b[i] == '}' {
				return end(b, i+1)
			}
			return bad(b, i, "expected ',' or '}'")
		}
		i = Space(b, i+1)
	}
}

func end(b []byte, i int) error {
	if i = Space(b, i); i < len(b) {
		return bad(b, i, "expected the end of the input")
	}
	return nil
}

// Text returns the text of raw, which must be a whole JSON string that String accepted.
// Bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD.
//
// The result aliases raw where it can: the caller owns raw and never changes it again.
func Text(raw []byte) string {
	in := raw[1 : len(raw)-1]
	if !plain(in) {
		if bytes.IndexByte(in, '\\') >= 0 {
			return unescape(in)
		}
		if !utf8.Valid(in) {
			return replaceInvalid(in)
		}
	}
	// The one place that shares memory between bytes and text: an event's strings
	// live in the record that the event owns, so decoding copies the record once.
	return unsafe.String(unsafe.SliceData(in), len(in))
}

// plain reports whether b is ASCII without a backslash, as nearly all of a record is.
func plain(b []byte) bool {
	for len(b) > 8 {
		if notPlain(binary.LittleEndian.Uint64(b)) {
			return false
		}
		b = b[8:]
	}
	var last [8]byte
	copy(last[:], b)
	return !notPlain(binary.LittleEndian.Uint64(last[:]))
}

func notPlain(w uint64) bool {
	x := w ^ '\\'*ones
	return (w|(x-ones)&^x)&highs != 0
}

func unescape(in []byte) string {
	var s strings.Builder
	s.Grow(len(in))
	for i := 0; i < len(in); {
		n := bytes.IndexByte(in[i:], '\\')
		if n < 0 {
			n = len(in) - i
		}
		if plain := in[i : i+n]; utf8.Valid(plain) {
			s.Write(plain)
		} else {
			s.WriteString(replaceInvalid(plain))
		}
		if i += n; i >= len(in) {
			break
		}
		switch c := in[i+1]; c {
		case 'u':
			r := hex4(in[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if i+5 < len(in) && in[i] == '\\' && in[i+1] == 'u' {
					low = hex4(in[i+2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			s.WriteRune(r)
			continue
		case 'b':
			s.WriteByte('\b')
		case 'f':
			s.WriteByte('\f')
		case 'n':
			s.WriteByte('\n')
		case 'r':
			s.WriteByte('\r')
		case 't':
			s.WriteByte('\t')
		default:
			s.WriteByte(c)
		}
		i += 2
	}
	return s.String()
}

// replaceInvalid puts one U+FFFD for each byte that is not UTF-8, as encoding/json does
// (strings.ToValidUTF8 puts one for a whole run).
func replaceInvalid(in []byte) string {
	return string([]rune(string(in)))
}

func hex4(in []byte) rune {
	var r rune
	for _, c := range in[:4] {
		switch {
		case c <= '9':
			c -= '0'
		default:
			c = c | 0x20 - 'a' + 10
		}
		r = r<<4 | rune(c)
	}
	return r
}

// Lenient returns the text of a scalar: of a string its text, of a number or boolean its
// spelling, and "" for null. It reports false for an object or array.
func Lenient(raw []byte) (string, bool) {
	switch raw[0] {
	case '"':
		return Text(raw), true
	case 'n':
		return "", true
	case '{', '[':
		return "", false
	}
	return string(raw), true
}

// Alias returns b as text without copying. The text is good only until b changes.
func Alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
