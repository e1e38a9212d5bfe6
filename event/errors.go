package event

import (
	"errors"
	"strconv"
)

var (
	// ErrTooLarge is wrapped by the error for a record above [MaxRecordBytes], and for
	// compressed data above [MaxInflatedBytes].
	ErrTooLarge = errors.New("larger than the limit")

	// ErrTooDeep is wrapped by the error for a record whose values nest deeper than
	// [MaxNesting], or than the 100 levels that [Parse] allows.
	ErrTooDeep = errors.New("nested deeper than the limit")

	// ErrNotRecord is wrapped by the error for a value that is no CloudTrail record.
	ErrNotRecord = errors.New("not a CloudTrail record")
)

// A RecordError reports a record, or a stretch of input where records were expected, that
// cannot be read. The stream goes on behind it.
type RecordError struct {
	Location Location
	Err      error // offsets in it count from Location.Offset
}

func (e *RecordError) Error() string { return e.Location.String() + ": " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *RecordError) Unwrap() error { return e.Err }

// A StreamError reports that the input itself failed (its reader, or its compression) or
// that its inflated size reached [MaxInflatedBytes]. Nothing follows it. Location is where
// reading stopped; every record that was complete before it has been given.
type StreamError struct {
	Location Location
	Err      error
}

func (e *StreamError) Error() string { return e.Location.String() + ": " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *StreamError) Unwrap() error { return e.Err }

// A NoRecordsError reports part of the input that is sound, but holds no CloudTrail record.
// Whether that is a mistake depends on the program: most digest files, notifications and
// control messages reach a reader because they share a bucket or a queue with log files.
// The stream goes on behind it. Location.Record is not used up.
type NoRecordsError struct {
	Kind     Payload
	Location Location

	// Refs are the objects that a notification names. They are to be fetched where Kind is
	// PayloadS3Notification or PayloadCloudTrailNotification, which [Fetch] does, and hold no
	// records, or are no more, where it is another. A notification that names more than 1,024
	// objects is reported in parts.
	Refs []Ref
}

func (e *NoRecordsError) Error() string {
	text := e.Location.String() + ": no CloudTrail records in " + string(e.Kind)
	if len(e.Refs) == 0 {
		return text
	}
	text += " (" + e.Refs[0].String()
	if more := len(e.Refs) - 1; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text + ")"
}

// A Payload names what a [NoRecordsError] found in place of records. A packed payload is
// named for its content: an SQS message that carries an S3 notification is the latter.
type Payload string

// The payloads that are told apart.
const (
	// PayloadUnknown is JSON that is neither a record nor anything below.
	PayloadUnknown Payload = "an unknown payload"

	// PayloadDigest: "CloudTrail digest file structure".
	PayloadDigest Payload = "a digest file"

	// PayloadS3Notification, from S3 or by way of EventBridge: the named objects are to be fetched.
	PayloadS3Notification Payload = "an S3 event notification"

	// PayloadObjectRemoved is a notification of an object that is no more: ObjectRemoved,
	// LifecycleExpiration, EventBridge's "Object Deleted".
	PayloadObjectRemoved Payload = "a notification of a removed object"

	// PayloadObjectChanged is any other notification of S3: the object is not new, but its
	// tags, access control list or storage class are, or it was replicated or restored.
	PayloadObjectChanged Payload = "a notification of a changed object"

	// PayloadTestEvent is what S3 sends when notifications are set up.
	PayloadTestEvent Payload = "an S3 test event"

	// PayloadCloudTrailNotification is CloudTrail's own SNS message: the objects in
	// s3ObjectKey are to be fetched ("Configuring Amazon SNS notifications for CloudTrail").
	PayloadCloudTrailNotification Payload = "a CloudTrail notification"

	// PayloadValidation is the text that CloudTrail publishes once to a new topic.
	PayloadValidation Payload = "a CloudTrail validation message"

	// PayloadSNS is an SNS message with other text in it.
	PayloadSNS Payload = "an SNS message"

	// PayloadSubscription is an SNS message about the subscription itself: somebody is to
	// confirm it, or it has ended ("HTTP/HTTPS subscription confirmation JSON format").
	PayloadSubscription Payload = "an SNS subscription message"

	// PayloadSQS is an SQS message with other text in it.
	PayloadSQS Payload = "an SQS message"

	// PayloadControlMessage is the probe that CloudWatch Logs sends to a new destination.
	PayloadControlMessage Payload = "a CloudWatch Logs control message"

	// PayloadAlarm is what a CloudWatch alarm sends to SNS, EventBridge or Lambda.
	PayloadAlarm Payload = "a CloudWatch alarm"

	// PayloadConfig is a message of AWS Config, or an object that it keeps in the bucket.
	PayloadConfig Payload = "AWS Config data"

	// PayloadOtherLogs is an object in the folder of another service (AWSLogs/account/vpcflowlogs).
	PayloadOtherLogs Payload = "logs of another AWS service"

	// PayloadAggregated has a schema of its own ("CloudTrail record contents for aggregated events").
	PayloadAggregated Payload = "an aggregated event"

	// PayloadActivityLog is an event from outside AWS, in CloudTrail Lake (ActivityAuditLog).
	PayloadActivityLog Payload = "a CloudTrail Lake integration event"

	// PayloadLakeQuery is the answer of GetQueryResults: rows of text, not records.
	PayloadLakeQuery Payload = "a CloudTrail Lake query result"

	// PayloadOCSF is an event in the schema of Security Lake.
	PayloadOCSF Payload = "an OCSF event"
)
