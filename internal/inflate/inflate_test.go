package inflate_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/trailsift/trailsift/internal/inflate"
)

// shapes are contents that compress in different ways.
func shapes() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n, values int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.IntN(values))
		}
		return b
	}
	all := map[string][]byte{
		"JSON":               records(1 << 20),
		"random":             random(200<<10, 256),
		"two values":         random(100<<10, 2),
		"hexadecimal":        random(300<<10, 16),
		"far apart":          bytes.Repeat(random(32<<10, 256), 3),
		"a little too far":   bytes.Repeat(random(32<<10+1, 256), 3),
		"zeros":              make([]byte, 1<<20),
		"one byte":           {7},
		"all bytes, a ramp":  bytes.Repeat(ramp(), 700),
		"random, then JSON":  append(random(70<<10, 256), records(70<<10)...),
		"skewed, long codes": skewed(r, 200<<10),
	}
	for _, n := range []int{0, 1, 32767, 32768, 65536} {
		all[fmt.Sprintf("%d bytes of JSON", n)] = records(1 << 17)[:n]
	}
	for dist := 1; dist <= 40; dist++ {
		all[fmt.Sprintf("a period of %d", dist)] = bytes.Repeat(random(dist, 256), 2000/dist+1)
	}
	return all
}

func ramp() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// skewed has each byte value half as often as the one before it.
func skewed(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		for r.IntN(2) == 0 && b[i] < 255 {
			b[i]++
		}
	}
	return b
}

// records looks like a log file.
func records(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	names := []string{"DescribeInstances", "AssumeRole", "GetObject", "ListBuckets", "PutObject", "Decrypt", "CreateLogStream"}
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	for b.Len() < n {
		account, name := 100000000000+r.Int64N(5)*1234567, names[r.IntN(len(names))]
		fmt.Fprintf(&b, `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA%016X:session","arn":"arn:aws:sts::%d:assumed-role/role-%d/session","accountId":"%d","accessKeyId":"ASIA%016X"},`,
			r.Uint64(), account, r.IntN(20), account, r.Uint64())
		fmt.Fprintf(&b, `"eventTime":"2026-01-%02dT%02d:%02d:%02dZ","eventSource":"ec2.amazonaws.com","eventName":"%s","awsRegion":"eu-west-%d","sourceIPAddress":"203.0.113.%d","userAgent":"aws-sdk-go-v2/1.24.0 os/linux lang/go#1.21.5 md/GOOS#linux md/GOARCH#amd64",`,
			1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), name, 1+r.IntN(3), r.IntN(256))
		fmt.Fprintf(&b, `"requestParameters":{"maxResults":%d},"responseElements":null,"requestID":"%08x-%04x-%04x","eventID":"%08x-%04x-4%03x","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"%d","eventCategory":"Management"},`,
			r.IntN(1000), r.Uint32(), r.Uint32()>>16, r.Uint32()>>16, r.Uint32(), r.Uint32()>>16, r.Uint32()>>20, account)
	}
	return b.Bytes()[:n]
}

func compressed(t testing.TB, level int, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(content)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read inflates a member with reads of all sizes, and returns what came before the error.
func read(z *inflate.Reader, src *bufio.Reader) ([]byte, error) {
	if err := z.Reset(src); err != nil {
		return nil, err
	}
	var got []byte
	p := make([]byte, 70000)
	for size := 1; ; size = size*5/2 + 1 {
		if size > len(p) {
			size = 1
		}
		n, err := z.Read(p[:size])
		got = append(got, p[:n]...)
		if err != nil {
			if n, again := z.Read(p); n != 0 || again != err {
				return got, fmt.Errorf("then %d bytes and %v, after %v", n, again, err)
			}
			return got, err
		}
	}
}

func TestRoundTrips(t *testing.T) {
	var z inflate.Reader
	for name, content := range shapes() {
		for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
			src := bufio.NewReaderSize(bytes.NewReader(compressed(t, level, content)), 64<<10)
			if got, err := read(&z, src); err != io.EOF || !bytes.Equal(got, content) {
				t.Errorf("%s, level %d: %d bytes and %v, want %d", name, level, len(got), err, len(content))
			}
			if src.Buffered() != 0 {
				t.Errorf("%s, level %d: %d bytes are left", name, level, src.Buffered())
			}
		}
	}
}

// chunks delivers a random number of bytes, which may be none.
type chunks struct {
	in []byte
	r  *rand.Rand
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.in[:c.r.IntN(min(len(c.in), 50)+1)])
	c.in = c.in[n:]
	return n, nil
}

func TestReaders(t *testing.T) {
	readers := map[string]func([]byte) io.Reader{
		"whole":           func(b []byte) io.Reader { return bytes.NewReader(b) },
		"byte by byte":    func(b []byte) io.Reader { return iotest.OneByteReader(bytes.NewReader(b)) },
		"halves":          func(b []byte) io.Reader { return iotest.HalfReader(bytes.NewReader(b)) },
		"error with data": func(b []byte) io.Reader { return iotest.DataErrReader(bytes.NewReader(b)) },
		"random chunks":   func(b []byte) io.Reader { return &chunks{b, rand.New(rand.NewPCG(5, 6))} },
	}
	contents := [][]byte{records(200 << 10), bytes.Repeat(ramp(), 300), {}}
	var z inflate.Reader
	for name, reader := range readers {
		for _, size := range []int{16, 17, 31, 100, 4096, 64 << 10} {
			for i, content := range contents {
				for _, level := range []int{gzip.NoCompression, gzip.DefaultCompression} {
					in := append(compressed(t, level, content), "behind"...)
					src := bufio.NewReaderSize(reader(in), size)
					got, err := read(&z, src)
					if err != io.EOF || !bytes.Equal(got, content) {
						t.Errorf("%s, buffer of %d, content %d, level %d: %d bytes and %v, want %d", name, size, i, level, len(got), err, len(content))
					}
					if rest, _ := io.ReadAll(src); string(rest) != "behind" {
						t.Errorf("%s, buffer of %d, content %d, level %d: %q is left", name, size, i, level, rest)
					}
				}
			}
		}
	}
}

func TestMembers(t *testing.T) {
	want := []string{"first", strings.Repeat("second ", 50000), "", "fourth"}
	var in []byte
	for _, s := range want {
		in = append(in, compressed(t, gzip.BestSpeed, []byte(s))...)
	}
	src := bufio.NewReader(bytes.NewReader(in))
	var z inflate.Reader
	for i, s := range want {
		if got, err := read(&z, src); err != io.EOF || string(got) != s {
			t.Fatalf("member %d: %d bytes and %v, want %d", i, len(got), err, len(s))
		}
	}
	if err := z.Reset(src); err != io.EOF {
		t.Errorf("%v behind the last member, want EOF", err)
	}
}

func TestAllocations(t *testing.T) {
	for _, level := range []int{gzip.NoCompression, gzip.HuffmanOnly, gzip.BestCompression} {
		in := compressed(t, level, records(300<<10))
		var z inflate.Reader
		r, src, p := bytes.NewReader(in), bufio.NewReader(nil), make([]byte, 32<<10)
		n := testing.AllocsPerRun(10, func() {
			r.Reset(in)
			src.Reset(r)
			err := z.Reset(src)
			for err == nil {
				_, err = z.Read(p)
			}
			if err != io.EOF {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("level %d: %v allocations", level, n)
		}
	}
}
