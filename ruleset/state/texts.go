package state

import (
	"strings"
	"unicode/utf8"
)

// texts are what some of a window's hashes stand for, so that a finding can show them.
type texts struct {
	of    []textOf
	bytes int
	swept int // members to be added before a full table is looked through again
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
// texts of 256 bytes: a longer one is cut, never within a character, and one more is ignored.
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
	w.texts.set(hash, text)
}

func (t *texts) set(hash uint64, text string) {
	for i := range t.of {
		if have := &t.of[i]; have.hash == hash {
			if have.text != text {
				t.bytes += len(text) - len(have.text)
				have.text = strings.Clone(text)
			}
			return
		}
	}
	if len(t.of) < maxTexts {
		t.of = append(t.of, textOf{hash, strings.Clone(text)}) // a part of a record would keep the record in memory
		t.bytes += len(text)
	}
}

func (t *texts) size() int {
	if t == nil {
		return 0
	}
	return 48 + 24*cap(t.of) + t.bytes + 8*len(t.of)
}
