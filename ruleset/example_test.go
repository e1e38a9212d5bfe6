package ruleset_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A SIEM has decoded events at hand and judges them one by one.
func ExampleSet_Eval() {
	rules, err := builtin.Rules(builtin.BySeverity(rule.Critical))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ruleset.Compile(rules) // once; share it between goroutines
	if err != nil {
		fmt.Println(err)
		return
	}

	ev, err := event.Parse([]byte(`{
		"eventVersion": "1.11",
		"userIdentity": {"type": "Root", "principalId": "210987654321", "arn": "arn:aws:iam::210987654321:root", "accountId": "210987654321"},
		"eventTime": "2026-01-05T09:15:00Z",
		"eventSource": "iam.amazonaws.com",
		"eventName": "CreateAccessKey",
		"awsRegion": "us-east-1",
		"sourceIPAddress": "198.51.100.7",
		"requestParameters": null,
		"responseElements": {"accessKey": {"accessKeyId": "AKIA5SYNTHROOT000001", "status": "Active"}},
		"eventID": "5d1f0a2b-0000-4000-9000-000000000001"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := set.Eval(context.Background(), ev)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range result.Findings {
		fmt.Println(f.Severity, f.Risk, f.Rule)
		fmt.Println(f.Message)
		fmt.Println("by", f.Actor.ID, "in", f.Account)
		for _, a := range f.Attack {
			fmt.Println(a.TacticName(), "by", a.TechniqueName())
		}
	}
	for _, fault := range result.Faults {
		fmt.Println("no verdict:", fault)
	}
	// Output:
	// critical 99 root-access-key-created
	// Root access key AKIA5SYNTHROOT000001 created in account 210987654321 from 198.51.100.7
	// by root@210987654321 in 210987654321
	// Persistence by Account Manipulation: Additional Cloud Credentials
	// Privilege Escalation by Account Manipulation: Additional Cloud Credentials
}

// A log file as CloudTrail puts it into a bucket, compressed or not. The record that cannot be
// read is an error with its place, and the scan goes on.
func ExampleSet_Scan() {
	r, err := rule.Parse("bucket-deleted.yaml", []byte(`
id: bucket-deleted
title: Bucket deleted
severity: medium
match: {source: s3.amazonaws.com, event: DeleteBucket, outcome: success}
message: "{actor.name} deleted {event.requestParameters.bucketName}"
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
	file := strings.NewReader(`{"Records":[
		{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","userIdentity":{"type":"IAMUser","userName":"mira"}},
		{"eventName":"damaged"},
		{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","userIdentity":{"type":"IAMUser","userName":"mira"},"requestParameters":{"bucketName":"acme-synth-logs"}}
	]}`)
	for result, err := range set.Scan(context.Background(), file, event.File("trail.json")) {
		if err != nil {
			fmt.Println("error:", err)
			continue
		}
		for _, f := range result.Findings {
			fmt.Printf("%s\n%s\n", f.Message, f.Location)
		}
	}
	// Output:
	// error: trail.json: record 1 at byte 131 (Records): not a CloudTrail record
	// mira deleted acme-synth-logs
	// trail.json: record 2 at byte 158 (Records)
}

// Many files on several goroutines: findings come in the order of the files all the same.
func ExampleScanner_ScanAll() {
	r := &rule.Rule{ID: "bucket-deleted", Title: "Bucket deleted", Severity: rule.Medium, Match: rule.Match{Event: []string{"DeleteBucket"}}}
	set, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		fmt.Println(err)
		return
	}
	objects := map[string]string{ // in earnest: a folder, or the objects below a prefix in S3
		"10-00.json": `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket"}`,
		"10-05.json": `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`,
		"10-15.json": `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket"}`,
	}
	var inputs []ruleset.Input
	for _, name := range []string{"10-00.json", "10-05.json", "10-10.json", "10-15.json"} {
		inputs = append(inputs, ruleset.Input{Name: name, Open: func() (io.ReadCloser, error) {
			object, ok := objects[name]
			if !ok {
				return nil, errors.New("no such object")
			}
			return io.NopCloser(bytes.NewReader([]byte(object))), nil
		}})
	}
	scanner := set.Scanner()
	for result, err := range scanner.ScanAll(context.Background(), slices.Values(inputs), 4) {
		if err != nil {
			fmt.Println("error:", err)
			continue
		}
		for _, f := range result.Findings {
			fmt.Println(f.Rule, "in", f.Location.File)
		}
	}
	stats := scanner.Stats()
	fmt.Println(stats.Records, "records,", stats.Decoded, "decoded")
	// Output:
	// bucket-deleted in 10-00.json
	// error: 10-10.json: no such object
	// bucket-deleted in 10-15.json
	// 3 records, 2 decoded
}

// A role that maintains policies is taken out of a rule by the role itself, never by the name of a
// session, which whoever asks for the session makes up.
func ExampleWithList() {
	rules, err := builtin.Rules(builtin.ByID("iam-policy-changed"))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ruleset.Compile(rules, ruleset.WithList("policy-maintainers", "cm-policymaintainer"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, caller := range []struct{ who, identity string }{
		{"the maintenance role", `{"type": "AssumedRole", "principalId": "AROA5SYNTHPOLM000001:nightly",
			"arn": "arn:aws:sts::210987654321:assumed-role/cm-policymaintainer/nightly",
			"sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROA5SYNTHPOLM000001",
				"arn": "arn:aws:iam::210987654321:role/cm-policymaintainer", "userName": "cm-policymaintainer"}}}`},
		{"another role, whose session has that name", `{"type": "AssumedRole", "principalId": "AROA5SYNTHADMIN00001:cm-policymaintainer",
			"arn": "arn:aws:sts::210987654321:assumed-role/ops-admin/cm-policymaintainer",
			"sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROA5SYNTHADMIN00001",
				"arn": "arn:aws:iam::210987654321:role/ops-admin", "userName": "ops-admin"}}}`},
		{"an IAM user", `{"type": "IAMUser", "principalId": "AIDA5SYNTHUSER000001",
			"arn": "arn:aws:iam::210987654321:user/mira", "userName": "mira"}`},
	} {
		ev, err := event.Parse([]byte(`{
			"userIdentity": ` + caller.identity + `,
			"eventSource": "iam.amazonaws.com",
			"eventName": "AttachRolePolicy",
			"requestParameters": {"roleName": "web-node", "policyArn": "arn:aws:iam::210987654321:policy/app"}
		}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %d\n", caller.who, len(result.Findings))
	}
	// Output:
	// the maintenance role: 0
	// another role, whose session has that name: 1
	// an IAM user: 1
}

// A rule that rests during business hours, with the hours of the office in Tokyo.
func ExampleWithSchedule() {
	rules, err := builtin.Rules(builtin.ByID("console-login-outside-hours"))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := ruleset.Compile(rules, ruleset.WithSchedule("business-hours", rule.Schedule{
		TimeZone: "Asia/Tokyo", // nine hours ahead of UTC, in which events are
		Windows:  []string{"Mon-Fri 09:00-18:00"},
		Holidays: []string{"2026-01-12"},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, login := range []struct{ when, eventTime string }{
		{"Monday noon in Tokyo", "2026-01-05T03:00:00Z"},
		{"Monday evening in Tokyo", "2026-01-05T12:30:00Z"},
		{"Saturday noon in Tokyo", "2026-01-10T03:00:00Z"},
		{"noon of a holiday", "2026-01-12T03:00:00Z"},
	} {
		ev, err := event.Parse([]byte(`{
			"userIdentity": {"type": "IAMUser", "userName": "mira"},
			"eventTime": "` + login.eventTime + `",
			"eventSource": "signin.amazonaws.com",
			"eventName": "ConsoleLogin",
			"responseElements": {"ConsoleLogin": "Success"}
		}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %d\n", login.when, len(result.Findings))
	}
	// Output:
	// Monday noon in Tokyo: 0
	// Monday evening in Tokyo: 1
	// Saturday noon in Tokyo: 1
	// noon of a holiday: 1
}
