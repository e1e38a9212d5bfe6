package inflate_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/trailsift/trailsift/internal/inflate"
)

// A stream is a DEFLATE stream in the making, together with what it stands for. It has what no
// compressor writes.
type stream struct {
	out     []byte
	acc     uint64
	n       uint
	content []byte

	lit, dist code // of the block
}

// put appends n bits.
func (s *stream) put(v uint32, n uint) {
	s.acc |= uint64(v) << s.n
	for s.n += n; s.n >= 8; s.n -= 8 {
		s.out = append(s.out, byte(s.acc))
		s.acc >>= 8
	}
}

// A code has the codes of symbols, in the order of the input.
type code struct {
	lengths []uint8
	codes   []uint32
}

func newCode(lengths []uint8) code {
	c := code{lengths, make([]uint32, len(lengths))}
	next := uint32(0)
	for n := uint8(1); n <= 15; n++ {
		next <<= 1
		for symbol, l := range lengths {
			if l == n {
				c.codes[symbol] = bits.Reverse32(next) >> (32 - n)
				next++
			}
		}
	}
	return c
}

// symbol appends the code of a symbol.
func (s *stream) symbol(c code, symbol int) { s.put(c.codes[symbol], uint(c.lengths[symbol])) }

// dynamic starts a block with these codes, whose lengths it sends without repeats.
func (s *stream) dynamic(last uint32, lit, dist []uint8) {
	s.lit, s.dist = newCode(lit), newCode(dist)
	s.put(last|2<<1, 3)
	s.put(uint32(len(lit)-257), 5)
	s.put(uint32(len(dist)-1), 5)
	s.put(15, 4)
	for i := range 19 {
		if i < 3 {
			s.put(0, 3) // the repeats
		} else {
			s.put(4, 3)
		}
	}
	for _, n := range append(append([]uint8{}, lit...), dist...) {
		s.put(bits.Reverse32(uint32(n))>>28, 4)
	}
}

// fixed starts a block with the fixed codes.
func (s *stream) fixed(last uint32) {
	s.put(last|1<<1, 3)
	lit := bytes.Repeat([]byte{8}, 288)
	copy(lit[144:256], bytes.Repeat([]byte{9}, 112))
	copy(lit[256:280], bytes.Repeat([]byte{7}, 24))
	s.lit, s.dist = newCode(lit), newCode(bytes.Repeat([]byte{5}, 32))
}

func (s *stream) literal(c byte) {
	s.symbol(s.lit, int(c))
	s.content = append(s.content, c)
}

func (s *stream) match(length, dist int) {
	symbol, extra, rest := 285, uint(0), uint32(0)
	if length < 258 {
		symbol, rest = 257, uint32(length-3)
		for rest >= 8<<extra {
			extra++
		}
		symbol += int(4*extra) + int(rest>>extra)
		rest &= 1<<extra - 1
	}
	s.symbol(s.lit, symbol)
	s.put(rest, extra)
	symbol, extra, rest = dist-1, 0, 0
	if dist > 4 {
		for uint32(dist-1) >= 4<<extra {
			extra++
		}
		symbol = int(2*extra) + (dist-1)>>extra
		rest = uint32(dist-1) & (1<<extra - 1)
	}
	s.symbol(s.dist, symbol)
	s.put(rest, extra)
	for range length {
		s.content = append(s.content, s.content[len(s.content)-dist])
	}
}

// member ends the stream and makes a gzip member of it.
func (s *stream) member() []byte {
	if s.n > 0 {
		s.put(0, 8-s.n)
	}
	b := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), s.out...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(s.content))
	return binary.LittleEndian.AppendUint32(b, uint32(len(s.content)))
}

// randomCode returns the lengths of a complete code of n symbols.
func randomCode(r *rand.Rand, n, longest int) []uint8 {
	lengths := []uint8{1, 1}
	for len(lengths) < n {
		// The one that was split last is split again at times, which makes codes long.
		i := len(lengths) - 1
		if r.IntN(4) > 0 || int(lengths[i]) == longest {
			i = r.IntN(len(lengths))
		}
		if int(lengths[i]) < longest {
			lengths[i]++
			lengths = append(lengths, lengths[i])
		}
	}
	r.Shuffle(n, func(i, j int) { lengths[i], lengths[j] = lengths[j], lengths[i] })
	return lengths
}

func TestRandomStreams(t *testing.T) {
	var z inflate.Reader
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		var s stream
		for block := range 4 {
			last := uint32(block / 3)
			if r.IntN(4) == 0 {
				s.fixed(last)
			} else {
				s.dynamic(last, randomCode(r, 286, 9+r.IntN(7)), randomCode(r, 30, 5+r.IntN(11)))
			}
			for range r.IntN(4000) {
				if len(s.content) == 0 || r.IntN(2) == 0 {
					s.literal(byte(r.Uint32()))
					continue
				}
				s.match(3+r.IntN(256), 1+r.IntN(min(len(s.content), 1<<r.IntN(16))))
			}
			s.symbol(s.lit, 256)
		}
		in := s.member()
		for _, size := range []int{16, 64 << 10} {
			got, err := read(&z, bufio.NewReaderSize(bytes.NewReader(in), size))
			if err != io.EOF || !bytes.Equal(got, s.content) {
				t.Fatalf("seed %d, buffer of %d: %d bytes and %v, want %d", seed, size, len(got), err, len(s.content))
			}
		}
		compare(t, &z, in[:r.IntN(len(in)-1)+1], 64<<10)
	}
}

