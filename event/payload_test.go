package event_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

// The payloads of these tests point at objects of the bucket trail-b.

func s3Notice(eventName string, keys ...string) string {
	var records []string
	for _, key := range keys {
		records = append(records, `{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-01-05T09:10:02.123Z","eventName":"`+eventName+
			`","userIdentity":{"principalId":"AWS:AROA5SYNTH:x"},"s3":{"s3SchemaVersion":"1.0","bucket":{"name":"trail-b","arn":"arn:aws:s3:::trail-b"},"object":{"key":`+quoted(key)+`,"size":812,"versionId":"v1"}}}`)
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func s3Bridge(detailType, key string) string {
	return `{"version":"0","id":"6a7e","detail-type":"` + detailType + `","source":"aws.s3","account":"210987654321","time":"2026-01-05T09:10:02Z","region":"eu-west-1","resources":["arn:aws:s3:::trail-b"],` +
		`"detail":{"version":"0","bucket":{"name":"trail-b"},"object":{"key":` + quoted(key) + `,"size":812,"etag":"e","version-id":"v1"},"reason":"PutObject"}}`
}

func trailNotice(keys ...string) string {
	var list []string
	for _, key := range keys {
		list = append(list, quoted(key))
	}
	return `{"s3Bucket":"trail-b","s3ObjectKey":[` + strings.Join(list, ",") + `]}`
}

func snsBody(message string) string {
	return `{"Type":"Notification","MessageId":"sns-1","TopicArn":"arn:aws:sns:eu-west-1:210987654321:ct","Message":` + quoted(message) + `,"Timestamp":"2026-01-05T09:10:03.000Z"}`
}

func snsLambda(message string) string {
	return `{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":` + snsBody(message) + `}]}`
}

func sqsLambda(bodies ...string) string {
	var records []string
	for i, body := range bodies {
		records = append(records, fmt.Sprintf(`{"messageId":"m-%d","receiptHandle":"r","body":%s,"eventSource":"aws:sqs"}`, i+1, quoted(body)))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func sqsReceived(body string) string {
	return `{"Messages":[{"MessageId":"m-1","ReceiptHandle":"r","Body":` + quoted(body) + `}]}`
}

func bridge(detail string) string {
	return `{"version":"0","id":"6a7e","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"210987654321","resources":[],"detail":` + detail + `}`
}

func kinesisLambda(data string) string {
	return `{"Records":[{"kinesis":{"partitionKey":"p","sequenceNumber":"495","data":"` + base64.StdEncoding.EncodeToString([]byte(data)) + `"},"eventSource":"aws:kinesis","eventName":"aws:kinesis:record"}]}`
}

func cloudWatch(record string) string {
	return `{"messageType":"DATA_MESSAGE","owner":"210987654321","logGroup":"CloudTrail/logs","logEvents":[{"id":"1","timestamp":1,"message":` + quoted(record) + `}]}`
}

// about puts an error into words, without its place.
func about(t testing.TB, err error) string {
	t.Helper()
	var (
		fetch  *event.FetchError
		record *event.RecordError
		stream *event.StreamError
		none   *event.NoRecordsError
	)
	switch {
	case errors.As(err, &fetch) && errors.As(err, &stream):
		return "broken: " + fetch.Ref.String() + ": " + stream.Err.Error()
	case errors.As(err, &fetch):
		return "lost: " + err.Error()
	case errors.As(err, &record):
		return "bad: " + record.Err.Error()
	case errors.As(err, &stream):
		return "stream: " + stream.Err.Error()
	case errors.As(err, &none):
		text := "none: " + string(none.Kind)
		for _, ref := range none.Refs {
			text += " " + ref.String()
		}
		return text
	}
	t.Fatalf("an error of no kind: %v", err)
	return ""
}

// refs is what a payload points at, in words.
func refs(t testing.TB, payload string) (out []string) {
	t.Helper()
	for ref, err := range event.Refs([]byte(payload)) {
		if err != nil {
			if ref != (event.Ref{}) {
				t.Errorf("both %v and %v", ref, err)
			}
			out = append(out, about(t, err))
			continue
		}
		out = append(out, ref.String())
	}
	return out
}

// every is a bucket in which there is an object of every name: a log file with one record.
func every(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(gzipped(logFile("in " + strings.ReplaceAll(ref.Key, `"`, `'`))))), nil
}

// fetched is what a payload leads to, in words.
func fetched(t testing.TB, payload string) (out []string) {
	t.Helper()
	for e, err := range event.Fetch(context.Background(), []byte(payload), every) {
		if err != nil {
			if e != nil {
				t.Errorf("both an event and %v", err)
			}
			out = append(out, about(t, err))
			continue
		}
		out = append(out, e.EventID)
	}
	return out
}

const (
	logKey    = "AWSLogs/210987654321/CloudTrail/eu-west-1/2026/01/05/f.json.gz"
	digestKey = "AWSLogs/210987654321/CloudTrail-Digest/eu-west-1/2026/01/05/d.json.gz"
	logURL    = "s3://trail-b/" + logKey
	digestURL = "s3://trail-b/" + digestKey
)

// TestPayloads goes through the forms in which CloudTrail is delivered. Row is that of the
// table in which the forms are listed: what Refs and Fetch make of each.
func TestPayloads(t *testing.T) {
	one, both := synth("e-1"), lines("e-1", "e-2")
	config := `{"s3ObjectKey":"AWSLogs/210987654321/Config/eu-west-1/2026/1/5/ConfigHistory/h.json.gz","s3Bucket":"trail-b","messageType":"ConfigurationHistoryDeliveryCompleted","recordVersion":"1.1"}`
	digest := `{"awsAccountId":"210987654321","digestStartTime":"2026-01-05T08:01:31Z","digestEndTime":"2026-01-05T09:01:31Z","digestS3Bucket":"trail-b","logFiles":[{"s3Bucket":"trail-b","s3Object":"` + logKey + `"}]}`
	for _, c := range []struct {
		row     int
		name    string
		payload string
		refs    []string
		fetched []string // nil for what refs says
	}{
		{1, "log file", logFile("e-1", "e-2"), nil, both},
		{1, "log file, compressed", gzipped(logFile("e-1", "e-2")), nil, both},
		{1, "log file, notified", s3Notice("ObjectCreated:Put", logKey), lines(logURL), lines("in " + logKey)},
		{2, "digest", digest, lines("none: a digest file"), nil},
		{2, "digest, notified", s3Notice("ObjectCreated:Put", digestKey), lines("none: a digest file " + digestURL), nil},
		{2, "digest, in EventBridge", s3Bridge("Object Created", digestKey), lines("none: a digest file " + digestURL), nil},
		{2, "digest among log files", trailNotice("a/"+logKey, digestKey, logKey), lines("none: a digest file "+digestURL, "s3://trail-b/a/"+logKey, logURL),
			lines("none: a digest file "+digestURL, "in a/"+logKey, "in "+logKey)},
		{3, "Insight folder", s3Notice("ObjectCreated:Put", "AWSLogs/o-a1b2c3d4e5/210987654321/CloudTrail-Insight/f.json.gz"),
			lines("s3://trail-b/AWSLogs/o-a1b2c3d4e5/210987654321/CloudTrail-Insight/f.json.gz"), lines("in AWSLogs/o-a1b2c3d4e5/210987654321/CloudTrail-Insight/f.json.gz")},
		{3, "NetworkActivity folder", trailNotice("AWSLogs/210987654321/CloudTrail-NetworkActivity/f.json.gz"), lines("s3://trail-b/AWSLogs/210987654321/CloudTrail-NetworkActivity/f.json.gz"),
			lines("in AWSLogs/210987654321/CloudTrail-NetworkActivity/f.json.gz")},
		{4, "aggregated event", `[{"eventVersion":"1.0","eventId":"x","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","eventSource":"s3.amazonaws.com"}]`, lines("none: an aggregated event"), nil},
		{4, "Aggregated folder", trailNotice("AWSLogs/210987654321/CloudTrail-Aggregated/f.json.gz"), lines("s3://trail-b/AWSLogs/210987654321/CloudTrail-Aggregated/f.json.gz"),
			lines("in AWSLogs/210987654321/CloudTrail-Aggregated/f.json.gz")},
		{5, "EventBridge", bridge(one), nil, lines("e-1")},
		{5, "EventBridge, a schedule", `{"version":"0","detail-type":"Scheduled Event","source":"aws.events","detail":{}}`, lines("none: an unknown payload"), nil},
		{5, "EventBridge, an alarm", `{"version":"0","detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","detail":{"alarmName":"a","state":{"value":"ALARM"}}}`, lines("none: a CloudWatch alarm"), nil},
		{5, "EventBridge, AWS Config", `{"version":"0","detail-type":"Config Configuration Item Change","source":"aws.config","detail":{"messageType":"ConfigurationItemChangeNotification"}}`, lines("none: AWS Config data"), nil},
		{6, "CloudWatch Logs to Lambda", `{"awslogs":{"data":` + quoted(gzipped(cloudWatch(one))) + `}}`, nil, lines("e-1")},
		{7, "CloudWatch Logs, decoded", cloudWatch(one), nil, lines("e-1")},
		{7, "CloudWatch Logs, control", `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Kinesis stream."}]}`,
			lines("none: a CloudWatch Logs control message"), nil},
		{8, "Kinesis", kinesisLambda(one), nil, lines("e-1")},
		{8, "Kinesis with CloudWatch Logs", kinesisLambda(gzipped(cloudWatch(one))), nil, lines("e-1")},
		{8, "Kinesis with a notification", kinesisLambda(s3Notice("ObjectCreated:Put", logKey)), lines(logURL), lines("in " + logKey)},
		{9, "Firehose", `{"deliveryStreamArn":"arn:aws:firehose:eu-west-1:210987654321:deliverystream/ct","records":[{"recordId":"495","data":"` + base64.StdEncoding.EncodeToString([]byte(one+synth("e-2"))) + `"}]}`, nil, both},
		{10, "S3", s3Notice("ObjectCreated:CompleteMultipartUpload", logKey, "x/"+logKey), lines(logURL, "s3://trail-b/x/"+logKey), lines("in "+logKey, "in x/"+logKey)},
		{10, "S3, copied, by a later version", strings.Replace(s3Notice("ObjectCreated:Copy", logKey), `"2.1"`, `"2.5"`, 1), lines(logURL), lines("in " + logKey)},
		{10, "S3, event name of the configuration", s3Notice("s3:ObjectCreated:Put", logKey), lines(logURL), lines("in " + logKey)},
		{10, "S3, no event name", strings.Replace(s3Notice("x", logKey), `"eventName":"x",`, "", 1), lines(logURL), lines("in " + logKey)},
		{10, "S3, test", `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-01T00:00:00.000Z","Bucket":"trail-b"}`, lines("none: an S3 test event"), nil},
		{10, "S3, removed", s3Notice("ObjectRemoved:DeleteMarkerCreated", logKey), lines("none: a notification of a removed object " + logURL), nil},
		{10, "S3, expired", s3Notice("LifecycleExpiration:Delete", logKey), lines("none: a notification of a removed object " + logURL), nil},
		{10, "S3, tagged", s3Notice("ObjectTagging:Put", logKey), lines("none: a notification of a changed object " + logURL), nil},
		{10, "S3, AWS Config", s3Notice("ObjectCreated:Put", "AWSLogs/210987654321/Config/ConfigWritabilityCheckFile"), lines("none: AWS Config data s3://trail-b/AWSLogs/210987654321/Config/ConfigWritabilityCheckFile"), nil},
		{10, "S3, flow logs", s3Notice("ObjectCreated:Put", "x/AWSLogs/210987654321/vpcflowlogs/f.log.gz"), lines("none: logs of another AWS service s3://trail-b/x/AWSLogs/210987654321/vpcflowlogs/f.log.gz"), nil},
		{11, "SNS", snsBody(s3Notice("ObjectCreated:Put", logKey)), lines(logURL), lines("in " + logKey)},
		{11, "SNS to Lambda", snsLambda(s3Notice("ObjectCreated:Put", logKey)), lines(logURL), lines("in " + logKey)},
		{11, "SNS, raw delivery", s3Notice("ObjectCreated:Put", logKey), lines(logURL), lines("in " + logKey)},
		{11, "SNS, to confirm", `{"Type":"SubscriptionConfirmation","MessageId":"m","Token":"t","TopicArn":"arn:aws:sns:eu-west-1:210987654321:ct","Message":"You have chosen to subscribe","SubscribeURL":"https://sns.eu-west-1.amazonaws.com/"}`,
			lines("none: an SNS subscription message"), nil},
		{11, "SNS, ended", `{"Type":"UnsubscribeConfirmation","MessageId":"m","Token":"t","Message":"You have chosen to deactivate subscription","SubscribeURL":"https://sns.eu-west-1.amazonaws.com/"}`,
			lines("none: an SNS subscription message"), nil},
		{11, "SNS, alarm", snsBody(`{"AlarmName":"a","NewStateValue":"ALARM","OldStateValue":"OK"}`), lines("none: a CloudWatch alarm"), nil},
		{11, "SNS, AWS Config", snsBody(config), lines("none: AWS Config data"), nil},
		{11, "SNS, other text", snsBody("hello"), lines("none: an SNS message"), nil},
		{12, "CloudTrail", trailNotice(logKey, "x/"+logKey), lines(logURL, "s3://trail-b/x/"+logKey), lines("in "+logKey, "in x/"+logKey)},
		{12, "CloudTrail, in SNS", snsBody(trailNotice(logKey)), lines(logURL), lines("in " + logKey)},
		{12, "CloudTrail, one key", `{"s3Bucket":"trail-b","s3ObjectKey":"` + logKey + `"}`, lines(logURL), lines("in " + logKey)},
		{12, "CloudTrail, no key", trailNotice(), lines("none: a CloudTrail notification"), nil},
		{12, "CloudTrail, validation", "CloudTrail validation message.", lines("none: a CloudTrail validation message"), nil},
		{12, "CloudTrail, validation in SNS in SQS", sqsLambda(snsBody("CloudTrail validation message.")), lines("none: a CloudTrail validation message"), nil},
		{13, "SQS", sqsLambda(s3Notice("ObjectCreated:Put", logKey)), lines(logURL), lines("in " + logKey)},
		{13, "SQS, received", sqsReceived(snsBody(trailNotice(logKey))), lines(logURL), lines("in " + logKey)},
		{13, "SQS, a list, as Pipes delivers it", strings.TrimSuffix(strings.TrimPrefix(sqsLambda(trailNotice(logKey)), `{"Records":`), "}"), lines(logURL), lines("in " + logKey)},
		{13, "SQS, other text", sqsLambda("hello"), lines("none: an SQS message"), nil},
		{13, "SQS, everything at once", sqsLambda(bridge(one), s3Notice("ObjectCreated:Put", "a"), "hello", trailNotice("b", digestKey, "a"), s3Notice("ObjectRemoved:Delete", "c"), logFile("e-2")),
			lines("s3://trail-b/a", "none: an SQS message", "none: a digest file "+digestURL, "s3://trail-b/b", "s3://trail-b/a", "none: a notification of a removed object s3://trail-b/c"),
			lines("e-1", "in a", "none: an SQS message", "none: a digest file "+digestURL, "in b", "in a", "none: a notification of a removed object s3://trail-b/c", "e-2")},
		{14, "EventBridge, created", s3Bridge("Object Created", logKey), lines(logURL), lines("in " + logKey)},
		{14, "EventBridge, removed", s3Bridge("Object Deleted", logKey), lines("none: a notification of a removed object " + logURL), nil},
		{14, "EventBridge, restored", s3Bridge("Object Restore Completed", logKey), lines("none: a notification of a changed object " + logURL), nil},
		{15, "LookupEvents", `{"Events":[{"EventId":"e-1","EventName":"CreateUser","EventSource":"iam.amazonaws.com","CloudTrailEvent":` + quoted(one) + `}],"NextToken":"n"}`, nil, lines("e-1")},
		{16, "Lake query", `{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventID":"x"},{"eventName":"CreateUser"}]]}`, lines("none: a CloudTrail Lake query result"), nil},
		{16, "Lake query, saved", s3Notice("ObjectCreated:Put", "AWSLogs/210987654321/CloudTrail-Lake/Query/2026/01/05/q/result_1.csv.gz"),
			lines("none: a CloudTrail Lake query result s3://trail-b/AWSLogs/210987654321/CloudTrail-Lake/Query/2026/01/05/q/result_1.csv.gz"), nil},
		{17, "Lake integration", `{"eventVersion":"1.0","eventCategory":"ActivityAuditLog","eventType":"ActivityLog","eventID":"x","eventData":{"eventName":"PageDeleted"}}`, lines("none: a CloudTrail Lake integration event"), nil},
		{18, "Security Lake", `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"api":{"operation":"CreateUser"}}`, lines("none: an OCSF event"), nil},
		{18, "Security Lake, Parquet", "PAR1\x15\x04\x15\x10PAR1", lines("bad: invalid JSON at byte 0: expected a value"), nil},
		{19, "Athena, CSV", "\"eventversion\",\"eventname\"\n\"1.08\",\"CreateUser\"\n", lines("bad: not a CloudTrail record"), nil},
		{20, "one a line", one + "\n" + synth("e-2") + "\n", nil, both},
		{20, "array", "[" + one + "," + synth("e-2") + "]", nil, both},
		{20, "single", one, nil, lines("e-1")},
		{20, "notifications, one a line", s3Notice("ObjectCreated:Put", "a") + "\n" + trailNotice("b") + "\n" + one, lines("s3://trail-b/a", "s3://trail-b/b"), lines("in a", "in b", "e-1")},
		{21, "Elastic", `{"event":{"action":"CreateUser","original":` + quoted(one) + `},"aws":{}}`, nil, lines("e-1")},
		{21, "Splunk", `{"time":1,"event":` + one + `}`, nil, lines("e-1")},
	} {
		t.Run(fmt.Sprintf("row %d %s", c.row, c.name), func(t *testing.T) {
			if diff := cmp.Diff(c.refs, refs(t, c.payload)); diff != "" {
				t.Errorf("refs (-want +got):\n%s", diff)
			}
			want := c.fetched
			if want == nil {
				want = c.refs
			}
			if diff := cmp.Diff(want, fetched(t, c.payload)); diff != "" {
				t.Errorf("fetched (-want +got):\n%s", diff)
			}
		})
	}
}
