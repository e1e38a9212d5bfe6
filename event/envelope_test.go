package event_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

func TestEnvelopes(t *testing.T) {
	one, two := synth("e-1"), synth("e-2")
	message := func(record string) string {
		return `{"id":"3890","timestamp":1767603991000,"message":` + quoted(record) + `}`
	}
	logs := `{"messageType":"DATA_MESSAGE","owner":"210987654321","logGroup":"CloudTrail/logs","logStream":"s","subscriptionFilters":["all"],"logEvents":[` +
		message(one) + "," + message(two) + `]}`
	bridge := `{"version":"0","id":"6a7e","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"210987654321","resources":[],"detail":` + one + `}`
	snsMessage := func(text string) string {
		return `{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-west-1:210987654321:ct","Message":` + quoted(text) + `}`
	}
	sqs := func(body string) string {
		return `{"Records":[{"messageId":"m","receiptHandle":"r","body":` + quoted(body) + `,"eventSource":"aws:sqs"}]}`
	}
	s3 := `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:AROA5SYNTH:x"},"s3":{"bucket":{"name":"trail-b"},"object":{"key":"f.json.gz"}}}]}`
	trail := `{"s3Bucket":"trail-b","s3ObjectKey":["AWSLogs/210987654321/f.json.gz"]}`
	plain := base64.StdEncoding.EncodeToString([]byte(one + two))
	lookup := `{"EventId":"e-1","EventName":"CreateUser","ReadOnly":"false","EventTime":1767603991.0,"EventSource":"iam.amazonaws.com","Resources":[],"CloudTrailEvent":` + quoted(one) + `}`

	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"EventBridge", bridge, lines("e-1 @0 detail")},
		{"EventBridge, members reversed", `{"detail":` + one + `,"source":"aws.iam","detail-type":"AWS API Call via CloudTrail","version":"0"}`, lines("e-1 @0 detail")},
		{"EventBridge, one a line", bridge + "\n" + bridge, lines("e-1 @0 detail", fmt.Sprintf("e-1 @%d detail", len(bridge)+1))},
		{"EventBridge, something else", `{"detail-type":"Scheduled Event","detail":{}}`, lines("none: an unknown payload @0 detail")},
		{"EventBridge, S3", `{"detail-type":"Object Created","detail":{"bucket":{"name":"b"},"object":{"key":"k"}}}`, lines("none: an S3 event notification @0 detail")},
		{"CloudWatch Logs, decoded", logs, lines("e-1 @141 logEvents.message", fmt.Sprintf("e-2 @%d logEvents.message", strings.LastIndex(logs, `{"id"`)))},
		{"CloudWatch Logs, members reversed", `{"logEvents":[` + message(one) + `],"messageType":"DATA_MESSAGE"}`, lines("e-1 @14 logEvents.message")},
		{"CloudWatch Logs to Lambda", `{"awslogs":{"data":` + quoted(gzipped(logs)) + `}}`, lines("e-1 @0 awslogs.data.logEvents.message", "e-2 @0 awslogs.data.logEvents.message")},
		{"CloudWatch Logs, control", `{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Kinesis stream."}]}`,
			lines("none: a CloudWatch Logs control message @46 logEvents.message")},
		{"CloudWatch Logs, control without events", `{"logEvents":[],"messageType":"CONTROL_MESSAGE"}`, lines("none: a CloudWatch Logs control message @0")},
		{"CloudWatch Logs, other text", `{"logEvents":[{"id":"1","message":"hello"}]}`, lines("none: an unknown payload @14 logEvents.message")},
		{"CloudWatch Logs, damaged text", `{"logEvents":[` + message(one[:200]) + `,` + message(two) + `]}`, lines("bad: unexpected EOF @14 logEvents.message",
			fmt.Sprintf("e-2 @%d logEvents.message", 15+len(message(one[:200]))))},
		{"Kinesis to Lambda", `{"Records":[{"kinesis":{"partitionKey":"p","data":` + quoted(gzipped(logs)) + `},"eventSource":"aws:kinesis","eventName":"aws:kinesis:record"},` +
			`{"eventSource":"aws:kinesis","kinesis":{"data":"` + plain + `"}}]}`, lines("e-1 @12 Records.kinesis.data.logEvents.message", "e-2 @12 Records.kinesis.data.logEvents.message",
			fmt.Sprintf("e-1 @%d Records.kinesis.data", 13+len(`{"kinesis":{"partitionKey":"p","data":`+quoted(gzipped(logs))+`},"eventSource":"aws:kinesis","eventName":"aws:kinesis:record"}`)),
			fmt.Sprintf("e-2 @%d Records.kinesis.data", 13+len(`{"kinesis":{"partitionKey":"p","data":`+quoted(gzipped(logs))+`},"eventSource":"aws:kinesis","eventName":"aws:kinesis:record"}`)))},
		{"Firehose", `{"invocationId":"i","deliveryStreamArn":"arn:aws:firehose:eu-west-1:210987654321:deliverystream/ct","records":[{"recordId":"1","data":"` + plain + `"}]}`,
			lines("e-1 @111 records.data", "e-2 @111 records.data")},
		{"Firehose, not base64", `{"records":[{"recordId":"1","data":"%%"},{"recordId":"2","data":"` + plain + `"}]}`,
			lines("bad: base64: illegal base64 data at input byte 0 @12 records.data", "e-1 @41 records.data", "e-2 @41 records.data")},
		{"Firehose, gzip cut", `{"records":[{"data":` + quoted(gzipped(one + one)[:200]) + `},` + one + `]}`,
			lines("bad: gzip: unexpected EOF @12 records.data", fmt.Sprintf("e-1 @%d records", 12+len(`{"data":`+quoted(gzipped(one + one)[:200])+`},`)))},
		{"GetRecords", `{"Records":[{"SequenceNumber":"1","Data":"` + plain + `"}]}`, lines("e-1 @12 Records.Data", "e-2 @12 Records.Data")},
		{"LookupEvents", `{"Events":[` + lookup + `],"NextToken":"n"}`, lines("e-1 @11 Events.CloudTrailEvent")},
		{"LookupEvents, members reversed", `{"NextToken":"n","Events":[` + lookup + `]}`, lines("e-1 @27 Events.CloudTrailEvent")},
		{"LookupEvents, one event", lookup, lines("e-1 @0 CloudTrailEvent")},
		{"Elastic", `{"@timestamp":"2026-01-05T09:06:31Z","event":{"action":"CreateUser","original":` + quoted(one) + `},"aws":{}}`, lines("e-1 @0 event.original")},
		{"Elastic, flat", `{"event.original":` + quoted(one) + `}`, lines("e-1 @0 event.original")},
		{"Elastic, hit", `{"_index":"i","_source":{"event":{"original":` + quoted(one) + `}}}`, lines("e-1 @0 _source.event.original")},
		{"Beats", `{"@timestamp":"t","message":` + quoted(one) + `}`, lines("e-1 @0 message")},
		{"Splunk", `{"time":1,"event":` + one + `}`, lines("e-1 @0 event")},
		{"SQS with S3", sqs(s3), lines("none: an S3 event notification @12 Records.body.Records")},
		{"SQS with SNS with S3", sqs(snsMessage(s3)), lines("none: an S3 event notification @12 Records.body.Message.Records")},
		{"SQS with EventBridge", sqs(bridge), lines("e-1 @12 Records.body.detail")},
		{"SQS with text", sqs("hello"), lines("none: an SQS message @12 Records.body")},
		{"SQS, received", `{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":` + quoted(snsMessage(trail)) + `}]}`, lines("none: a CloudTrail notification @13 Messages.Body.Message")},
		{"SNS", snsMessage(trail), lines("none: a CloudTrail notification @0 Message")},
		{"SNS to Lambda", `{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":` + snsMessage(trail) + `}]}`, lines("none: a CloudTrail notification @12 Records.Sns.Message")},
		{"SNS with text", snsMessage("You have chosen to subscribe"), lines("none: an SNS message @0 Message")},
		{"SNS with the validation text", snsMessage("CloudTrail validation message."), lines("none: a CloudTrail validation message @0 Message")},
		{"validation text", "CloudTrail validation message.\n" + one, lines("none: a CloudTrail validation message @0", "e-1 @31")},
		{"S3", s3, lines("none: an S3 event notification @12 Records")},
		{"S3 and a record in one list", strings.TrimSuffix(s3, "]}") + "," + one + "]}", lines("none: an S3 event notification @12 Records", fmt.Sprintf("e-1 @%d Records", len(s3)-1))},
		{"S3 test", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail-b"}`, lines("none: an S3 test event @0")},
		{"digest", `{"awsAccountId":"210987654321","digestStartTime":"2026-01-05T08:01:31Z","logFiles":[],"previousDigestS3Object":null}`, lines("none: a digest file @0")},
		{"digest, compressed, then a log file", gzipped(`{"logFiles":[{"s3Bucket":"b"}]}`, logFile("e-1")), lines("none: a digest file @0", "e-1 @43 Records")},
		{"aggregated", `[{"eventVersion":"1.0","accountId":"210987654321","eventId":"x","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","eventSource":"s3.amazonaws.com","summary":{}}]`,
			lines("none: an aggregated event @1")},
		{"activity log", `{"eventVersion":"1.0","eventCategory":"ActivityAuditLog","eventType":"ActivityLog","eventID":"x","eventData":{"eventName":"PageDeleted","eventSource":"wiki.example.org"}}`,
			lines("none: a CloudTrail Lake integration event @0")},
		{"Lake query", `{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventID":"x"},{"eventName":"CreateUser"}]]}`, lines("none: a CloudTrail Lake query result @0")},
		{"OCSF", `{"class_uid":6003,"api":{"operation":"CreateUser"}}`, lines("none: an OCSF event @0")},
		{"DynamoDB to Lambda", `{"Records":[{"eventVersion":"1.1","eventSource":"aws:dynamodb","eventName":"INSERT","dynamodb":{}}]}`, lines("none: an unknown payload @12 Records")},
		{"something else", `{"a":1}{}`, lines("none: an unknown payload @0", "none: an unknown payload @7")},
		{"lists that are none", `{"Records":null}{"logEvents":{}}`, lines("none: an unknown payload @0", "none: an unknown payload @16")},
		{"envelopes without end", strings.Repeat(`{"Records":[`, 20) + one + strings.Repeat(`]}`, 20),
			lines("bad: nested deeper than the limit @84 " + strings.TrimSuffix(strings.Repeat("Records.", 7), "."))},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(t, strings.NewReader(c.in))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPackedLimit(t *testing.T) {
	records := strings.Repeat(synth("e-1"), 100)
	in := `{"awslogs":{"data":` + quoted(gzipped(records)) + `}}` + synth("e-2")
	got := outline(t, strings.NewReader(in), event.MaxInflatedBytes(int64(len(synth("e-1")))*3+10))
	size := len(in) - len(synth("e-2"))
	want := lines("e-1 @0 awslogs.data", "e-1 @0 awslogs.data", "e-1 @0 awslogs.data",
		"bad: inflated data: larger than the limit @0 awslogs.data", fmt.Sprintf("e-2 @%d", size))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