// TestDistances has matches of all lengths at distances where something changes, each as far
// back as the content reaches, and one byte further.
func TestDistances(t *testing.T) {
	var z inflate.Reader
	for _, dist := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65, 255, 256, 257, 24576, 24577, 32767, 32768} {
		for _, tail := range []int{0, 64} { // literals behind the match have it inflated by the fast loop
			t.Run(fmt.Sprint(dist, tail), func(t *testing.T) {
				for length := 3; length <= 258; length += 1 + dist/1000 {
					var s stream
					s.fixed(1)
					for i := range dist {
						s.literal(byte(i * i >> 3))
					}
					s.match(length, dist)
					for i := range tail {
						s.literal(byte(i))
					}
					s.symbol(s.lit, 256)
					got, err := read(&z, bufio.NewReader(bytes.NewReader(s.member())))
					if err != io.EOF || !bytes.Equal(got, s.content) {
						t.Fatalf("length %d: %d bytes and %v, want %d", length, len(got), err, len(s.content))
					}
				}
				if dist == 32768 {
					return
				}
				var s stream
				s.fixed(1)
				for i := range dist {
					s.literal(byte(i))
				}
				want := bytes.Clone(s.content)
				s.content = append([]byte{0}, s.content...)
				s.match(10, dist+1)
				for i := range tail {
					s.literal(byte(i))
				}
				s.symbol(s.lit, 256)
				if got, err := read(&z, bufio.NewReader(bytes.NewReader(s.member()))); kind(err) != "corrupt" || !bytes.Equal(got, want) {
					t.Errorf("one byte too far: %d bytes and %v, want %d", len(got), err, len(want))
				}
			})
		}
	}
}

// TestCodes has sets of code lengths that are none, or nearly so.
func TestCodes(t *testing.T) {
	lit := func(a, end uint8, more ...uint8) []uint8 { // for 'a', the end, and lengths from 3 on
		l := make([]uint8, 257, 286)
		l['a'], l[256] = a, end
		return append(l, more...)
	}
	tests := []struct {
		name      string
		lit, dist []uint8
		write     func(*stream)
		want      string
	}{
		{"complete", lit(1, 2, 2), []uint8{1, 1}, func(s *stream) { s.literal('a'); s.match(3, 1) }, "aaaa: EOF"},
		{"oversubscribed", lit(1, 1, 1), []uint8{1, 1}, nil, ": corrupt"},
		{"incomplete", lit(2, 2), []uint8{1, 1}, nil, ": corrupt"},
		{"no distance, unused", lit(1, 1), []uint8{0}, func(s *stream) { s.literal('a') }, "a: EOF"},
		{"no distance, used", lit(1, 2, 2), []uint8{0}, func(s *stream) { s.literal('a'); s.symbol(s.lit, 257) }, "a: corrupt"},
		{"one distance of one bit", lit(1, 2, 2), []uint8{1}, func(s *stream) { s.literal('a'); s.match(3, 1) }, "aaaa: EOF"},
		{"one distance, the other bit", lit(1, 2, 2), []uint8{1}, func(s *stream) { s.literal('a'); s.symbol(s.lit, 257); s.put(1, 1) }, "a: corrupt"},
		{"one distance of two bits", lit(1, 1), []uint8{2}, nil, ": corrupt"},
		{"two distances of two bits", lit(1, 1), []uint8{2, 2}, nil, ": corrupt"},
		{"three distances of one bit", lit(1, 1), []uint8{1, 1, 1}, nil, ": corrupt"},
		{"only an end", lit(0, 1), []uint8{1, 1}, nil, ": EOF"},
		{"only an end, the other bit", lit(0, 1), []uint8{1, 1}, func(s *stream) { s.put(1, 1) }, ": corrupt"},
		{"no end", lit(1, 0, 1), []uint8{1, 1}, func(s *stream) { s.literal('a') }, "aaaaaa: unexpected EOF"}, // the padding is codes, too
		{"no code", lit(0, 0), []uint8{1, 1}, nil, ": corrupt"},
		{"too many lengths", append(lit(1, 1), make([]uint8, 30)...), []uint8{1, 1}, nil, ": corrupt"},
		{"too many distances", lit(1, 1), append([]uint8{1, 1}, make([]uint8, 29)...), nil, ": corrupt"},
	}
	var z inflate.Reader
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, tail := range []string{"", "and more behind it, for the fast loop"} {
				var s stream
				s.dynamic(1, test.lit, test.dist)
				if test.write != nil {
					test.write(&s)
				}
				if test.lit[256] > 0 {
					s.symbol(s.lit, 256)
				}
				in := s.member()
				if test.name == "no end" {
					in, tail = in[:len(in)-8], ""
				}
				in = append(in, tail...)
				got, err := read(&z, bufio.NewReader(bytes.NewReader(in)))
				if s := string(got) + ": " + kind(err); s != test.want {
					t.Errorf("got %q, want %q", s, test.want)
				}
				compare(t, &z, in, 4096)
			}
		})
	}
}

// What a writer has flushed can be read before it writes on.
func TestReader_flushed(t *testing.T) {
	r, w, err := os.Pipe() // has room for what is written
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	next := make(chan bool)
	go func() {
		z := gzip.NewWriter(w)
		for range next {
			io.WriteString(z, "a line\n")
			z.Flush()
		}
		z.Close()
		w.Close()
	}()
	next <- true
	var z inflate.Reader
	if err := z.Reset(bufio.NewReader(r)); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 7)
	for range 3 {
		if _, err := io.ReadFull(&z, line); err != nil || string(line) != "a line\n" {
			t.Fatalf("%q, %v", line, err)
		}
		next <- true
	}
	close(next)
	if rest, err := io.ReadAll(&z); err != nil || string(rest) != "a line\n" {
		t.Errorf("%q, %v", rest, err)
	}
}
