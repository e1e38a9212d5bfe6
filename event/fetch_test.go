package event_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

// A bucket holds objects by key, and counts what is asked of it.
type bucket struct {
	objects        map[string]string
	asked          []string
	opened, closed int
}

func (b *bucket) get(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
	b.asked = append(b.asked, ref.String())
	content, ok := b.objects[ref.Key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	b.opened++
	return &object{strings.NewReader(content), b}, nil
}

type object struct {
	io.Reader
	in *bucket
}

func (o *object) Close() error {
	o.in.closed++
	return nil
}

func TestFetch(t *testing.T) {
	b := &bucket{objects: map[string]string{
		"log":     gzipped(logFile("e-1", "e-2")),
		"damaged": `{"Records":[` + synth("e-3") + `,{"eventName":"x"},` + synth("e-4") + `]}`,
		"cut":     gzipped(logFile("e-5"))[:100],
		"digest":  `{"logFiles":[]}`,
		"evil":    s3Notice("ObjectCreated:Put", "secret"),
		"empty":   "",
		"secret":  logFile("secret"),
	}}
	payload := sqsLambda(
		s3Notice("ObjectCreated:Put", "log", "gone"),
		bridge(synth("b-1")),
		snsBody(trailNotice("damaged", "cut", "digest", "evil", "empty", digestKey)),
		"hello",
		s3Notice("ObjectCreated:Put", "log", "log"),
		logFile("b-2"),
	)
	var got []string
	for e, err := range event.Fetch(context.Background(), []byte(payload), b.get, event.File("queue")) {
		var (
			lost *event.FetchError
			bad  *event.RecordError
			none *event.NoRecordsError
		)
		switch {
		case err == nil:
			got = append(got, fmt.Sprintf("%s at %s", e.EventID, e.Location))
		case errors.As(err, &lost):
			got = append(got, fmt.Sprintf("%s of %s; not there: %v", err, lost.Ref.Location.ItemID, errors.Is(err, fs.ErrNotExist)))
		case errors.As(err, &bad), errors.As(err, &none):
			got = append(got, err.Error())
		default:
			t.Errorf("an error of no kind: %v", err)
		}
	}
	at := func(i int) int { return strings.Index(payload, fmt.Sprintf(`{"messageId":"m-%d"`, i)) }
	one := len(synth("e-1"))
	want := []string{
		"e-1 at s3://trail-b/log: record 0 at byte 12 (Records) of item m-1",
		fmt.Sprintf("e-2 at s3://trail-b/log: record 1 at byte %d (Records) of item m-1", 13+one),
		"s3://trail-b/gone: file does not exist of m-1; not there: true",
		fmt.Sprintf("b-1 at queue: record 0 at byte %d (Records.body.detail) of item m-2", at(2)),
		fmt.Sprintf("queue: record 1 at byte %d (Records.body.Message) of item m-3: no CloudTrail records in a digest file (%s)", at(3), digestURL),
		"e-3 at s3://trail-b/damaged: record 0 at byte 12 (Records) of item m-3",
		fmt.Sprintf("s3://trail-b/damaged: record 1 at byte %d (Records) of item m-3: not a CloudTrail record", 13+one),
		fmt.Sprintf("e-4 at s3://trail-b/damaged: record 2 at byte %d (Records) of item m-3", 31+one),
		"s3://trail-b/cut: record 0 at byte 12 (Records) of item m-3: gzip: unexpected EOF of m-3; not there: false",
		"s3://trail-b/digest: record 0 at byte 0 of item m-3: no CloudTrail records in a digest file",
		"s3://trail-b/evil: record 0 at byte 12 (Records) of item m-3: no CloudTrail records in an S3 event notification (s3://trail-b/secret)",
		fmt.Sprintf("queue: record 1 at byte %d (Records.body) of item m-4: no CloudTrail records in an SQS message", at(4)),
		fmt.Sprintf("b-2 at queue: record 1 at byte %d (Records.body.Records) of item m-6", at(6)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	asked := []string{"s3://trail-b/log", "s3://trail-b/gone", "s3://trail-b/damaged", "s3://trail-b/cut", "s3://trail-b/digest", "s3://trail-b/evil", "s3://trail-b/empty"}
	if diff := cmp.Diff(asked, b.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if b.opened != 6 || b.closed != 6 {
		t.Errorf("%d objects opened, %d closed", b.opened, b.closed)
	}
}

func TestFetch_brokenBody(t *testing.T) {
	reset := errors.New("connection reset")
	get := func(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
		if ref.Key == "none" {
			return nil, nil
		}
		return io.NopCloser(io.MultiReader(strings.NewReader(logFile("in "+ref.Key)), iotest.ErrReader(reset))), nil
	}
	var got []string
	for e, err := range event.Fetch(context.Background(), []byte(trailNotice("a", "none", "b")), get) {
		var lost *event.FetchError
		var stream *event.StreamError
		switch {
		case err == nil:
			got = append(got, e.EventID)
		case errors.As(err, &lost):
			got = append(got, fmt.Sprintf("%s broken: %v %v", lost.Ref.Key, errors.As(err, &stream), errors.Is(err, reset)))
		default:
			t.Error(err)
		}
	}
	if diff := cmp.Diff(lines("in a", "a broken: true true", "none broken: false false", "in b", "b broken: true true"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What the payload itself holds is what Records finds in it, options included.
func TestFetch_payload(t *testing.T) {
	deep := `{"eventName":"x","eventSource":"y","z":[[[[1]]]]}`
	for e, err := range event.Fetch(context.Background(), []byte(bridge(deep)), every, event.MaxNesting(4)) {
		if !errors.Is(err, event.ErrTooDeep) {
			t.Errorf("got %v, %v", e, err)
		}
	}
	for e, err := range event.Fetch(context.Background(), []byte(trailNotice("k")), func(context.Context, event.Ref) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(deep)), nil
	}, event.MaxNesting(4)) {
		var bad *event.RecordError
		if !errors.Is(err, event.ErrTooDeep) || !errors.As(err, &bad) || bad.Location.File != "s3://trail-b/k" {
			t.Errorf("got %v, %v", e, err)
		}
	}
	for e, err := range event.Fetch(context.Background(), []byte(gzipped(logFile("e-1", "e-2"))[:40]), every) {
		var stream *event.StreamError
		var lost *event.FetchError
		if !errors.As(err, &stream) || errors.As(err, &lost) {
			t.Errorf("got %v, %v", e, err)
		}
	}
	for e, err := range event.Fetch(context.Background(), nil, nil) {
		t.Errorf("got %v, %v", e, err)
	}
}

func TestFetch_break(t *testing.T) {
	content := map[string]string{"a": logFile("e-1", "e-2"), "b": synth("e-3") + `{"eventName":"x"}` + synth("e-4"), "c": gzipped(logFile("e-5", "e-6"))[:100]}
	payload := []byte(sqsLambda(trailNotice("a", "gone", "b"), synth("e-7"), trailNotice("c")))
	steps := 0
	for range event.Fetch(context.Background(), payload, (&bucket{objects: content}).get) {
		steps++
	}
	if steps < 8 {
		t.Fatalf("%d steps", steps)
	}
	for n := 1; n <= steps; n++ {
		b := &bucket{objects: content}
		got := 0
		for range event.Fetch(context.Background(), payload, b.get) {
			if got++; got == n {
				break
			}
		}
		if got != n || b.opened != b.closed {
			t.Errorf("%d steps, want %d; %d objects opened, %d closed", got, n, b.opened, b.closed)
		}
	}
}

// The error of the context comes once, last, and nothing is fetched behind it.
func TestFetch_cancel(t *testing.T) {
	content := map[string]string{"a": logFile("e-1", "e-2"), "b": logFile("e-3", "e-4")}
	payload := []byte(sqsLambda(trailNotice("a", "gone", "b"), synth("e-7")))
	for n := range 6 {
		ctx, cancel := context.WithCancel(context.Background())
		if n == 0 {
			cancel()
		}
		b := &bucket{objects: content}
		var errs []error
		steps := 0
		for _, err := range event.Fetch(ctx, payload, b.get) {
			if steps++; err != nil {
				errs = append(errs, err)
			}
			if steps == n {
				cancel()
			}
		}
		cancel()
		last := errs[len(errs)-1]
		if steps != n+1 || last != context.Canceled || n < 3 && len(errs) != 1 {
			t.Errorf("canceled after %d: %d steps, errors %v", n, steps, errs)
		}
		if b.opened != b.closed || n < 5 && len(b.asked) != []int{0, 1, 1, 2, 3, 3}[n] {
			t.Errorf("canceled after %d: asked for %v, %d opened, %d closed", n, b.asked, b.opened, b.closed)
		}
	}

	t.Run("while fetching", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		get := func(ctx context.Context, _ event.Ref) (io.ReadCloser, error) {
			cancel()
			return nil, fmt.Errorf("GetObject: %w", ctx.Err())
		}
		var errs []error
		for _, err := range event.Fetch(ctx, payload, get) {
			errs = append(errs, err)
		}
		if len(errs) != 1 || errs[0] != context.Canceled {
			t.Errorf("got %v", errs)
		}
	})
}

func TestFetchRaw(t *testing.T) {
	var got []string
	for raw, err := range event.FetchRaw(context.Background(), []byte(sqsLambda(synth("e-1"), trailNotice("k"))), every) {
		if err != nil {
			t.Fatal(err)
		}
		id, _ := raw.Field(event.FieldEventName)
		got = append(got, string(id)+" "+raw.Location.String())
	}
	want := lines("CreateUser record 0 at byte 12 (Records.body) of item m-1", "CreateUser s3://trail-b/k: record 0 at byte 12 (Records) of item m-2")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
