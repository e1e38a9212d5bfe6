package inflate_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"testing"

	"github.com/trailsift/trailsift/internal/inflate"
)

// FuzzInflate has the same input read by the standard library: as it is, and as the DEFLATE
// stream in a member that is otherwise right.
func FuzzInflate(f *testing.F) {
	for _, in := range small(f) {
		f.Add(in, uint16(16))
		f.Add(in[10:], uint16(4096))
		f.Add(append(bytes.Clone(in), in...), uint16(100))
	}
	for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
		f.Add(compressed(f, level, records(3000))[10:], uint16(1000))
	}
	f.Add(compressed(f, gzip.BestCompression, make([]byte, 200<<10))[10:], uint16(64))
	f.Fuzz(func(t *testing.T, in []byte, size uint16) {
		var z inflate.Reader
		if len(in) > 0 {
			compare(t, &z, in, int(size))
		}
		r := bytes.NewReader(in)
		content, err := io.ReadAll(io.LimitReader(flate.NewReader(r), 16<<20))
		if len(content) == 16<<20 {
			t.Skip()
		}
		member := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), in...)
		if err == nil {
			member = binary.LittleEndian.AppendUint32(member[:len(member)-r.Len()], crc32.ChecksumIEEE(content))
			member = binary.LittleEndian.AppendUint32(member, uint32(len(content)))
			err = io.EOF
		}
		got, gotErr := read(&z, bufio.NewReaderSize(bytes.NewReader(member), int(size)))
		if !bytes.Equal(got, content) || kind(gotErr) != kind(err) {
			t.Errorf("%d bytes and %v, want %d and %v", len(got), gotErr, len(content), err)
		}
	})
}
