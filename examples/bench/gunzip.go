package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"io"

	fastgzip "github.com/klauspost/compress/gzip"

	"github.com/trailsift/trailsift/internal/inflate"
)

// An inflater reads compressed objects: one of the packages named gzip.
type inflater interface {
	io.Reader
	Reset(io.Reader) error
}

// gunzip reads an object through a buffer, and does nothing with it. Nothing is made anew from
// object to object.
func gunzip(z inflater) variantFunc {
	buf := make([]byte, 64<<10)
	var in bytes.Reader
	return func(_ context.Context, o object) (matches, error) {
		in.Reset(o.gzip)
		if err := z.Reset(&in); err != nil {
			return matches{}, err
		}
		for {
			if _, err := z.Read(buf); err == io.EOF {
				return matches{}, nil
			} else if err != nil {
				return matches{}, err
			}
		}
	}
}

func newFastGzip() inflater     { return new(fastgzip.Reader) }
func newStandardGzip() inflater { return new(gzip.Reader) }
func newOwnGzip() inflater      { return &ownGzip{src: bufio.NewReaderSize(nil, 64<<10)} }

// ownGzip is how package event inflates.
type ownGzip struct {
	inflate.Reader
	src *bufio.Reader
}

func (z *ownGzip) Reset(r io.Reader) error {
	z.src.Reset(r)
	return z.Reader.Reset(z.src)
}

// whole returns a function that inflates an object into a buffer that the next one takes over.
func whole() func(object) ([]byte, error) {
	var z fastgzip.Reader
	var buf bytes.Buffer
	return func(o object) ([]byte, error) {
		buf.Reset()
		if err := z.Reset(bytes.NewReader(o.gzip)); err != nil {
			return nil, err
		}
		_, err := buf.ReadFrom(&z)
		return buf.Bytes(), err
	}
}
