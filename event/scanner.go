package event

import (
	"io"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// maxEnvelopes is how many lists, wrappers and packed payloads may stand around a record.
const maxEnvelopes = 12

// A scanner finds the records of one input and hands them to yield.
type scanner struct {
	readConfig
	yield func(*Raw, error) bool

	raw     Raw // the one that is given, again and again; also where objects are skimmed
	records int // records and unreadable records so far
	given   int // calls of yield so far
	opened  int // lists and wrappers left unfinished by the last damage

	// Compressed data can hold compressed data many times over: all that is inside one item of
	// the input shares a limit.
	inflating bool
	left      int64

	env, name, joined string // the last path that was joined
}

// A verdict says how to go on after a part of the input.
type verdict uint8

const (
	goOn   verdict = iota // behind it
	resume                // after damage: as if at the top of the input, at the first unread byte
	stop                  // not at all: the consumer has left, or the input failed
)

// slide returns a window that slides over src, to be closed.
func (s *scanner) slide(src io.Reader) *window {
	largest := max(s.recordBytes+smallRead+lookBack, firstWindow)
	return &window{src: src, buf: windows.Get().(*[firstWindow]byte)[:], max: largest}
}

// read reads the values of w, one after the other. It returns goOn at the end of w, or stop.
func (s *scanner) read(w *window, env string, depth int) verdict {
	closers := 0 // of lists and wrappers in which damage was found
	for {
		c, ok := w.between()
		if !ok {
			return s.end(w, env)
		}
		v := goOn
		switch {
		case c == '{' || c == '[' || c == '"':
			v = s.value(w, env, depth)
		case closers > 0 && (c == ']' || c == '}'):
			w.pos++
			closers--
		default:
			v = s.plainText(w, env)
		}
		switch v {
		case stop:
			return stop
		case resume:
			closers += s.opened
		}
	}
}

// value reads the value at the first unread byte: a record, something that wraps records, or
// something else, which is reported.
func (s *scanner) value(w *window, env string, depth int) verdict {
	if w.buf[w.pos] == '[' {
		if depth > maxEnvelopes {
			return s.skip(w, env, ErrTooDeep)
		}
		return s.list(w, env, depth)
	}
	n, v := s.walk(w, env, true)
	if n == 0 {
		return v
	}
	if s.raw.list != "" {
		if depth > maxEnvelopes {
			return s.skip(w, env, ErrTooDeep)
		}
		return s.wrapper(w, n, env, depth)
	}
	b := w.buf[w.pos : w.pos+n]
	if b[0] == '{' {
		v = s.object(b, env, w.place(), depth)
	} else if text, ok := packedJSON(b); ok {
		v = s.packed(w.place(), depth).json(text, env)
	} else if b[0] == '"' {
		// More often the quote is a stray one, and what follows is no string at all.
		return s.damaged(w, env, ErrNotRecord, 1, n)
	} else {
		v = s.fail(w.place(), env, ErrNotRecord)
	}
	w.pos += n
	return v
}

// list reads the elements of the list at the first unread byte.
func (s *scanner) list(w *window, env string, depth int) verdict {
	w.pos++
	c, ok := w.token()
	if ok && c == ']' {
		w.pos++
		return goOn
	}
	for {
		if !ok {
			return s.cut(w, env)
		}
		if v := s.value(w, env, depth+1); v != goOn {
			s.opened++
			return v
		}
		if c, ok = w.token(); !ok {
			return s.cut(w, env)
		}
		switch c {
		case ',':
			w.pos++
			_, ok = w.token()
		case ']':
			w.pos++
			return goOn
		default:
			v := s.damaged(w, env, &jsonscan.SyntaxError{Msg: "expected ',' or ']'"}, 0, 0)
			s.opened++
			return v
		}
	}
}

// walk walks the value at the first unread byte, reading on until it is complete, and returns
// its length. Where it cannot, it reports that, and returns 0 and how to go on.
//
// With find it stops in front of a list of items inside an object, and s.raw.list is set.
func (s *scanner) walk(w *window, env string, find bool) (int, verdict) {
	retries := 0
	for {
		b := w.unread()
		var n int
		var err error
		s.raw.list = ""
		if find && b[0] == '{' {
			n, err = s.raw.skim(b, s.nesting)
		} else {
			n, err = jsonscan.Value(b, 0, s.nesting)
			if err == nil && n == len(b) && w.err == nil && b[0] != '"' && b[0] != '{' && b[0] != '[' {
				if w.more(&retries) || w.err != nil {
					continue // a number may go on in what was not read yet
				}
				return 0, s.skip(w, env, ErrTooLarge)
			}
		}
		if err == nil && n <= s.recordBytes || err == errList {
			return n, goOn
		}
		if err == nil {
			v := s.fail(w.place(), env, ErrTooLarge)
			w.pos += n
			return 0, v
		}
		if err == jsonscan.ErrShort {
			switch {
			case w.more(&retries):
				continue
			case w.err == nil:
				return 0, s.skip(w, env, ErrTooLarge)
			case w.err == io.EOF:
				return 0, s.damaged(w, env, io.ErrUnexpectedEOF, 1, len(b))
			}
			return 0, s.cut(w, env)
		}
		if isDeep(err) {
			return 0, s.skip(w, env, ErrTooDeep)
		}
		return 0, s.damaged(w, env, err, 1, n)
	}
}

// give hands the record b, which has been skimmed last, to the consumer.
func (s *scanner) give(b []byte, env string, offset int64) verdict {
	s.raw.Bytes = b
	s.raw.Location = s.at(offset, env)
	s.records++
	s.given++
	if !s.yield(&s.raw, nil) {
		return stop
	}
	return goOn
}

// fail reports an unreadable record.
func (s *scanner) fail(offset int64, env string, err error) verdict {
	e := &RecordError{s.at(offset, env), err}
	s.records++
	return s.report(e)
}

// none reports a payload without records, and the objects that it names.
func (s *scanner) none(offset int64, env string, kind Payload, refs ...Ref) verdict {
	return s.report(&NoRecordsError{kind, s.at(offset, env), refs})
}

// at returns the Location of what comes next.
func (s *scanner) at(offset int64, env string) Location {
	return Location{s.file, s.records, offset, env, s.item}
}

func (s *scanner) report(err error) verdict {
	s.given++
	if !s.yield(nil, err) {
		return stop
	}
	return goOn
}

// end is the end of w between two values.
func (s *scanner) end(w *window, env string) verdict {
	if w.err == io.EOF || w.reported {
		return goOn
	}
	w.reported = true
	if w.packed {
		return s.fail(w.place(), env, w.err)
	}
	s.report(&StreamError{s.at(w.place(), env), w.err})
	return stop
}

// cut is the end of w inside a list or wrapper.
func (s *scanner) cut(w *window, env string) verdict {
	s.opened = 0
	var v verdict
	if w.err == io.EOF {
		v = s.fail(w.place(), env, io.ErrUnexpectedEOF)
	} else {
		v = s.end(w, env)
	}
	w.pos = w.end
	if v == stop {
		return stop
	}
	return resume
}

// join returns the path of name under env.
func (s *scanner) join(env, name string) string {
	if env == "" {
		return name
	}
	if s.env != env || s.name != name {
		s.env, s.name, s.joined = env, name, env+"."+name
	}
	return s.joined
}
