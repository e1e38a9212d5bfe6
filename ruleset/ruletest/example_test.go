package ruletest_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// A repository of rules tests them all with one function of a _test.go file.
func ExampleRun() {
	TestRules := func(t *testing.T) {
		ruletest.Run(t, os.DirFS("rules"))
	}
	_ = TestRules // called by go test
}

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
			fmt.Printf("%s: %v\n", c.Name, err)
			continue
		}
		fmt.Printf("%s: ok\n", c.Name)
	}
	// Output:
	// a user deletes a bucket: ok
	// a role deletes a bucket: message:
	//  got web-node deleted acme-synth-logs
	// want mira deleted acme-synth-logs
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
