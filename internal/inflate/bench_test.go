package inflate_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/trailsift/trailsift/internal/inflate"
)

func BenchmarkInflate(b *testing.B) {
	var ours inflate.Reader
	var slow gzip.Reader
	readers := []struct {
		name  string
		reset func(*bufio.Reader) error
		io.Reader
	}{
		{"inflate", ours.Reset, &ours},
		{"standard", func(r *bufio.Reader) error { return slow.Reset(r) }, &slow},
	}
	for _, input := range []struct {
		name string
		n    int
	}{{"log file", 4 << 20}, {"few records", 10 << 10}, {"one record", 1300}} {
		in := compressed(b, gzip.DefaultCompression, records(input.n))
		for _, reader := range readers {
			b.Run(input.name+"/"+reader.name, func(b *testing.B) {
				r, src, p := bytes.NewReader(nil), bufio.NewReaderSize(nil, 64<<10), make([]byte, 64<<10)
				b.ReportAllocs()
				b.SetBytes(int64(input.n))
				for b.Loop() {
					r.Reset(in)
					src.Reset(r)
					err := reader.reset(src)
					for err == nil {
						_, err = reader.Read(p)
					}
					if err != io.EOF {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
