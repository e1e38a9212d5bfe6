package state

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// texts are what some of a window's hashes stand for, so that a finding can show them.
type texts struct {
	of      []textOf
	bytes   int
	ignored int // since the table was last looked through for texts that nothing needs
}

type textOf struct {
	hash uint64
	text string
}

const (
	maxTexts     = 32
	maxTextBytes = 256
)

// Text returns the text that was set for a hash.
func (w *Window) Text(hash uint64) (text string, ok bool) {
	if w.texts == nil {
		return "", false
	}
	for _, t := range w.texts.of {
		if t.hash == hash {
			return t.text, true
		}
	}
	return "", false
}

// SetText notes the text that a hash stands for, in the place of one that was set before. A window notes at most 32
// texts of 256 bytes: a longer one is cut, never within a character, and one more is ignored. When many were ignored,
// the texts make room whose hash is no member's value any more.
func (w *Window) SetText(hash uint64, text string) {
	if len(text) > maxTextBytes {
		n := maxTextBytes
		for n > maxTextBytes-utf8.UTFMax && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	if w.texts == nil {
		w.texts = &texts{}
	}
	if w.texts.set(hash, text) {
		return
	}
	if w.texts.ignored++; w.texts.ignored > w.Len()/8+8 { // looking through costs as much as there are members
		w.texts.keep(&w.rows)
		w.texts.set(hash, text)
	}
}

// set reports whether there is room.
func (t *texts) set(hash uint64, text string) bool {
	for i := range t.of {
		if have := &t.of[i]; have.hash == hash {
			if have.text != text {
				t.bytes += len(text) - len(have.text)
				have.text = strings.Clone(text)
			}
			return true
		}
	}
	if len(t.of) == maxTexts {
		return false
	}
	t.of = append(t.of, textOf{hash, strings.Clone(text)}) // a part of a record would keep the record in memory
	t.bytes += len(text)
	return true
}

// keep keeps those texts whose hash is a value of a member.
func (t *texts) keep(r *rows) {
	needed := make(map[uint64]bool, len(t.of))
	for _, of := range t.of {
		needed[of.hash] = false
	}
	for p := r.head; p < r.n; p++ {
		for _, v := range r.row(p)[rowValues:] {
			if seen, ok := needed[v]; ok && !seen {
				needed[v] = true
			}
		}
	}
	t.ignored, t.bytes = 0, 0
	t.of = slices.DeleteFunc(t.of, func(of textOf) bool { return !needed[of.hash] })
	for _, of := range t.of {
		t.bytes += len(of.text)
	}
}

func (t *texts) size() int {
	if t == nil {
		return 0
	}
	return 48 + 24*cap(t.of) + t.bytes + 8*len(t.of)
}
