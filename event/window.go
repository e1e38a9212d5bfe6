package event

import (
	"bytes"
	"io"
	"sync"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

const (
	firstWindow = 256 << 10

	// smallRead is the room below which reading on is not worth a call to the reader.
	smallRead = 32 << 10

	// lookBack bytes before the unread ones stay, for whoever asks what a brace follows.
	lookBack = 64

	// maxRetries bounds how often one value is walked again because a little more of it came.
	maxRetries = 64
)

// A window is the part of an input that is in memory. It slides over the input, and grows,
// up to max, only while a single value needs it.
type window struct {
	src      io.Reader // nil where buf is the whole input
	buf      []byte
	pos, end int   // the unread bytes are buf[pos:end]
	base     int64 // offset of buf[0] in the input
	max      int
	err      error // why nothing more comes: io.EOF, or what failed

	packed bool  // the input was unpacked from an item of another one,
	offset int64 // which starts here

	reported bool  // err has been given to the consumer
	wasted   int64 // bytes walked in search of a place to go on, without finding one
}

// whole returns a window over data that was unpacked from the item at offset.
func whole(data []byte, offset int64) *window {
	return &window{buf: data, end: len(data), err: io.EOF, packed: true, offset: offset}
}

// windows keeps buffers of the first size: most inputs never need another.
var windows = sync.Pool{New: func() any { return new([firstWindow]byte) }}

// close gives the buffer back.
func (w *window) close() {
	if len(w.buf) == firstWindow {
		windows.Put((*[firstWindow]byte)(w.buf))
	}
	w.buf = nil
}

func (w *window) unread() []byte { return w.buf[w.pos:w.end] }

// place returns the offset for the Location of what starts at the first unread byte.
func (w *window) place() int64 {
	if w.packed {
		return w.offset
	}
	return w.base + int64(w.pos)
}

// fill reads once, keeping the unread bytes. It returns false where nothing more comes, and
// w.err is set, or where the window is full of unread bytes, and w.err is nil.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	if len(w.buf)-w.end < smallRead {
		if from := w.pos - lookBack; from > 0 {
			w.end = copy(w.buf, w.buf[from:w.end])
			w.pos -= from
			w.base += int64(from)
		}
		if len(w.buf)-w.end < smallRead && len(w.buf) < w.max {
			larger := make([]byte, min(2*len(w.buf), w.max))
			copy(larger, w.buf[:w.end])
			w.close()
			w.buf = larger
		}
	}
	if w.end == len(w.buf) {
		return false
	}
	for range 100 {
		n, err := w.src.Read(w.buf[w.end:])
		if n < 0 || n > len(w.buf)-w.end {
			n, err = 0, io.ErrNoProgress // a broken reader
		}
		w.end += n
		w.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// more reads on for a value that starts at the first unread byte and was found unfinished. A
// reader may deliver byte by byte, so it waits for what could finish the value, or for a
// quarter more, before it has the value walked again.
func (w *window) more(retries *int) bool {
	had := w.end - w.pos
	object := w.buf[w.pos] == '{'
	for {
		seen := w.end - w.pos
		if !w.fill() {
			return w.end-w.pos > had
		}
		if *retries < maxRetries && (!object || bytes.IndexByte(w.unread()[seen:], '}') >= 0) {
			*retries++
			return true
		}
		if w.end-w.pos-had > had/4 {
			return true
		}
	}
}

// token passes over white space and returns the byte behind it, unread, or false at the end.
func (w *window) token() (byte, bool) {
	for {
		if w.pos < w.end {
			if c := w.buf[w.pos]; c > ' ' {
				return c, true
			}
			if w.pos = jsonscan.Space(w.buf[:w.end], w.pos); w.pos < w.end {
				return w.buf[w.pos], true
			}
		}
		if !w.fill() {
			return 0, false
		}
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// between passes over what may stand between the values of an input: white space, commas,
// the padding and record separators of other tools, and the byte order marks of joined files.
func (w *window) between() (byte, bool) {
	for {
		c, ok := w.token()
		switch {
		case !ok:
			return 0, false
		case c == ',' || c == 0 || c == 0x1e:
			w.pos++
		case c == byteOrderMark[0] && w.startsWith(byteOrderMark):
			w.pos += len(byteOrderMark)
		default:
			return c, true
		}
	}
}

// startsWith reports whether the unread bytes start with prefix, reading on if need be.
func (w *window) startsWith(prefix []byte) bool {
	for {
		b := w.unread()
		if len(b) >= len(prefix) || !bytes.HasPrefix(prefix, b) {
			return bytes.HasPrefix(b, prefix)
		}
		if !w.fill() {
			return false
		}
	}
}
