package event_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

func TestMaxRecordBytes(t *testing.T) {
	large := func(n int) string {
		return `{"eventName":"PutObject","eventSource":"s3.amazonaws.com","x":"` + strings.Repeat(`\"}{,`, n/5) + `"}`
	}
	one, two := synth("e-1"), synth("e-2")
	for _, size := range []int{500, 200_000, 1_000_000} { // within the first window and beyond it
		big := large(size)
		for _, c := range []struct{ name, in, env string }{
			{"log file", `{"Records":[` + one + `,` + big + `,` + two + `]}`, " Records"},
			{"one a line", one + "\n" + big + "\n" + two, ""},
			{"wrapper", `{"Records":[` + one + `],"x":` + big + `,"Records":[` + two + `]}`, " Records"},
			{"string", "[" + one + `,"` + strings.Repeat("x", size) + `",` + two + "]", ""},
		} {
			t.Run(fmt.Sprintf("%s %d", c.name, size), func(t *testing.T) {
				env := c.env
				if c.name == "wrapper" {
					env = ""
				}
				start := strings.Index(c.in, big)
				if c.name == "string" {
					start = len(one) + 2
				}
				want := lines(
					fmt.Sprintf("e-1 @%d%s", strings.Index(c.in, one), c.env),
					fmt.Sprintf("bad: larger than the limit @%d%s", start, env),
					fmt.Sprintf("e-2 @%d%s", strings.Index(c.in, two), c.env))
				got := outline(t, strings.NewReader(c.in), event.MaxRecordBytes(len(one)))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}

	t.Run("at the limit", func(t *testing.T) {
		for n, want := range map[int]string{len(one): "e-1 @0", len(one) - 1: "bad: larger than the limit @0"} {
			if diff := cmp.Diff(lines(want), outline(t, strings.NewReader(one), event.MaxRecordBytes(n))); diff != "" {
				t.Errorf("%d (-want +got):\n%s", n, diff)
			}
		}
	})
	t.Run("record above the default", func(t *testing.T) {
		big := large(9 << 20)
		n := 0
		for e, err := range event.Records(strings.NewReader(big+big), event.MaxRecordBytes(16<<20)) {
			if err != nil || len(e.Raw()) != len(big) {
				t.Fatal(err)
			}
			n++
		}
		if n != 2 {
			t.Errorf("%d records", n)
		}
		if diff := cmp.Diff(lines("bad: larger than the limit @0", fmt.Sprintf("e-1 @%d", len(big))), outline(t, strings.NewReader(big+one))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("large without end", func(t *testing.T) {
		in := one + "\n" + `{"eventName":"x","y":{"z":"` + strings.Repeat("x", 1<<20) + `"` + "\n" + two + "\n"
		want := lines("e-1 @0", fmt.Sprintf("bad: larger than the limit @%d", len(one)+1), fmt.Sprintf("e-2 @%d", strings.Index(in, two)))
		if diff := cmp.Diff(want, outline(t, strings.NewReader(in), event.MaxRecordBytes(10_000))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestMaxNesting(t *testing.T) {
	record := func(depth int) string {
		return `{"eventName":"x","eventSource":"y","requestParameters":` + strings.Repeat(`[`, depth-1) + strings.Repeat(`]`, depth-1) + `}`
	}
	for _, c := range []struct {
		depth, limit int
		deep         bool
	}{
		{100, 0, false}, {101, 0, true}, {10, 10, false}, {11, 10, true}, {200, 200, false}, {201, 200, true},
	} {
		var opts []event.ReadOption
		if c.limit > 0 {
			opts = append(opts, event.MaxNesting(c.limit))
		}
		steps := 0
		for _, err := range event.Records(strings.NewReader(record(c.depth)), opts...) {
			if steps++; errors.Is(err, event.ErrTooDeep) != c.deep || (err == nil) == c.deep {
				t.Errorf("depth %d, limit %d: %v", c.depth, c.limit, err)
			}
		}
		if steps != 1 {
			t.Errorf("depth %d, limit %d: %d steps", c.depth, c.limit, steps)
		}
	}
}

func TestMaxInflatedBytes(t *testing.T) {
	one, two := synth("e-1"), synth("e-2")
	all := one + "\n" + two
	for limit, want := range map[int][]string{
		len(all):     {"e-1", "e-2"},
		len(all) - 1: {"e-1", "stream"},
		len(one) + 1: {"e-1", "stream"},
		len(one):     {"e-1", "stream"},
		len(one) - 1: {"stream"},
	} {
		for _, in := range []string{gzipped(all), gzipped(one, "\n", two), gzipped(gzipped(all))} {
			var got []string
			for e, err := range event.Records(strings.NewReader(in), event.MaxInflatedBytes(int64(limit))) {
				var stream *event.StreamError
				switch {
				case err == nil:
					got = append(got, e.EventID)
				case errors.As(err, &stream) && errors.Is(err, event.ErrTooLarge):
					got = append(got, "stream")
				default:
					t.Error(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("limit %d of %d (-want +got):\n%s", limit, len(all), diff)
			}
		}
	}
}

// repeated gives head, then n times body, then tail, without holding them all.
func repeated(head, body string, n int, tail string) io.Reader {
	block := strings.Repeat(body, 1+(64<<10)/len(body))
	per := len(block) / len(body)
	parts := []io.Reader{strings.NewReader(head)}
	for ; n >= per; n -= per {
		parts = append(parts, strings.NewReader(block))
	}
	return io.MultiReader(append(parts, strings.NewReader(strings.Repeat(body, n)+tail))...)
}

// heap returns how much the heap grows above what it is now while fn runs. Each call of the
// function that fn gets is a look at it.
func heap(fn func(look func())) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, m.HeapAlloc
	fn(func() {
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	})
	return peak - before
}

func TestConstantMemory(t *testing.T) {
	size := 300 << 20
	if testing.Short() {
		size = 30 << 20
	}
	one := synth("e-1")
	n := size / len(one)
	message := `{"id":"1","message":` + quoted(one) + `}`
	for _, c := range []struct {
		name string
		r    io.Reader
		n    int
	}{
		{"log file", repeated(`{"Records":[`+one, `,`+one, n-1, `]}`), n},
		{"one a line", repeated("", one+"\n", n, ""), n},
		{"array behind other members", repeated(`{"NextToken":"n","Events":[`+one, `,`+one, n/4-1, `]}`), n / 4},
		{"CloudWatch Logs", repeated(`{"logEvents":[`+message, `,`+message, n/20-1, `]}`), n / 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := 0
			grown := heap(func(look func()) {
				for raw, err := range event.RawRecords(c.r) {
					if err != nil || len(raw.Bytes) != len(one) {
						t.Fatal(err)
					}
					if got++; got%50_000 == 0 {
						look()
					}
				}
				look()
			})
			if got != c.n {
				t.Errorf("%d records, want %d", got, c.n)
			}
			if grown > 16<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

func TestRawRecordsAllocations(t *testing.T) {
	in := `{"Records":[` + strings.Repeat(synth("e-1")+",", 5000) + synth("e-1") + `]}`
	allocations := testing.AllocsPerRun(5, func() {
		for _, err := range event.RawRecords(strings.NewReader(in)) {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if allocations > 50 {
		t.Errorf("%v allocations for 5,000 records", allocations)
	}
}

// TestHostile reads input made to cost much time or memory.
func TestHostile(t *testing.T) {
	size := 20 << 20
	if testing.Short() {
		size = 2 << 20
	}
	for _, unit := range []string{
		`{"a":[`, `},{"`, `[`, `{`, `"`, `\`, `{"Records":[`, `{"a":`, `[{"a":`, `},{"a":[`, `},{"a":"b","c":[{"d":1}],`, `{"a":1},`, `[1],`, `1,`, "1\n", ` `, "\n{\"", `{"a":"{"a":"`,
		`{"Records":[{"a":`, `{"Records":[{"a":1},`, "\x00", `"{`, `"[\"{`, `{"a":[{"a":1},`, `{"eventName":"x","eventSource":"y"}`, `,{"eventName":"x","eventSource":"y","a":[`, "{\"a\":[\n",
		"\xef\xbb", "CWL CONTROL MESSAGE", `{"logEvents":[{"message":"{"}],`,
	} {
		t.Run(unit, func(t *testing.T) {
			start := time.Now()
			grown := heap(func(look func()) {
				n, found := 0, false
				for raw, err := range event.RawRecords(repeated("", unit, size/len(unit), "\n"+synth("e-1"))) {
					if n++; n%500_000 == 0 {
						look()
					}
					found = found || err == nil && string(raw.Bytes) == synth("e-1")
				}
				look()
				if !found {
					t.Errorf("the record behind it was not found, in %d steps", n)
				}
			})
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Log(took, grown>>20, "MiB")
			}
			if grown > 64<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

func TestZipBomb(t *testing.T) {
	size := 100 << 20
	if testing.Short() {
		size = 30 << 20
	}
	for _, unit := range []string{"\x00", "a", `{"a":[`} {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		io.Copy(z, repeated(synth("e-1"), unit, size/len(unit), ""))
		z.Close()
		var last error
		n := 0
		grown := heap(func(look func()) {
			for _, err := range event.RawRecords(&b, event.MaxInflatedBytes(int64(size)/2)) {
				n++
				last = err
				look()
			}
		})
		var stream *event.StreamError
		if n < 2 || !errors.As(last, &stream) || !errors.Is(last, event.ErrTooLarge) {
			t.Errorf("%q: %d steps, at last %v", unit, n, last)
		}
		if grown > 32<<20 {
			t.Errorf("%q: the heap grew by %d MiB", unit, grown>>20)
		}
	}
}
