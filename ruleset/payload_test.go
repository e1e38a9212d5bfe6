package ruleset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// batch is a batch of SQS messages: notifications of S3 and of CloudTrail, an EventBridge event,
// and text. The objects are those of content.
func batch(t testing.TB, n int) []byte {
	type message struct {
		ID   string `json:"messageId"`
		Body string `json:"body"`
	}
	var batch struct{ Records []message }
	for i := range n {
		key := fmt.Sprintf("logs/%03d.json", i)
		var body string
		switch i % 4 {
		case 0:
			body = fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"trail-b"},"object":{"key":%q}}}]}`, key)
		case 1:
			body = fmt.Sprintf(`{"Type":"Notification","Message":"{\"s3Bucket\":\"trail-b\",\"s3ObjectKey\":[\"%s\",\"AWSLogs/210987654321/CloudTrail-Digest/d.json.gz\"]}"}`, key)
		case 2:
			body = fmt.Sprintf(`{"detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"b%d"}}`, i)
		case 3:
			body = "hello"
		}
		batch.Records = append(batch.Records, message{fmt.Sprintf("m-%d", i), body})
	}
	b, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func getContent(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
	var i int
	if _, err := fmt.Sscanf(ref.Key, "logs/%d.json", &i); err != nil || i%10 == 8 {
		return nil, fs.ErrNotExist
	}
	c := content(i)
	if i%15 == 5 { // compressed, and cut
		c = c[:len(c)/2]
	}
	return io.NopCloser(bytes.NewReader(c)), nil
}

// A payload is judged as if each event of Fetch were.
func TestScanner_ScanPayload(t *testing.T) {
	set, ctx := bucketSet(t), context.Background()
	payload := batch(t, 60)
	var want []string
	stats := ruleset.ScanStats{}
	for ev, err := range event.Fetch(ctx, payload, getContent, event.File("queue")) {
		var bad *event.RecordError
		var none *event.NoRecordsError
		if err != nil {
			want = append(want, "error: "+err.Error())
			switch {
			case errors.As(err, &bad):
				stats.Unreadable++
			case errors.As(err, &none):
				stats.Other++
			}
			continue
		}
		stats.Records++
		result, err := set.Eval(ctx, ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range result.Findings {
			stats.Decoded++
			want = append(want, fmt.Sprintf("%s %s", f.EventIDs[0], f.Location))
		}
	}
	if stats.Decoded < 200 || stats.Unreadable < 2 || stats.Other < 20 {
		t.Fatalf("the comparison is thin: %+v", stats)
	}
	sc := set.Scanner()
	if diff := cmp.Diff(want, told(sc.ScanPayload(ctx, payload, getContent, event.File("queue")))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(stats, sc.Stats()); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}

func TestScanner_ScanPayload_location(t *testing.T) {
	set := bucketSet(t)
	payload := []byte(`{"Records":[{"messageId":"m-1","body":"{\"s3Bucket\":\"trail-b\",\"s3ObjectKey\":[\"logs/004.json\"]}"}]}`)
	for result, err := range set.Scanner().ScanPayload(context.Background(), payload, getContent) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(result.Findings[0].Location)
		want := `{"file":"s3://trail-b/logs/004.json","record":2,"offset":164,"envelope":"Records","item_id":"m-1"}`
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestScanner_ScanPayload_cancel(t *testing.T) {
	set := bucketSet(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var errs []error
	steps := 0
	for _, err := range set.Scanner().ScanPayload(ctx, batch(t, 60), getContent) {
		if steps++; steps == 5 {
			cancel()
		}
		if err != nil && steps > 5 {
			errs = append(errs, err)
		}
	}
	if len(errs) != 1 || errs[0] != context.Canceled {
		t.Errorf("errors %v, want the context's, once", errs)
	}
}

// A Lambda function behind a queue reports which messages it could not deal with.
func ExampleScanner_ScanPayload() {
	r := &rule.Rule{ID: "bucket-deleted", Title: "Bucket deleted", Severity: rule.Medium, Match: rule.Match{Event: []string{"DeleteBucket"}}}
	set, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		fmt.Println(err)
		return
	}
	payload := []byte(`{"Records":[
		{"messageId":"059f36b4","eventSource":"aws:sqs","body":"{\"Type\":\"Notification\",\"Message\":\"{\\\"s3Bucket\\\":\\\"acme-synth-logs\\\",\\\"s3ObjectKey\\\":[\\\"a.json\\\"]}\"}"},
		{"messageId":"2e1424d4","eventSource":"aws:sqs","body":"{\"s3Bucket\":\"acme-synth-logs\",\"s3ObjectKey\":[\"b.json\"]}"}
	]}`)
	get := func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) { // GetObject of the AWS SDK
		if ref.Key != "a.json" {
			return nil, errors.New("access denied")
		}
		return io.NopCloser(strings.NewReader(`{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"e-1"}]}`)), nil
	}

	var again []string
	for result, err := range set.Scanner().ScanPayload(context.Background(), payload, get) {
		var lost *event.FetchError
		switch {
		case errors.As(err, &lost):
			fmt.Println(err)
			again = append(again, lost.Ref.Location.ItemID)
		case err != nil:
			fmt.Println(err)
		}
		for _, f := range result.Findings {
			fmt.Println(f.Rule, "in", f.Location.File, "named by", f.Location.ItemID)
		}
	}
	fmt.Println("again:", again)
	// Output:
	// bucket-deleted in s3://acme-synth-logs/a.json named by 059f36b4
	// s3://acme-synth-logs/b.json: access denied
	// again: [2e1424d4]
}
