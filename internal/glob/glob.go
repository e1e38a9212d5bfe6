// Package glob matches text against patterns with the wildcards of IAM policies.
//
// In a pattern * stands for any run of characters, the empty one included, and ?
// for exactly one character. Everything else, brackets and backslashes included,
// stands for itself: there is no escape. Both wildcards cross every separator.
// Matching is case-sensitive and covers the whole text. A byte that is no part of
// valid UTF-8 counts as one character.
//
//	p := glob.Compile("arn:aws:iam::*:role/ops-?")
//	p.Match("arn:aws:iam::210987654321:role/ops-1") // true
//
// A pattern is cut at its stars, and the pieces are looked for from left to right:
// the first place a piece fits is always good enough, so nothing is tried twice.
// The time is proportional to the text, times the longest piece where that piece
// holds a question mark. No pattern makes it exponential.
package glob

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether the whole of text matches pattern. To match one pattern
// against many texts, Compile it.
func Match(pattern, text string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	n, ok := matchPrefix(head, text)
	if !ok {
		return false
	}
	text = text[n:]
	if !starred {
		return text == ""
	}
	for {
		piece, after, more := strings.Cut(rest, "*")
		if !more {
			return matchSuffix(piece, text)
		}
		end := find(piece, text)
		if end < 0 {
			return false
		}
		text, rest = text[end:], after
	}
}

// matchPrefix reports how many bytes of text the piece, which holds no star, takes up at its start.
func matchPrefix(piece, text string) (n int, ok bool) {
	for {
		literal, rest, wild := strings.Cut(piece, "?")
		if !strings.HasPrefix(text[n:], literal) {
			return 0, false
		}
		n += len(literal)
		if !wild {
			return n, true
		}
		if n == len(text) {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
		piece = rest
	}
}

// matchSuffix reports whether text ends in the piece, which holds no star.
func matchSuffix(piece, text string) bool {
	for {
		i := strings.LastIndexByte(piece, '?')
		literal := piece[i+1:]
		if !strings.HasSuffix(text, literal) {
			return false
		}
		if i < 0 {
			return true
		}
		text = text[:len(text)-len(literal)]
		if text == "" {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		piece = piece[:i]
	}
}

// find returns where the first place in text at which the piece, which holds no star,
// fits ends; -1 when there is none.
func find(piece, text string) (end int) {
	if strings.IndexByte(piece, '?') < 0 {
		start := strings.Index(text, piece)
		if start < 0 {
			return -1
		}
		return start + len(piece)
	}
	// A piece with a question mark may only start where a character starts: in the
	// middle of one it would count the bytes of that character as characters.
	for start := 0; ; {
		if n, ok := matchPrefix(piece, text[start:]); ok {
			return start + n
		}
		if start == len(text) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		start += size
	}
}
