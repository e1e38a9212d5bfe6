package event

import (
	"bytes"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// wrapper reads the object at the first unread byte, which has been skimmed as far as the
// list that opens n bytes on: that list, and the members behind it. Envelopes come with their
// members in any order, so what stands before the list has told nothing for certain; the
// elements do.
func (s *scanner) wrapper(w *window, n int, env string, depth int) verdict {
	start, given := w.place(), s.given
	name, control := s.raw.list, s.raw.seen&markControl != 0
	record := false
	w.pos += n
	for {
		if name != "" {
			if v := s.list(w, s.join(env, name), depth+1); v != goOn {
				s.opened++
				return v
			}
		}
		c, ok := w.token()
		if !ok {
			return s.cut(w, env)
		}
		if c == '}' {
			w.pos++
			break
		}
		var v verdict
		var m wrapperMember
		if m, v = s.wrapperMember(w, env, c); v != goOn {
			s.opened++
			return v
		}
		name = m.list
		control = control || m.control
		record = record || m.record
	}
	switch {
	case record:
		// A record that some tool has given a list: its elements were read as records.
		return s.fail(start, env, ErrNotRecord)
	case control && s.given == given:
		return s.none(start, env, PayloadControlMessage)
	}
	return goOn
}

// A wrapperMember is a member of a wrapper behind its first list.
type wrapperMember struct {
	list    string // its name, if it is a list of items: its bracket is the first unread byte
	control bool   // a control message's messageType
	record  bool   // the eventName or eventSource of a record
}

// wrapperMember reads the comma c, a name and, unless it is a list, the value.
func (s *scanner) wrapperMember(w *window, env string, c byte) (m wrapperMember, v verdict) {
	if c != ',' {
		return m, s.damaged(w, env, &jsonscan.SyntaxError{Msg: "expected ',' or '}'"}, 0, 0)
	}
	w.pos++
	c, ok := w.token()
	if !ok {
		return m, s.cut(w, env)
	}
	if c != '"' {
		return m, s.damaged(w, env, &jsonscan.SyntaxError{Msg: "expected a member name"}, 0, 0)
	}
	n, v := s.walk(w, env, false)
	if n == 0 {
		return m, v
	}
	name := w.buf[w.pos+1 : w.pos+n-1]
	list := listName(name)
	m.record = string(name) == "eventName" || string(name) == "eventSource"
	messageType := string(name) == "messageType"
	w.pos += n
	if c, ok = w.token(); ok && c == ':' {
		w.pos++
		c, ok = w.token()
	} else if ok {
		return m, s.damaged(w, env, &jsonscan.SyntaxError{Msg: "expected ':'"}, 0, 0)
	}
	if !ok {
		return m, s.cut(w, env)
	}
	if c == '[' && list != "" {
		m.list = list
		return m, goOn
	}
	if n, v = s.walk(w, env, false); n == 0 {
		return m, v
	}
	b := w.unread()[:n]
	m.control = messageType && bytes.Equal(b, []byte(`"CONTROL_MESSAGE"`))
	if b[0] == '{' {
		// No envelope has a record here, but a list cut off in the middle of a file does.
		if _, err := s.raw.skim(b, s.nesting); err == nil && s.raw.isRecord(b) {
			v = s.give(b, env, w.place())
		}
	}
	w.pos += n
	return m, v
}
