package event

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/trailsift/trailsift/internal/inflate"
)

// maxLayers is how often an input may be compressed over again: uploaders compress log files
// that were compressed already.
const maxLayers = 3

// A source is an input with its compression removed. Its parts come from pools and go back
// with close.
type source struct {
	io.Reader
	buffers   []*bufio.Reader
	inflaters []*inflater
}

var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// open looks whether r is compressed. An error of r is left for the one who reads on.
func open(r io.Reader, limit int64) *source {
	s := new(source)
	for layer := 0; ; layer++ {
		buf := buffers.Get().(*bufio.Reader)
		buf.Reset(r)
		s.buffers = append(s.buffers, buf)
		s.Reader = buf
		if head, _ := buf.Peek(2); string(head) != "\x1f\x8b" {
			return s
		}
		if layer == maxLayers {
			s.Reader = failure{fmt.Errorf("gzip inside gzip: %w", ErrTooDeep)}
			return s
		}
		z := inflaters.Get().(*inflater)
		s.inflaters = append(s.inflaters, z)
		z.reset(buf, limit)
		r = z
	}
}

// close gives everything back, without closing the input.
func (s *source) close() {
	for _, b := range s.buffers {
		b.Reset(nil)
		buffers.Put(b)
	}
	for _, z := range s.inflaters {
		z.src = nil
		inflaters.Put(z)
	}
	*s = source{}
}

type failure struct{ err error }

func (f failure) Read([]byte) (int, error) { return 0, f.err }

// An inflater reads the members of one gzip stream, up to a limit.
type inflater struct {
	gzip inflate.Reader
	src  *bufio.Reader // the inflate.Reader does not read beyond a member's end
	left int64
	open bool // inside a member
	any  bool // a member has been opened
	err  error

	probe [1]byte // asks whether there is anything behind the limit; a local one would be allocated
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

func (z *inflater) reset(src *bufio.Reader, limit int64) {
	z.src, z.left, z.open, z.any, z.err = src, limit, false, false, nil
}

func (z *inflater) Read(p []byte) (int, error) {
	for z.err == nil {
		if !z.open {
			z.err = z.next()
			continue
		}
		into := p
		if z.left < int64(len(p)) {
			into = p[:z.left]
		}
		if z.left == 0 {
			into = z.probe[:]
		}
		n, err := z.gzip.Read(into)
		if z.left == 0 && n > 0 {
			z.err = fmt.Errorf("inflated data: %w", ErrTooLarge)
			continue
		}
		z.left -= int64(n)
		switch {
		case err == io.EOF:
			z.open = false
		case err != nil:
			z.err = fmt.Errorf("gzip: %w", err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, z.err
}

// next opens the next member. Members may be padded with zeros, as on tape.
func (z *inflater) next() error {
	for z.any {
		head, err := z.src.Peek(1)
		if err != nil {
			return err
		}
		if head[0] == 0x1f {
			break
		}
		if head[0] != 0 {
			return errors.New("gzip: data behind the end of the compressed stream")
		}
		z.src.Discard(1)
	}
	if err := z.gzip.Reset(z.src); err != nil {
		if errors.Is(err, io.EOF) { // the end of a header is no end of the stream
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("gzip: %w", err)
	}
	z.open, z.any = true, true
	return nil
}
