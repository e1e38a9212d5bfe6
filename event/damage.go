package event

import (
	"bytes"
	"errors"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// damaged reports that the input is broken at its first unread byte, and looks for the next
// place from which reading can go on: from bytes further on. The walk that found the damage
// covered walked bytes.
//
// What lists and wrappers were open no longer counts then; the caller gets resume.
func (s *scanner) damaged(w *window, env string, err error, from, walked int) verdict {
	if s.fail(w.place(), env, err) == stop {
		return stop
	}
	s.search(w, s.onward(w, from, walked))
	s.opened = 0
	return resume
}

// freeWaste is how much of an input may be walked in vain before that is held against what
// has been read of it.
const freeWaste = 16 << 20

// onward returns how far on to search after walked bytes were walked in vain: from bytes, as
// any brace inside may start a record. But hostile input can make each of its braces cost a
// long walk. Where those add up, the search goes on with the last brace in the walked bytes
// that starts a line, or behind them, so that no byte is walked more than a few times.
func (s *scanner) onward(w *window, from, walked int) int {
	w.wasted += int64(walked)
	if walked <= from || w.wasted <= freeWaste+3*(w.base+int64(w.pos)) {
		return from
	}
	if i := bytes.LastIndex(w.unread()[:walked], []byte("\n{")); i >= 0 {
		return i + 1
	}
	return walked
}

// search moves to the next object that is worth reading, at least from bytes on, or to the end.
func (s *scanner) search(w *window, from int) {
	w.pos += from
	for {
		i := bytes.IndexByte(w.unread(), '{')
		if i >= 0 {
			w.pos += i
			next := s.candidate(w)
			if next == 0 {
				return
			}
			w.pos += next
			continue
		}
		if w.pos = w.end; !w.fill() {
			return
		}
	}
}

// candidate returns 0 if reading can go on with the object at the first unread byte, and
// otherwise how far on to search for another.
//
// It must be whole, and hold a record or a list of items. And it must not be the value of a
// member, nor inside one that is whole: that is how a record's own parameters would hold what
// looks like a record, put there by whoever sent the request.
func (s *scanner) candidate(w *window) int {
	retries := 0
	inner := memberValue(w.buf[:w.pos])
	for {
		b := w.unread()
		err := jsonscan.ErrShort
		n := jsonscan.Space(b, 1)
		if n < len(b) {
			if b[n] != '"' {
				return 1
			}
			n, err = s.raw.skim(b, s.nesting)
		}
		switch {
		case err == errList && inner:
			return 1
		case err == errList, err == nil && !inner && n <= s.recordBytes && s.promising(b[:n]):
			return 0
		case err == nil:
			return n
		case err == jsonscan.ErrShort && w.more(&retries):
			continue
		}
		return s.onward(w, 1, max(n, 1))
	}
}

// memberValue reports whether before ends with a member's name and colon.
func memberValue(before []byte) bool {
	if bytes.HasSuffix(before, []byte("\n")) {
		return false // one record a line: what is before belongs to another line
	}
	before = bytes.TrimRight(before, " \t\r\n")
	if !bytes.HasSuffix(before, []byte(":")) {
		return false
	}
	return bytes.HasSuffix(bytes.TrimRight(before[:len(before)-1], " \t\r\n"), []byte(`"`))
}

// promising reports whether b, an object that has been skimmed last, holds a record.
func (s *scanner) promising(b []byte) bool {
	if s.raw.isRecord(b) {
		return true
	}
	c, err := unwrap(b)
	return err == nil && c.carries()
}

// skip reports the value at the first unread byte, which is too large or too deep to be read,
// and passes over it by its brackets and quotes alone, without keeping it.
func (s *scanner) skip(w *window, env string, why error) verdict {
	if s.fail(w.place(), env, why) == stop {
		return stop
	}
	s.opened = 0
	var k skipper
	walked := 0
	for kept := true; ; {
		n, state := k.walk(w.unread()[walked:], !kept)
		walked += n
		switch state {
		case skipped:
			w.pos += walked
			return goOn
		case unsound:
			if kept {
				s.search(w, s.onward(w, 1, walked))
			} else {
				s.search(w, walked)
			}
			return resume
		}
		retries := maxRetries - 1
		switch {
		case w.more(&retries):
		case w.err == nil: // the window is full
			w.pos, walked, kept = w.end, 0, false
			if !w.fill() {
				return resume
			}
		case kept:
			s.search(w, s.onward(w, 1, walked))
			return resume
		default:
			w.pos = w.end
			return resume
		}
	}
}

func isDeep(err error) bool {
	var e *jsonscan.SyntaxError
	return errors.As(err, &e) && e.Deep
}
