package ruleset_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// inputs are log files: file i has i records of which every third is found. Of every seventh file
// a record is damaged, every eleventh cannot be opened, and every fifth is compressed.
type inputs struct {
	from, n        int
	opened, closed atomic.Int64
}

var errGone = fmt.Errorf("object gone: %w", fs.ErrNotExist)

func (in *inputs) all() iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		for i := in.from; i < in.n; i++ {
			open := func() (io.ReadCloser, error) {
				if i%11 == 10 {
					return nil, errGone
				}
				in.opened.Add(1)
				return &closer{bytes.NewReader(content(i)), &in.closed}, nil
			}
			if !yield(ruleset.Input{Name: fmt.Sprintf("%03d.json", i), Open: open}) {
				return
			}
		}
	}
}

type closer struct {
	io.Reader
	closed *atomic.Int64
}

func (c *closer) Close() error {
	c.closed.Add(1)
	return nil
}

func content(i int) []byte {
	var records []string
	for j := range i {
		name := []string{"GetObject", "PutObject", "DeleteBucket"}[j%3]
		records = append(records, fmt.Sprintf(`{"eventSource":"s3.amazonaws.com","eventName":%q,"eventID":"e%d-%d"}`, name, i, j))
	}
	if i%7 == 6 {
		records[i/2] = `{"eventName":"damaged"}`
	}
	log := `{"Records":[` + strings.Join(records, ",") + `]}`
	if i%5 != 0 {
		return []byte(log)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, log)
	w.Close()
	return b.Bytes()
}

func bucketSet(t testing.TB) *ruleset.Set {
	r := newRule("bucket-deleted", "")
	r.Match.Event = []string{"DeleteBucket"}
	return compile(t, []*rule.Rule{r})
}

// told is what a scan yields, in words.
func told(seq iter.Seq2[ruleset.Result, error]) []string {
	var out []string
	for result, err := range seq {
		if err != nil {
			out = append(out, "error: "+err.Error())
			continue
		}
		for _, f := range result.Findings {
			out = append(out, fmt.Sprintf("%s %s", f.EventIDs[0], f.Location))
		}
	}
	return out
}

