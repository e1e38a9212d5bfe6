package event

import (
	"bytes"
	"strings"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// isRecord reports whether b, the object that was skimmed, is certain to be a record. An
// event that AWS sends to Lambda has an eventSource like "aws:s3".
func (s *skimmed) isRecord(b []byte) bool {
	const both = 1<<FieldEventSource | 1<<FieldEventName
	if s.seen&both != both || s.unsure&both != 0 {
		return false
	}
	name, source := s.spans[FieldEventName], s.spans[FieldEventSource]
	return name.start < name.end && source.start < source.end &&
		!bytes.HasPrefix(b[source.start:source.end], []byte("aws:"))
}

// object takes the object b, which has been skimmed last: a record, or something around one.
func (s *scanner) object(b []byte, env string, offset int64, depth int) verdict {
	if s.raw.isRecord(b) {
		return s.give(b, env, offset)
	}
	e, err := unwrap(b)
	if err != nil {
		return s.fail(offset, env, err)
	}
	if e.isRecord() {
		return s.give(b, env, offset)
	}
	if id := e.itemID(); id != "" && s.item == "" {
		s.item = strings.Clone(id)
		defer func() { s.item = "" }()
	}
	p := s.packed(offset, depth)
	switch {
	case e.object("Sns"):
		return p.member(e["Sns"], "Message", s.join(env, "Sns.Message"), PayloadSNS)
	case e.object("kinesis"):
		return p.member(e["kinesis"], "data", s.join(env, "kinesis.data"), "")
	case e.object("s3") || e.is("eventSource", "aws:s3"):
		return s.s3Notification(e, env, offset)
	case e.text("body") && (e.has("messageId") || e.has("receiptHandle")):
		return p.text(e["body"], s.join(env, "body"), PayloadSQS)
	case e.text("Body") && (e.has("MessageId") || e.has("ReceiptHandle")):
		return p.text(e["Body"], s.join(env, "Body"), PayloadSQS)
	case e.object("detail") && e.has("detail-type"):
		return p.detail(e, s.join(env, "detail"))
	case e.object("awslogs"):
		return p.member(e["awslogs"], "data", s.join(env, "awslogs.data"), "")
	case e.text("CloudTrailEvent"):
		return p.text(e["CloudTrailEvent"], s.join(env, "CloudTrailEvent"), PayloadUnknown)
	case e.text("event.original"):
		return p.text(e["event.original"], s.join(env, "event.original"), PayloadUnknown)
	case e.object("event"):
		return p.siem(e["event"], s.join(env, "event"))
	case e.object("_source"):
		return p.json(e["_source"], s.join(env, "_source"))
	case e.text("message"):
		return p.text(e["message"], s.join(env, "message"), PayloadUnknown)
	case e.is("Type", "SubscriptionConfirmation"), e.is("Type", "UnsubscribeConfirmation"):
		return s.none(offset, env, PayloadSubscription)
	case e.text("Message") && e.has("Type"):
		return p.text(e["Message"], s.join(env, "Message"), PayloadSNS)
	case e.text("data"):
		return p.base64(e["data"], s.join(env, "data"))
	case e.text("Data"):
		return p.base64(e["Data"], s.join(env, "Data"))
	}
	if e.namesKeys() {
		return s.trailNotification(e, env, offset)
	}
	if kind := e.kind(); kind != PayloadUnknown || !e.partial() {
		return s.none(offset, env, kind)
	}
	return s.fail(offset, env, ErrNotRecord)
}

// An envelope holds the members of an object by which envelopes and payloads are told apart.
type envelope map[string][]byte

// unwrap finds them. The last of several of the same name counts.
func unwrap(b []byte) (envelope, error) {
	e := make(envelope, 8)
	err := jsonscan.Members(b, func(name string, value []byte) error {
		switch name {
		case "eventName", "eventSource", "eventVersion", "eventType", "eventCategory", "userIdentity", "eventTime",
			"Sns", "kinesis", "s3", "body", "messageId", "receiptHandle", "Body", "MessageId", "ReceiptHandle",
			"detail", "detail-type", "awslogs", "CloudTrailEvent", "event.original", "event", "_source",
			"message", "Message", "Type", "data", "Data", "Event", "s3Bucket", "s3ObjectKey", "bucket", "object",
			"logFiles", "digestStartTime", "messageType", "QueryResultRows", "class_uid", "source", "region", "awsRegion",
			"recordId", "SequenceNumber", "AlarmName", "NewStateValue", "alarmName", "alarmData":
			e[name] = value
		}
		return nil
	})
	return e, err
}

// has reports whether the member is there and not null.
func (e envelope) has(name string) bool { return e[name] != nil && e[name][0] != 'n' }

func (e envelope) object(name string) bool { return e[name] != nil && e[name][0] == '{' }

func (e envelope) text(name string) bool { return e[name] != nil && e[name][0] == '"' }

// value returns the text of a scalar.
func (e envelope) value(name string) string {
	if e[name] == nil {
		return ""
	}
	text, _ := jsonscan.Lenient(e[name])
	return text
}

// is reports whether the value is text, in any case: AWS is not consistent in it.
func (e envelope) is(name, text string) bool { return strings.EqualFold(e.value(name), text) }

// isRecord is what Parse asks of a record, less the aggregated events, which have a schema of
// their own.
func (e envelope) isRecord() bool {
	source := e.value("eventSource")
	return e.value("eventName") != "" && source != "" && !strings.HasPrefix(source, "aws:") ||
		e.is("eventType", "AwsCloudTrailInsight") || e.is("eventCategory", "Insight")
}

// partial reports whether the object has something of a record, though not enough.
func (e envelope) partial() bool {
	return !strings.HasPrefix(e.value("eventSource"), "aws:") &&
		(e.has("eventName") || e.has("eventSource") || e.has("eventVersion") || e.has("userIdentity"))
}

// namesKeys reports whether the object is CloudTrail's own message, as far as it goes. AWS Config
// names its objects by the same members.
func (e envelope) namesKeys() bool {
	return e.has("s3Bucket") && e.has("s3ObjectKey") && !e.fromConfig()
}

// fromConfig recognises the messages of AWS Config ("Notifications that AWS Config sends to an
// Amazon SNS topic").
func (e envelope) fromConfig() bool {
	kind := e.value("messageType")
	return strings.HasPrefix(kind, "Config") || strings.HasPrefix(kind, "OversizedConfig") || kind == "ComplianceChangeNotification"
}

// itemID returns the id of an item of a batch, by which the service takes it back.
func (e envelope) itemID() string {
	switch {
	case e.object("kinesis"):
		if number := member(e["kinesis"], "sequenceNumber"); number != nil {
			text, _ := jsonscan.Lenient(number)
			return text
		}
	case e.text("body") || e.is("eventSource", "aws:sqs"):
		return e.value("messageId")
	case e.text("Body"):
		return e.value("MessageId")
	case e.text("data"):
		return e.value("recordId")
	case e.text("Data"):
		return e.value("SequenceNumber")
	}
	return ""
}

// carries reports whether the object is, or has room for, a record, or names objects.
func (e envelope) carries() bool {
	return e.isRecord() || e.object("s3") || e.namesKeys() || e.object("Sns") || e.object("kinesis") || e.text("body") || e.text("Body") ||
		e.object("detail") || e.object("awslogs") || e.text("CloudTrailEvent") || e.text("event.original") ||
		e.object("event") || e.object("_source") || e.text("message") || e.text("data") || e.text("Data")
}

// kind names an object without records.
func (e envelope) kind() Payload {
	switch {
	case e.is("Event", "s3:TestEvent"):
		return PayloadTestEvent
	case e["logFiles"] != nil, e.has("digestStartTime"):
		return PayloadDigest
	case e.is("messageType", "CONTROL_MESSAGE"):
		return PayloadControlMessage
	case e.fromConfig():
		return PayloadConfig
	case e.has("AlarmName") && e.has("NewStateValue"), e.has("alarmName"), e.has("alarmData"):
		return PayloadAlarm
	case e.is("eventSource", "aws:sqs"):
		return PayloadSQS
	case e.is("eventType", "AwsAggregatedEvent"), e.is("eventCategory", "Aggregated"):
		return PayloadAggregated
	case e.is("eventCategory", "ActivityAuditLog"), e.is("eventType", "ActivityLog"):
		return PayloadActivityLog
	case e.has("QueryResultRows"):
		return PayloadLakeQuery
	case e.has("class_uid"):
		return PayloadOCSF
	}
	return PayloadUnknown
}
