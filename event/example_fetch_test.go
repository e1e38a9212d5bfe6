package event_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/trailsift/trailsift/event"
)

// A queue carries a notification, an event in full, and a removal. Only the object is fetched.
func ExampleFetch() {
	payload := []byte(`{"Records":[
		{"messageId":"059f36b4","eventSource":"aws:sqs","body":"{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"acme-synth-logs\"},\"object\":{\"key\":\"our+logs/f.json\"}}}]}"},
		{"messageId":"2e1424d4","eventSource":"aws:sqs","body":"{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{\"eventVersion\":\"1.11\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"CreateUser\"}}"},
		{"messageId":"7a6bd1c7","eventSource":"aws:sqs","body":"{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectRemoved:Delete\",\"s3\":{\"bucket\":{\"name\":\"acme-synth-logs\"},\"object\":{\"key\":\"old.json\"}}}]}"}
	]}`)

	// With the AWS SDK: out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &ref.Bucket, Key: &ref.Key}),
	// then return out.Body.
	get := func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
		if ref.Bucket != "acme-synth-logs" {
			return nil, errors.New("not one of our buckets")
		}
		return io.NopCloser(strings.NewReader(`{"Records":[{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"DeleteBucket"}]}`)), nil
	}

	var again []string // messages to receive again
	for e, err := range event.Fetch(context.Background(), payload, get) {
		var lost *event.FetchError
		var none *event.NoRecordsError
		switch {
		case errors.As(err, &lost):
			again = append(again, lost.Ref.Location.ItemID)
		case errors.As(err, &none):
			fmt.Println("ignored", none.Kind, none.Refs)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(e.EventName, "from", e.Location)
		}
	}
	fmt.Println("again:", again)
	// Output:
	// DeleteBucket from s3://acme-synth-logs/our logs/f.json: record 0 at byte 12 (Records) of item 059f36b4
	// CreateUser from record 0 at byte 274 (Records.body.detail) of item 2e1424d4
	// ignored a notification of a removed object [s3://acme-synth-logs/old.json]
	// again: []
}

// CloudTrail's own message names several objects at once.
func ExampleRefs() {
	payload := []byte(`{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:210987654321:trail",
		"Message":"{\"s3Bucket\":\"acme-synth-logs\",\"s3ObjectKey\":[\"a.json.gz\",\"b.json.gz\",\"AWSLogs/210987654321/CloudTrail-Digest/d.json.gz\"]}"}`)
	for ref, err := range event.Refs(payload) {
		var none *event.NoRecordsError
		switch {
		case errors.As(err, &none):
			fmt.Println("ignored", none.Kind)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(ref.Bucket, ref.Key)
		}
	}
	// Output:
	// ignored a digest file
	// acme-synth-logs a.json.gz
	// acme-synth-logs b.json.gz
}
