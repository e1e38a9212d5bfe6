package ruletest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// A repository of rules tests them all with one function of a _test.go file.
func ExampleRun() {
	TestRules := func(t *testing.T) {
		ruletest.Run(t, os.DirFS("rules"))
	}
	_ = TestRules // called by go test
}

// Cases that leave branches of conditions alone, or do not notice a change of a rule, fail the test
// as well. The rules are those of the production system, with its lists and tunings.
func ExampleRun_thorough() {
	TestRules := func(t *testing.T) {
		data, err := os.ReadFile("tunings.yaml")
		if err != nil {
			t.Fatal(err)
		}
		tunings, err := rule.ParseTunings("tunings.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		ruletest.Run(t, os.DirFS("rules"),
			ruletest.WithTunings(tunings...),
			ruletest.WithList("approved-regions", "eu-west-1", "us-east-1"),
			ruletest.MinCoverage(95), ruletest.MinKilled(90))
	}
	_ = TestRules
}

// A case with two events, the second five minutes after the first.
func ExampleEvents() {
	events, err := ruletest.Events(nil, rule.Test{Events: []rule.Record{
		{Base: "console-login"},
		{Base: "user-call", Set: map[string]any{"eventSource": "iam.amazonaws.com", "eventName": "CreateUser"}, At: 5 * time.Minute},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, ev := range events {
		fmt.Println(ev.EventTime.Format(time.TimeOnly), ev.EventName)
	}
	// Output:
	// 09:15:00 ConsoleLogin
	// 09:20:00 CreateUser
}

// The shape of a record tells whether somebody made it up.
func ExampleShape() {
	for _, problem := range ruletest.Shape([]byte(`{
		"eventVersion": "1.11", "eventTime": "2026-01-05 09:15:00", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
		"awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "eventID": "5d1f0a2b-0000-4000-9000-000000000003", "eventType": "AwsApiCall",
		"readOnly": "false", "useragent": "aws-cli",
		"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com", "accountId": "210987654321"}
	}`)) {
		fmt.Println(problem)
	}
	// Output:
	// eventTime is "2026-01-05 09:15:00", CloudTrail writes such as "2026-01-05T09:15:00Z"
	// readOnly is a text, CloudTrail writes a boolean
	// useragent is no member that CloudTrail writes (did you mean "userAgent"?)
	// userIdentity.accountId is there, an identity of type AWSService has none
}

func ExampleCoverage() {
	report, err := ruletest.Coverage(pack)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	// Output:
	//   50.0 %    2/4    bucket-deleted
	//       when (7:8) never false: !actor.serviceLinked
	//       when (7:14) never true: actor.serviceLinked
	//   50.0 %    2/4    branches in all
}

func ExampleMutate() {
	report, err := ruletest.Mutate(pack)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	// Output:
	//   50.0 %    2/4    bucket-deleted
	//       match.source (5:17) dropped
	//       match.outcome (5:65) dropped
	//   50.0 %    2/4    mutants killed in all
}

func ExampleQuiet() {
	TestQuiet := func(t *testing.T) {
		rules, err := rule.ReadFS(os.DirFS("rules"), ".")
		if err != nil {
			t.Fatal(err)
		}
		set, err := ruleset.Compile(rules)
		if err != nil {
			t.Fatal(err)
		}
		corpus, err := os.Open("testdata/ordinary-week.json.gz")
		if err != nil {
			t.Fatal(err)
		}
		defer corpus.Close()
		ruletest.Quiet(t, set, corpus, map[string]int{"lambda-code-updated": 10}) // deployments
	}
	_ = TestQuiet
}

var pack = fstest.MapFS{"bucket-deleted.yaml": {Data: []byte(`
id: bucket-deleted
title: Bucket deleted
severity: medium
match: {source: s3.amazonaws.com, event: DeleteBucket, outcome: success}
# Services clean up after themselves.
when: "!actor.serviceLinked"
tests:
  - name: a user deletes a bucket
    event: {base: user-call, set: {eventSource: s3.amazonaws.com, eventName: DeleteBucket, requestParameters: {bucketName: acme-synth-logs}}}
    match: true
  - name: a user deletes an object
    event: {base: user-call, set: {eventSource: s3.amazonaws.com, eventName: DeleteObject, requestParameters: {bucketName: acme-synth-logs, key: a}}}
    match: false
`)}}

// A case that fails says why, with the event that was judged.
func ExampleCheck() {
	r, err := rule.Parse("bucket-deleted.yaml", []byte(`
id: bucket-deleted
title: Bucket deleted
severity: medium
match: {source: s3.amazonaws.com, event: DeleteBucket, outcome: success}
message: "{actor.name} deleted {event.requestParameters.bucketName}"
tests:
  - name: a user deletes a bucket
    event: {base: user-call, set: {eventSource: s3.amazonaws.com, eventName: DeleteBucket, requestParameters: {bucketName: acme-synth-logs}}}
    match: true
    message: mira deleted acme-synth-logs
  - name: a role deletes a bucket
    event: {base: role-call, set: {eventSource: s3.amazonaws.com, eventName: DeleteBucket, requestParameters: {bucketName: acme-synth-logs}}}
    match: true
    message: mira deleted acme-synth-logs
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range r.Tests {
		if err := ruletest.Check(r, c); err != nil {
			what, _, _ := strings.Cut(err.Error(), "event {") // the explanation goes on with the event
			fmt.Printf("%s:\n%s", c.Name, what)
			continue
		}
		fmt.Printf("%s: ok\n", c.Name)
	}
	// Output:
	// a user deletes a bucket: ok
	// a role deletes a bucket:
	// bucket-deleted.yaml:12: message (-want +got):
	// - mira deleted acme-synth-logs
	// + web-node deleted acme-synth-logs
	// bucket-deleted matches event 5d1f0a2b-0000-4000-9000-000000000005: everything that the rule asks for holds
	//   match.source  s3.amazonaws.com (got s3.amazonaws.com)
	//   match.event   DeleteBucket (got DeleteBucket)
	//   match.outcome success (got success)
}

// A test written in Go may start from the same events as a rule's cases do.
func ExampleEvent() {
	ev, err := ruletest.Event(rule.Record{
		Base:  "console-login",
		Unset: []string{"additionalEventData.MFAIdentifier"},
		Set:   map[string]any{"additionalEventData": map[string]any{"MFAUsed": "No"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ev.EventName, ev.Actor().Name, ev.Outcome(), ev.AdditionalEventData.Str("MFAUsed"))
	// Output: ConsoleLogin mira success No
}
