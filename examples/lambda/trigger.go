package main

import (
	"encoding/json"
	"slices"
)

// A trigger is what has invoked the function.
type trigger string

const (
	bySQS         trigger = "sqs"
	byKinesis     trigger = "kinesis"
	bySNS         trigger = "sns"
	byS3          trigger = "s3"
	byEventBridge trigger = "eventbridge"
	byLogs        trigger = "logs"
	byProgram     trigger = "direct"
)

// batch tells whether the trigger takes items of a payload back one by one ("Implementing partial batch responses" in
// the AWS Lambda developer guide). Of the others, a payload fails as a whole.
func (t trigger) batch() bool { return t == bySQS || t == byKinesis }

// An item is what is done or fails as one: a message of SQS, a record of Kinesis, or the payload.
type item struct {
	id      string // the itemIdentifier, "" where there is none
	payload []byte
}

// takeApart tells the trigger of a payload and its items. What it does not know is judged as a program's: the reading
// of payloads is that of package event, which knows more forms than triggers.
func takeApart(payload []byte) (trigger, []item) {
	whole := []item{{payload: payload}}
	var p struct {
		Records    []json.RawMessage
		DetailType *string         `json:"detail-type"`
		Logs       json.RawMessage `json:"awslogs"`
	}
	switch err := json.Unmarshal(payload, &p); {
	case err != nil:
		return byProgram, whole
	case p.DetailType != nil:
		return byEventBridge, whole
	case p.Logs != nil:
		return byLogs, whole
	case len(p.Records) == 0:
		return byProgram, whole
	}
	t, _ := headOf(p.Records[0])
	if !t.batch() {
		return t, whole
	}
	items := make([]item, len(p.Records))
	for i, record := range p.Records {
		_, id := headOf(record)
		items[i] = item{id, slices.Concat([]byte(`{"Records":[`), record, []byte(`]}`))}
	}
	return t, items
}

// headOf tells the trigger of an element of a payload's Records, and its itemIdentifier.
func headOf(record []byte) (trigger, string) {
	var r struct {
		EventSource string // in SNS with a capital, elsewhere without: the decoder takes both
		MessageID   string
		Kinesis     struct{ SequenceNumber string }
	}
	if json.Unmarshal(record, &r) != nil {
		return byProgram, ""
	}
	switch r.EventSource {
	case "aws:sqs":
		return bySQS, r.MessageID
	case "aws:kinesis":
		return byKinesis, r.Kinesis.SequenceNumber
	case "aws:sns":
		return bySNS, ""
	case "aws:s3":
		return byS3, ""
	}
	return byProgram, ""
}
