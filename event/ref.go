package event

import (
	"bytes"
	"errors"
	"iter"
)

// A Ref is an S3 object that a notification names.
//
// Whoever can send the notification chooses what it names: a program that holds the right to
// read more than its log buckets compares Bucket with those it knows before it fetches.
type Ref struct {
	Bucket    string // never empty
	Key       string // never empty, decoded where the notification encodes it, and ready for GetObject
	VersionID string // empty where the notification names none
	Size      int64  // in bytes, 0 where the notification does not tell
	Region    string // of the bucket, empty where the notification does not tell

	// Location says where in the payload the object is named.
	Location Location
}

// String returns "s3://bucket/key". The key stands there as it is, not encoded.
func (r Ref) String() string { return "s3://" + r.Bucket + "/" + r.Key }

// Refs returns the objects that a payload points at, each once, in the order in which it names
// them. A payload is what a Lambda function, a queue or an HTTP endpoint receives:
//
//   - S3 notifications ("Event message structure" in the Amazon S3 user guide);
//   - S3's "Object Created" events by way of EventBridge ("EventBridge event message structure");
//   - CloudTrail's own message, with its list of keys ("Configuring Amazon SNS notifications
//     for CloudTrail");
//   - SNS and SQS messages with any of these, as Lambda, an endpoint, or a caller of
//     ReceiveMessage gets them, one inside the other too, raw delivery or not.
//
// Records that the payload holds itself are passed over: [Fetch] reads both. What is neither
// is an error, and so is an object that is known to hold no records, by its key (digest files,
// AWS Config) or because it was removed: a [*NoRecordsError] says what it is. A [*RecordError]
// stands for what cannot be read, a notification without bucket or key for instance. A
// [*StreamError], which compressed payloads alone can cause, is the last.
//
// Of a payload that names more than 32,768 objects, some may be returned twice.
//
// The options are those of [Records]: their limits hold, and [File] names the payload.
func Refs(payload []byte, opts ...ReadOption) iter.Seq2[Ref, error] {
	return func(yield func(Ref, error) bool) {
		var seen refSet
		for _, err := range RawRecords(bytes.NewReader(payload), opts...) {
			refs := named(err)
			if len(refs) == 0 && err != nil && !yield(Ref{}, err) {
				return
			}
			for _, ref := range refs {
				if seen.add(ref) && !yield(ref, nil) {
					return
				}
			}
		}
	}
}

// named returns the objects to fetch if err is a notification that names some.
func named(err error) []Ref {
	var none *NoRecordsError
	if errors.As(err, &none) && (none.Kind == PayloadS3Notification || none.Kind == PayloadCloudTrailNotification) {
		return none.Refs
	}
	return nil
}

// A refSet remembers objects. It is bounded: a payload can name more than it holds bytes.
type refSet map[[3]string]struct{}

const maxRefs = 1 << 15

// add reports whether the object is new.
func (s *refSet) add(r Ref) bool {
	key := [3]string{r.Bucket, r.Key, r.VersionID}
	if _, ok := (*s)[key]; ok {
		return false
	}
	if *s == nil {
		*s = refSet{}
	}
	if len(*s) < maxRefs {
		(*s)[key] = struct{}{}
	}
	return true
}