func TestScanner_ScanAll_order(t *testing.T) {
	set := bucketSet(t)
	// The plain way: one input after the other.
	var want []string
	plain := &inputs{n: 60}
	for in := range plain.all() {
		f, err := in.Open()
		if err != nil {
			want = append(want, "error: "+in.Name+": "+err.Error())
			continue
		}
		want = append(want, told(set.Scan(context.Background(), f, event.File(in.Name)))...)
	}
	if len(want) < 400 {
		t.Fatalf("only %d lines: the comparison is thin", len(want))
	}
	for _, workers := range []int{-1, 0, 1, 2, 3, 16, 100} {
		t.Run(fmt.Sprint(workers, " workers"), func(t *testing.T) {
			in := &inputs{n: 60}
			sc := set.Scanner()
			synctest.Test(t, func(t *testing.T) { // fails where goroutines wait for each other or are left behind
				if diff := cmp.Diff(want, told(sc.ScanAll(context.Background(), in.all(), workers))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
			if in.opened.Load() != 55 || in.closed.Load() != 55 {
				t.Errorf("%d inputs opened, %d closed, want 55", in.opened.Load(), in.closed.Load())
			}
			// 0+1+...+59 records less the 160 of the files that cannot be opened (10, 21, 32, 43, 54),
			// and a damaged one in each of the files 6, 13, ..., 55.
			found := slices.DeleteFunc(slices.Clone(want), func(line string) bool { return strings.HasPrefix(line, "error: ") })
			stats := ruleset.ScanStats{Records: 1770 - 160 - 8, Decoded: uint64(len(found)), Unreadable: 8}
			if diff := cmp.Diff(stats, sc.Stats()); diff != "" {
				t.Errorf("statistics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScanner_ScanAll_break(t *testing.T) {
	set := bucketSet(t)
	for _, workers := range []int{1, 3} {
		for _, after := range []int{1, 5, 50} {
			in := &inputs{from: 300, n: 10_000} // far more than are read ahead, of 100 findings or more
			synctest.Test(t, func(t *testing.T) {
				n := 0
				for range set.Scanner().ScanAll(context.Background(), in.all(), workers) {
					if n++; n == after {
						synctest.Wait() // until all is read ahead that may be
						break
					}
				}
				// When the loop is left nothing runs any more.
				if opened, closed := in.opened.Load(), in.closed.Load(); opened != closed || opened > 100 {
					t.Errorf("%d workers, break after %d: %d inputs opened, %d closed", workers, after, opened, closed)
				}
			})
		}
	}
}

// An input that is written to slowly holds no finding back.
func TestScanner_ScanAll_slowInput(t *testing.T) {
	set := bucketSet(t)
	for _, workers := range []int{1, 2, 4} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			found := make(chan string)
			go func() {
				defer close(found)
				slow := func(yield func(ruleset.Input) bool) {
					yield(ruleset.Input{Name: "slow", Open: func() (io.ReadCloser, error) { return r, nil }})
				}
				for result, err := range set.Scanner().ScanAll(t.Context(), slow, workers) {
					if err != nil {
						t.Error(err)
						return
					}
					found <- result.Findings[0].EventIDs[0]
				}
			}()
			for _, id := range []string{"e1", "e2", "e3"} {
				fmt.Fprintf(w, `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":%q}`+"\n", id)
				synctest.Wait()
				select {
				case got := <-found:
					if got != id {
						t.Errorf("%d workers: found %s, want %s", workers, got, id)
					}
				default:
					t.Errorf("%d workers: %s is held back", workers, id)
				}
			}
			w.Close()
			for id := range found {
				t.Errorf("%d workers: %s comes late", workers, id)
			}
		})
	}
}

func TestScanner_ScanAll_cancel(t *testing.T) {
	set := bucketSet(t)
	for _, workers := range []int{1, 3} {
		in := &inputs{from: 300, n: 10_000}
		var errs []error
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			n := 0
			for _, err := range set.Scanner().ScanAll(ctx, in.all(), workers) {
				if n++; n == 20 {
					synctest.Wait()
					cancel()
				}
				if err != nil {
					errs = append(errs, err)
				}
			}
		})
		canceled := 0
		for _, err := range errs {
			if errors.Is(err, context.Canceled) {
				canceled++
			}
		}
		if canceled != 1 || !errors.Is(errs[len(errs)-1], context.Canceled) {
			t.Errorf("%d workers: the context's error comes %d times in %v, want once, last", workers, canceled, errs)
		}
		if opened, closed := in.opened.Load(), in.closed.Load(); opened != closed || opened > 200 {
			t.Errorf("%d workers: %d inputs opened, %d closed", workers, opened, closed)
		}
	}
}

func TestScanner_ScanAll_errors(t *testing.T) {
	text := func(name, s string) ruleset.Input {
		return ruleset.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }}
	}
	const deleted = `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"e"}`
	sc := bucketSet(t).Scanner()
	var got []string
	for result, err := range sc.ScanAll(context.Background(), slices.Values([]ruleset.Input{
		text("a", deleted),
		{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, errGone }},
		text("notice", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"acme-synth-logs"}`),
		text("damaged", deleted+"\n{\"eventName\":\"x\"}\n"+deleted),
		text("deep", `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","requestParameters":`+strings.Repeat("[", 101)+strings.Repeat("]", 101)+`}`),
		text("torn.gz", string(content(30)[:60])),
		text("empty", ""),
		text("b", deleted),
	}), 2) {
		var input *ruleset.InputError
		var record *event.RecordError
		var none *event.NoRecordsError
		var stream *event.StreamError
		switch {
		case err == nil:
			got = append(got, "found in "+result.Findings[0].Location.File)
		case errors.As(err, &input):
			got = append(got, fmt.Sprintf("input %s, not there: %v", input.Name, errors.Is(err, fs.ErrNotExist)))
		case errors.As(err, &record):
			got = append(got, fmt.Sprintf("record %d of %s", record.Location.Record, record.Location.File))
		case errors.As(err, &none):
			got = append(got, fmt.Sprintf("%s in %s", none.Kind, none.Location.File))
		case errors.As(err, &stream):
			got = append(got, "end of "+stream.Location.File)
		default:
			got = append(got, err.Error())
		}
	}
	want := []string{
		"found in a", "input gone, not there: true", "an S3 test event in notice",
		"found in damaged", "record 1 of damaged", "found in damaged", "record 0 of deep", "end of torn.gz", "found in b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ruleset.ScanStats{Records: 4, Decoded: 4, Unreadable: 2, Other: 1}, sc.Stats()); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}

func TestSet_Scan_break(t *testing.T) {
	set := bucketSet(t)
	sc := set.Scanner()
	n := 0
	for range sc.Scan(context.Background(), bytes.NewReader(content(30))) {
		if n++; n == 2 {
			break
		}
	}
	if diff := cmp.Diff(ruleset.ScanStats{Records: 6, Decoded: 2}, sc.Stats()); diff != "" {
		t.Errorf("statistics count what was read until then (-want +got):\n%s", diff)
	}
}

func TestSet_Scan_cancel(t *testing.T) {
	set := bucketSet(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var errs []error
	findings := 0
	for result, err := range set.Scan(ctx, bytes.NewReader(content(3000))) {
		if err != nil {
			errs = append(errs, err)
		}
		findings += len(result.Findings)
		cancel()
	}
	if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
		t.Errorf("errors %v, want the context's, once", errs)
	}
	if findings == 0 || findings > 200 {
		t.Errorf("%d findings of 1000: the scan should end soon after the context does", findings)
	}
}

// A scan yields a result only for records with findings or faults, and decodes only those that
// some rule could match.
func TestSet_Scan_stats(t *testing.T) {
	byName := newRule("by-name", "")
	byName.Match.Event = []string{"DeleteBucket"}
	byParameter := newRule("by-parameter", `event.requestParameters.bucketName == "acme-synth-logs"`)
	byParameter.Match.Event = []string{"PutBucketPolicy"}
	excepted := newRule("excepted", "")
	excepted.Match.Event = []string{"DeleteBucket"}
	excepted.Exceptions = []rule.Exception{{Name: "all", Reason: "r", When: "true"}}
	set := compile(t, []*rule.Rule{byName, byParameter, excepted})
	sc := set.Scanner()
	const in = `{"Records":[
		{"eventSource":"s3.amazonaws.com","eventName":"GetObject"},
		{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"1"},
		{"eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","eventID":"2"},
		{"eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","eventID":"3","requestParameters":{"bucketName":"acme-synth-logs"}}]}`
	var got [][]string
	for result, err := range sc.Scan(context.Background(), strings.NewReader(in)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, found(result))
	}
	if diff := cmp.Diff([][]string{{"by-name"}, {"by-parameter"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ruleset.ScanStats{Records: 4, Decoded: 2}, sc.Stats()); diff != "" {
		t.Errorf("statistics of the scan (-want +got):\n%s", diff)
	}
	want := []ruleset.RuleStats{
		{Rule: "by-name", Candidates: 1, Evaluated: 1, Matched: 1},
		{Rule: "by-parameter", Candidates: 1, Evaluated: 1, Matched: 1}, // the other record does not name the bucket anywhere
		{Rule: "excepted", Candidates: 1, Evaluated: 1, Suppressed: 1},
	}
	if diff := cmp.Diff(want, set.Stats()); diff != "" {
		t.Errorf("statistics of the rules (-want +got):\n%s", diff)
	}
}
