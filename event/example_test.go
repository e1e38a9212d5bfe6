package event_test

import (
	"fmt"

	"github.com/trailsift/trailsift/event"
)

func ExampleParse() {
	e, err := event.Parse([]byte(`{
		"eventVersion": "1.11",
		"userIdentity": {"type": "Root", "accountId": "210987654321", "arn": "arn:aws:iam::210987654321:root"},
		"eventTime": "2026-01-05T08:00:00Z",
		"eventSource": "iam.amazonaws.com",
		"eventName": "CreateAccessKey",
		"sourceIPAddress": "198.51.100.7",
		"requestParameters": null,
		"responseElements": {"accessKey": {"accessKeyId": "AKIA5SYNTHROOT000001", "status": "Active"}},
		"readOnly": "false",
		"recipientAccountId": "210987654321"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.EventTime, e.EventName, e.Outcome())
	fmt.Println("by", e.Actor().ID, "from", e.Source().Addr)
	fmt.Println("key", e.ResponseElements.Str("accessKey", "accessKeyId"))
	fmt.Println("read-only:", e.ReadOnly)
	// Output:
	// 2026-01-05 08:00:00 +0000 UTC CreateAccessKey success
	// by root@210987654321 from 198.51.100.7
	// key AKIA5SYNTHROOT000001
	// read-only: no
}

// A console sign-in that fails has no error code.
func ExampleEvent_Outcome() {
	e, err := event.Parse([]byte(`{
		"eventSource": "signin.amazonaws.com",
		"eventName": "ConsoleLogin",
		"errorMessage": "Failed authentication",
		"responseElements": {"ConsoleLogin": "Failure"}
	}`))
	fmt.Printf("%q %s %v\n", e.ErrorCode, e.Outcome(), err)
	// Output: "" failure <nil>
}

// What is missing or of another type is an empty answer, and numbers are exact.
func ExampleDoc() {
	d := event.NewDoc([]byte(`{
		"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::acme-synth-logs"},
		"bytesTransferredOut": 612.0,
		"maxResults": "100",
		"forceDestroy": "True",
		"groupSet": {"items": [{"groupId": "sg-1"}, {"groupId": "sg-2"}]}
	}`))
	fmt.Println(d.Str("encryptionContext", "aws:s3:arn"))
	fmt.Println(d.Int("bytesTransferredOut"))
	fmt.Println(d.Int("maxResults"))
	fmt.Println(d.Bool("forceDestroy"))
	for _, group := range d.List("groupSet", "items") {
		fmt.Println(group.Str("groupId"))
	}
	fmt.Printf("%q\n", d.Str("groupSet", "no", "such", "place"))
	// Output:
	// arn:aws:s3:::acme-synth-logs
	// 612 true
	// 100 true
	// true true
	// sg-1
	// sg-2
	// ""
}

func ExampleDoc_Query() {
	d := event.NewDoc([]byte(`{"ipPermissions": {"items": [
		{"fromPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}},
		{"fromPort": 443, "ipRanges": {"items": [{"cidrIp": "192.0.2.0/24"}]}}
	]}}`))
	open, err := d.Query("$.ipPermissions.items[?(@.fromPort == 22)].ipRanges.items[*].cidrIp")
	for _, cidr := range open {
		fmt.Println(cidr.Str())
	}
	fmt.Println(err)
	// Output:
	// 0.0.0.0/0
	// <nil>
}
