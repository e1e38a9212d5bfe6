package event

import (
	"strconv"
	"strings"
)

// A Location says where in its input a record was found.
type Location struct {
	// File is the name given with the option [File], "s3://bucket/key" for an object that
	// [Fetch] has fetched, or empty.
	File string `json:"file,omitempty"`

	// Record counts the records and the unreadable records before this one, from zero.
	Record int `json:"record"`

	// Offset is where the record starts, in bytes from the start of the inflated input. A
	// record that was itself packed (base64, gzip, a JSON string) has no place of its own
	// there: its Offset is that of the outermost item that carries it.
	Offset int64 `json:"offset"`

	// Envelope is the path by which the record was reached: "Records" in a log file,
	// "detail" in an EventBridge event, "logEvents.message", or empty for a bare record.
	Envelope string `json:"envelope,omitempty"`

	// ItemID is the id of the item of a batch that carried the record, or named the object that
	// holds it: the messageId of an SQS message, the sequenceNumber of a Kinesis record, the
	// recordId of Firehose. A Lambda function returns it as the itemIdentifier of what failed
	// ("Implementing partial batch responses" in the AWS Lambda developer guide).
	ItemID string `json:"item_id,omitempty"`
}

// String returns "trail.json.gz: record 17 at byte 22841 (Records)".
func (l Location) String() string {
	var s strings.Builder
	if l.File != "" {
		s.WriteString(l.File)
		s.WriteString(": ")
	}
	s.WriteString("record ")
	s.WriteString(strconv.Itoa(l.Record))
	s.WriteString(" at byte ")
	s.WriteString(strconv.FormatInt(l.Offset, 10))
	if l.Envelope != "" {
		s.WriteString(" (")
		s.WriteString(l.Envelope)
		s.WriteString(")")
	}
	if l.ItemID != "" {
		s.WriteString(" of item ")
		s.WriteString(l.ItemID)
	}
	return s.String()
}
