package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// The rules of these tests: a user created is a finding of high severity, a user deleted one of low severity.
const (
	ruleCreated = `{id: user-created, title: User created, severity: high, match: {source: iam.amazonaws.com, event: CreateUser}, message: "user {event.requestParameters.userName}"}`
	ruleDeleted = `{id: user-deleted, title: User deleted, severity: low, match: {source: iam.amazonaws.com, event: DeleteUser}, message: gone}`
)

// A stage is a handler and what it is given and leaves behind.
type stage struct {
	*handler
	sent *collector
	log  *bytes.Buffer
}

// newStage has the objects, which are named bucket/key.
func newStage(t testing.TB, objects map[string]string) *stage {
	t.Helper()
	var rules []*rule.Rule
	for _, text := range []string{ruleCreated, ruleDeleted} {
		r, err := rule.Parse("test.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{sent: &collector{}, log: &bytes.Buffer{}}
	s.handler = &handler{set: set, out: s.sent, minSeverity: rule.Informational, log: slog.New(slog.NewJSONHandler(s.log, nil))}
	s.get = func(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
		content, ok := objects[ref.Bucket+"/"+ref.Key]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(content)), nil
	}
	return s
}

// invoke hands over a payload as Lambda does.
func (s *stage) invoke(ctx context.Context, payload string) (string, error) {
	out, err := lambda.NewHandler(s.Handle).Invoke(ctx, []byte(payload))
	return string(out), err
}

// last is the summary of the last invocation that was logged.
func (s *stage) last(t testing.TB) (sum summary) {
	t.Helper()
	for line := range strings.Lines(s.log.String()) {
		var entry struct {
			Msg     string
			Summary summary
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("log: %v\n%s", err, line)
		}
		if entry.Msg == "invocation" {
			sum = entry.Summary
		}
	}
	return sum
}

// A collector is a destination that keeps what it gets, unless refuse says why it does not.
type collector struct {
	mu       sync.Mutex
	batches  [][]string // ids of events
	findings []string   // bodies
	refuse   func(eventID string) error
	fail     error
}

func (c *collector) send(ctx context.Context, batch []message) ([]error, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.fail, ctx.Err()); err != nil {
		return nil, err
	}
	errs := make([]error, len(batch))
	var ids []string
	for n, m := range batch {
		id := m.finding.EventIDs[0]
		ids = append(ids, id)
		if c.refuse != nil {
			errs[n] = c.refuse(id)
		}
		if errs[n] == nil {
			c.findings = append(c.findings, string(m.body))
		}
	}
	c.batches = append(c.batches, ids)
	return errs, nil
}

// eventIDs are those of the findings that were taken.
func (c *collector) eventIDs() []string {
	var ids []string
	for _, f := range c.findings {
		var finding ruleset.Finding
		if json.Unmarshal([]byte(f), &finding) == nil {
			ids = append(ids, finding.EventIDs...)
		}
	}
	return ids
}

func iam(name, id string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321","userName":"mira"},"eventTime":"2026-01-05T09:15:00Z","eventSource":"iam.amazonaws.com","eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"cli","requestParameters":{"userName":"lee"},"eventID":%q,"eventType":"AwsApiCall","recipientAccountId":"210987654321"}`, name, id)
}

func created(id string) string { return iam("CreateUser", id) }

func logFile(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.String()
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// notice is an S3 notification of objects in the bucket logs, whose keys stand as S3 encodes them.
func notice(keys ...string) string {
	var records []string
	for _, key := range keys {
		records = append(records, `{"eventSource":"aws:s3","awsRegion":"us-east-1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"logs"},"object":{"key":`+quoted(key)+`}}}`)
	}
	return logFile(records...)
}

// sqs is a batch of messages m-1, m-2, ...
func sqs(bodies ...string) string {
	var records []string
	for n, body := range bodies {
		records = append(records, fmt.Sprintf(`{"messageId":"m-%d","receiptHandle":"r","body":%s,"eventSource":"aws:sqs"}`, n+1, quoted(body)))
	}
	return logFile(records...)
}

