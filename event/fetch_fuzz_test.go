package event_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
)

// FuzzRefs reads the input as a payload. Every ref names an object, no two the same one; Fetch
// finds every record that Records finds, in the same order and place, and asks for the refs.
func FuzzRefs(f *testing.F) {
	for _, payload := range []string{
		s3Notice("ObjectCreated:Put", "a+b%2B", "c"), s3Notice("ObjectRemoved:Delete", "a"), s3Bridge("Object Created", "a b"), trailNotice("a", digestKey, "c"),
		snsBody(trailNotice("a")), snsLambda(s3Notice("ObjectCreated:Put", "a")), sqsLambda(bridge(synth("e-1")), snsBody(trailNotice("a")), "hello"), sqsReceived(trailNotice("a")),
		kinesisLambda(gzipped(cloudWatch(synth("e-1")))), kinesisLambda(trailNotice("a")), gzipped(trailNotice("a"), logFile("e-1")), `{"s3Bucket":"b","s3ObjectKey":[1,"",[],"k"]}`,
		`{"Records":[{"s3":tru},` + synth("e-1") + `,{"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`, `{"Type":"SubscriptionConfirmation"}`, "CloudTrail validation message.",
	} {
		f.Add([]byte(payload))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		given := bytes.Clone(payload)
		named := map[[3]string]bool{}
		for ref, err := range event.Refs(payload) {
			key := [3]string{ref.Bucket, ref.Key, ref.VersionID}
			if err == nil && (ref.Bucket == "" || ref.Key == "" || named[key]) {
				t.Errorf("ref %+v", ref)
			}
			if err == nil {
				named[key] = true
			}
		}
		var want, got []event.Location
		for e, err := range event.Records(bytes.NewReader(payload), event.File("p")) {
			if err == nil {
				want = append(want, e.Location)
			}
		}
		objects := 0
		get := func(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
			if key := [3]string{ref.Bucket, ref.Key, ref.VersionID}; !named[key] {
				t.Errorf("%+v is fetched, but is no ref", ref)
			}
			if objects++; objects%2 == 0 {
				return nil, errors.New("gone")
			}
			return io.NopCloser(strings.NewReader(synth("o-1") + trailNotice("never"))), nil
		}
		inObjects := 0
		for e, err := range event.Fetch(context.Background(), payload, get, event.File("p")) {
			switch {
			case err != nil:
			case e.Location.File == "p":
				got = append(got, e.Location)
			case e.EventID != "o-1" || !strings.HasPrefix(e.Location.File, "s3://"):
				t.Errorf("event %q at %v", e.EventID, e.Location)
			default:
				inObjects++
			}
		}
		if len(want) != len(got) {
			t.Fatalf("Fetch finds %d records in the payload, Records %d", len(got), len(want))
		}
		for i := range want {
			if want[i] != got[i] {
				t.Errorf("Fetch finds a record at %v, Records at %v", got[i], want[i])
			}
		}
		if objects != len(named) || inObjects != (objects+1)/2 {
			t.Errorf("%d objects fetched of %d, %d records in them", objects, len(named), inObjects)
		}
		if !bytes.Equal(payload, given) {
			t.Error("the payload was changed")
		}
	})
}
