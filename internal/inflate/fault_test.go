package inflate_test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/inflate"
)

// standard reads a member as compress/gzip does, and returns what is behind it as well.
func standard(in []byte) (got, rest []byte, err error) {
	r := bytes.NewReader(in)
	z, err := gzip.NewReader(r)
	if err == nil {
		z.Multistream(false)
		if got, err = io.ReadAll(z); err == nil {
			err = io.EOF
		}
	}
	rest, _ = io.ReadAll(r)
	return got, rest, err
}

// compare has in read by compress/gzip too.
func compare(t *testing.T, z *inflate.Reader, in []byte, size int) {
	t.Helper()
	src := bufio.NewReaderSize(bytes.NewReader(in), size)
	got, err := read(z, src)
	if len(in) > 3 && in[3] > 0x1f { // reserved flags, which compress/gzip takes
		if len(got) > 0 || err == io.EOF {
			t.Errorf("%d bytes and %v for reserved flags", len(got), err)
		}
		return
	}
	want, wantRest, wantErr := standard(in)
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes and %v, want %d and %v", len(got), err, len(want), wantErr)
	}
	if kind(err) != kind(wantErr) {
		t.Errorf("error %v, want %v", err, wantErr)
	}
	if rest, _ := io.ReadAll(src); err == io.EOF && !bytes.Equal(rest, wantRest) {
		t.Errorf("%d bytes are left behind the member, want %d", len(rest), len(wantRest))
	}
}

// kind is an error without its place.
func kind(err error) string {
	if _, ok := err.(flate.CorruptInputError); ok {
		return "corrupt"
	}
	return err.Error()
}

// small are members for tests that go through all their bytes: with dynamic codes, with fixed
// ones, stored, and with all that a header may have.
func small(t testing.TB) [][]byte {
	var full bytes.Buffer
	w, _ := gzip.NewWriterLevel(&full, gzip.BestCompression)
	w.Extra, w.Name, w.Comment = []byte("extra"), "name", "comment"
	w.Write([]byte("a log file"))
	w.Close()
	withSum := full.Bytes()
	withSum[3] |= 2
	end := 10 + 2 + len("extra") + len("name") + 1 + len("comment") + 1
	sum := binary.LittleEndian.AppendUint16(nil, uint16(crc32.ChecksumIEEE(withSum[:end])))
	withSum = append(withSum[:end:end], append(sum, withSum[end:]...)...)
	return [][]byte{
		compressed(t, gzip.BestCompression, records(1500)),
		compressed(t, gzip.BestSpeed, []byte(strings.Repeat("abc", 10))),
		compressed(t, gzip.NoCompression, []byte("stored")),
		compressed(t, gzip.HuffmanOnly, records(300)),
		withSum,
	}
}

func TestTruncated(t *testing.T) {
	var z inflate.Reader
	for i, in := range small(t) {
		for n := range in {
			_, err := read(&z, bufio.NewReader(bytes.NewReader(in[:n])))
			want := io.ErrUnexpectedEOF
			if n == 0 {
				want = io.EOF
			}
			if err != want {
				t.Errorf("member %d up to byte %d: %v, want %v", i, n, err, want)
			}
			if n > 0 {
				compare(t, &z, in[:n], 16)
			}
		}
	}
}

func TestBytesChanged(t *testing.T) {
	var z inflate.Reader
	for _, in := range small(t) {
		for n := range in {
			for _, x := range []byte{1, 8, 64, 255} {
				changed := bytes.Clone(in)
				changed[n] ^= x
				compare(t, &z, changed, 4096)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	good := compressed(t, gzip.DefaultCompression, []byte("a log file"))
	changed := func(at int, x byte) []byte {
		b := bytes.Clone(good)
		if at < 0 {
			at += len(b)
		}
		b[at] ^= x
		return b
	}
	header := "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	named := "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"
	tests := []struct {
		name string
		in   []byte
		want string // with what has been inflated in front of it
	}{
		{"good", good, "a log file: EOF"},
		{"nothing", nil, ": EOF"},
		{"magic", changed(0, 1), ": gzip: invalid header"},
		{"method", changed(2, 1), ": gzip: invalid header"},
		{"reserved flag", changed(3, 0x20), ": gzip: invalid header"},
		{"checksum", changed(-8, 1), "a log file: gzip: invalid checksum"},
		{"size", changed(-1, 1), "a log file: gzip: invalid checksum"},
		{"checksum of the header", append([]byte("\x1f\x8b\x08\x02\x00\x00\x00\x00\x00\xff\x00\x00"), good[10:]...), ": gzip: invalid header"},
		{"name", append([]byte(named+strings.Repeat("n", 511)+"\x00"), good[10:]...), "a log file: EOF"},
		{"name too long", append([]byte(named+strings.Repeat("n", 512)+"\x00"), good[10:]...), ": gzip: invalid header"},
		{"reserved block", []byte(header + "\x07"), ": flate: corrupt input before offset 1"},
		{"stored, length", []byte(header + "\x01\x02\x00\xfc\xffab"), ": flate: corrupt input before offset 5"},
		{"stored, cut", []byte(header + "\x01\x03\x00\xfc\xffab"), "ab: unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var z inflate.Reader
			got, err := read(&z, bufio.NewReader(bytes.NewReader(test.in)))
			if diff := cmp.Diff(test.want, string(got)+": "+err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReaderFails has the input fail at each byte.
func TestReaderFails(t *testing.T) {
	failed := errors.New("failed")
	var z inflate.Reader
	for i, in := range small(t) {
		for n := range in {
			src := bufio.NewReader(io.MultiReader(bytes.NewReader(in[:n]), iotest.ErrReader(failed)))
			got, err := read(&z, src)
			if err != failed {
				t.Errorf("member %d, byte %d: %v, want %v", i, n, err, failed)
			}
			if n == 0 {
				continue
			}
			if want, _, _ := standard(in[:n]); !bytes.Equal(got, want) {
				t.Errorf("member %d, byte %d: %d bytes, want %d", i, n, len(got), len(want))
			}
		}
	}
	if err := z.Reset(bufio.NewReader(io.MultiReader(bytes.NewReader(small(t)[2][:17]), stuck{}))); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(&z); err != io.ErrNoProgress || string(got) != "st" {
		t.Errorf("%q and %v from a stuck reader", got, err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