// failed reads the identifiers of a batch response.
func failed(t testing.TB, answer string) []string {
	t.Helper()
	var r events.SQSEventResponse
	d := json.NewDecoder(strings.NewReader(answer))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || !strings.HasPrefix(answer, `{"batchItemFailures":[`) {
		t.Fatalf("%v: %s", err, answer)
	}
	ids := []string{}
	for _, f := range r.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func TestOneBadMessageAlone(t *testing.T) {
	s := newStage(t, map[string]string{"logs/a.gz": zipped(logFile(created("e-a"))), "logs/c": logFile(created("e-c"))})
	get := s.get
	s.get = func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
		if ref.Key == "b" {
			return nil, fmt.Errorf("down")
		}
		return get(ctx, ref)
	}
	answer, err := s.invoke(t.Context(), sqs(notice("a.gz"), notice("b"), notice("c"), created("e-d")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m-2"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"e-a", "e-c", "e-d"}, s.sent.eventIDs()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	want := summary{Objects: 3, Records: 3, Decoded: 3, Findings: 3, Sent: 3, Items: 4, Retry: 1}
	if diff := cmp.Diff(want, s.last(t)); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// What can never be read does not come back for ever, and is in the log.
func TestPoison(t *testing.T) {
	s := newStage(t, map[string]string{"logs/cut.gz": zipped(logFile(created("e-1"), created("e-2")))[:150], "logs/text": "no log"})
	answer, err := s.invoke(t.Context(), sqs("no JSON", `{"eventName":12`, notice("missing"), notice("cut.gz"), notice("text"), `{"Records":[{"eventSource":"aws:s3","s3":{}}]}`, created("e-3")))
	if err != nil {
		t.Fatal(err)
	}
	if ids := failed(t, answer); len(ids) > 0 {
		t.Errorf("%v are tried again", ids)
	}
	got := s.last(t)
	if got.Lost != 2 || got.Unreadable != 3 || got.Other != 1 || got.Retry != 0 {
		t.Errorf("%+v", got)
	}
	if !slices.Contains(s.sent.eventIDs(), "e-3") {
		t.Error("the sound message led to no finding")
	}
	for _, want := range []string{`"item":"m-2"`, "s3://logs/missing", "s3://logs/cut.gz", "s3://logs/text", `"item":"m-6"`, `"what":"an SQS message"`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, s.log)
		}
	}
}

// Delivered again, to this container or another, an item leads to findings of the same ids.
func TestRedelivered(t *testing.T) {
	objects := map[string]string{"logs/a.gz": zipped(logFile(created("e-1"), created("e-2")))}
	one, other := newStage(t, objects), newStage(t, objects)
	for _, s := range []*stage{one, other, one} {
		if _, err := s.invoke(t.Context(), sqs(notice("a.gz"))); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(one.sent.findings, other.sent.findings); diff != "" || len(one.sent.findings) != 2 {
		t.Errorf("(-one +other):\n%s", diff)
	}
	if got := one.last(t); got.Repeated != 2 || got.Sent != 0 {
		t.Errorf("the second time: %+v", got)
	}
}

func TestKinesisFailures(t *testing.T) {
	s := newStage(t, map[string]string{})
	s.sent.refuse = func(id string) error {
		if id == "e-2" {
			return fmt.Errorf("full")
		}
		return nil
	}
	record := func(seq, data string) string {
		b, _ := json.Marshal([]byte(data))
		return `{"kinesis":{"partitionKey":"p","sequenceNumber":"` + seq + `","data":` + string(b) + `},"eventSource":"aws:kinesis"}`
	}
	answer, err := s.invoke(t.Context(), logFile(record("100", created("e-1")), record("101", created("e-2")), record("102", "junk"), record("103", zipped(created("e-3")))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"101"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"e-1", "e-3"}, s.sent.eventIDs()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// Where items cannot be given back one by one, the invocation fails, after what was found has been sent.
func TestWholePayloadFails(t *testing.T) {
	sns := func(message string) string {
		return `{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Type":"Notification","MessageId":"1","TopicArn":"arn:aws:sns:us-east-1:210987654321:t","Message":` + quoted(message) + `}}]}`
	}
	both := []string{"e-a", "e-b"}
	tests := []struct {
		name, payload string
		want          []string
	}{
		{"S3", notice("a", "down", "b"), both},
		{"SNS", sns(notice("a", "down", "b")), both},
		{"CloudTrail by SNS", sns(`{"s3Bucket":"logs","s3ObjectKey":["a","down","b"]}`), both},
		{"EventBridge", `{"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"logs"},"object":{"key":"down"}}}`, nil},
		{"a message without identifier", strings.Replace(sqs(notice("a", "down", "b")), "messageId", "id", 1), both},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, map[string]string{"logs/a": created("e-a"), "logs/b": created("e-b")})
			get := s.get
			s.get = func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
				if ref.Key == "down" {
					return nil, fmt.Errorf("down")
				}
				return get(ctx, ref)
			}
			answer, err := s.invoke(t.Context(), test.payload)
			if err == nil || !strings.Contains(err.Error(), "s3://logs/down") {
				t.Fatalf("%s, %v", answer, err)
			}
			if diff := cmp.Diff(test.want, s.sent.eventIDs()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnyPayload(t *testing.T) {
	for _, payload := range []string{`null`, `[]`, `""`, `7`, `{}`, `{"Records":null}`, `{"Records":[]}`, `{"Records":[null]}`, `{"Records":[7]}`, `{"Records":{"a":1}}`, `{"Records":[{"eventSource":7}]}`, `{"Records":[{"eventSource":"aws:sqs"}]}`, `{"detail-type":"x"}`, `{"awslogs":{"data":"?"}}`, `[` + created("e") + `]`} {
		s := newStage(t, nil)
		if answer, err := s.invoke(t.Context(), payload); err != nil {
			t.Errorf("%s: %s, %v", payload, answer, err)
		}
	}
}

func TestMinSeverity(t *testing.T) {
	s := newStage(t, nil)
	s.minSeverity = rule.Medium
	if _, err := s.invoke(t.Context(), logFile(created("e-1"), iam("DeleteUser", "e-2"))); err != nil {
		t.Fatal(err)
	}
	if got := s.last(t); got.Findings != 2 || got.Below != 1 || got.Sent != 1 {
		t.Errorf("%+v", got)
	}
}

// The log is not flooded, and says so.
func TestNotes(t *testing.T) {
	s := newStage(t, nil)
	bad := strings.Repeat(`{"eventName":"x"},`, 5*maxNotes)
	if _, err := s.invoke(t.Context(), logFile(bad+created("e-1"))); err != nil {
		t.Fatal(err)
	}
	got := s.last(t)
	if got.Unreadable+got.Other != 5*maxNotes || got.Sent != 1 {
		t.Errorf("%+v", got)
	}
	if n := strings.Count(s.log.String(), "\n"); n != maxNotes+2 {
		t.Errorf("%d lines", n)
	}
}
