package ruleset_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A program that serves many tenants compiles the catalogue once and tunes it for each of them.
func ExampleSet_Tune() {
	rules, err := builtin.Rules()
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		fmt.Println(err)
		return
	}
	tunings, err := rule.ParseTunings("acme.yaml", []byte(`
tunings:
  - target: {id: iam-user-created}
    for_version: 1
    reason: Users come from the staff portal alone.
    severity: high
    exceptions:
      - name: staff-portal
        when: actor.arn == "arn:aws:iam::210987654321:role/staff-portal"
        reason: It creates users for new staff.
        owner: IT
        expires: 2027-01-01
  - target: {service: s3}
    reason: Being tried out.
    shadow: true
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	acme, err := set.Tune(tunings...)
	if err != nil {
		fmt.Println(err) // every mistake, with its line and column
		return
	}
	for _, notice := range acme.Notices(time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)) { // in earnest: time.Now()
		fmt.Println(notice)
	}

	created := `{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventTime":"2026-01-05T09:15:00Z","requestParameters":{"userName":"lee"},"userIdentity":{"type":"IAMUser","userName":"mira"}}`
	excluded := `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucketEncryption","eventTime":"2026-01-05T09:16:00Z","requestParameters":{"bucketName":"acme-synth-logs"},"userIdentity":{"type":"IAMUser","userName":"mira"}}`
	for result, err := range acme.Scan(context.Background(), strings.NewReader(created+"\n"+excluded)) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, f := range result.Findings {
			fmt.Println(f.Severity, f.Rule)
		}
		for _, f := range result.Shadow {
			fmt.Println("in shadow mode:", f.Severity, f.Rule)
		}
	}
	// Output:
	// acme.yaml:12:18: iam-user-created: tunings[0].exceptions[0].expires: the exception "staff-portal" of IT expired on 2027-01-01
	// high iam-user-created
	// in shadow mode: medium s3-bucket-encryption-deleted
}

// Why did the rule stay silent? The parts that decided are marked.
func ExampleSet_Explain() {
	r, err := rule.Parse("bucket-opened.yaml", []byte(`
id: bucket-opened
title: Bucket opened to the world
severity: high
match: {source: s3.amazonaws.com, event: PutBucketPolicy, outcome: success}
when: policy(event.requestParameters.bucketPolicy).allowsPublic() && !event.requestParameters.bucketName.str().endsWith("-public")
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		fmt.Println(err)
		return
	}
	ev, err := event.Parse([]byte(`{
		"eventID": "5d1f0a2b-0000-4000-9000-000000000009",
		"eventSource": "s3.amazonaws.com",
		"eventName": "PutBucketPolicy",
		"requestParameters": {
			"bucketName": "acme-synth-public",
			"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
		}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	why, err := set.Explain(context.Background(), "bucket-opened", ev)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(why)
	// Output:
	// bucket-opened does not match event 5d1f0a2b-0000-4000-9000-000000000009: the condition is not true
	//   match.source  s3.amazonaws.com (got s3.amazonaws.com)
	//   match.event   PutBucketPolicy (got PutBucketPolicy)
	//   match.outcome success (got success)
	//   when in bucket-opened.yaml
	// >   6:67    false          policy(event.requestParameters.bucketPolicy).allowsPublic() && !event.requestParameters.bucketName.str().endsWith("-public")
	//     6:64    true             policy(event.requestParameters.bucketPolicy).allowsPublic()
	//     6:13                       policy(event.requestParameters.bucketPolicy) = [{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}]
	//     6:37                         event.requestParameters.bucketPolicy = {"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}]}
	//     6:19                           event.requestParameters = {"bucketName":"acme-synth-public","bucketPolicy":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}]}}
	// >   6:70    false            !event.requestParameters.bucketName.str().endsWith("-public")
	// >   6:120   true               event.requestParameters.bucketName.str().endsWith("-public")
	//     6:109                        event.requestParameters.bucketName.str() = "acme-synth-public"
	//     6:94                           event.requestParameters.bucketName = "acme-synth-public"
	//     6:76                             event.requestParameters = {"bucketName":"acme-synth-public","bucketPolicy":{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"*"}]}}
}

// A service takes up new rules while it works: who judges events holds the Live, and each event is
// judged wholly by the old set or wholly by the new one.
func ExampleLive() {
	compile := func(when string) *ruleset.Set {
		r := &rule.Rule{ID: "bucket-deleted", Title: "Bucket deleted", Severity: rule.Medium, When: when}
		set, err := ruleset.Compile([]*rule.Rule{r})
		if err != nil {
			panic(err) // in earnest: report it, and go on with the set that works
		}
		return set
	}
	live := ruleset.NewLive(compile(`event.eventName == "DeleteBucket"`))
	records := strings.Repeat(`{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","userIdentity":{"type":"IAMUser","userName":"mira"}}`+"\n", 3)
	n := 0
	for result, err := range live.Scan(context.Background(), strings.NewReader(records)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		n += len(result.Findings)
		// Mira turns out to be the one who cleans up. In earnest another goroutine swaps, when a file has changed.
		old := live.Swap(compile(`event.eventName == "DeleteBucket" && actor.name != "mira"`))
		fmt.Println("the old set had matched", old.Stats()[0].Matched)
	}
	fmt.Println(n, "finding before the swap, none after it")
	// Output:
	// the old set had matched 1
	// 1 finding before the swap, none after it
}
