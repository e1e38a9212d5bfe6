package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

// generated makes a log of n records in the order of time, which rules of every kind match now and then. They are about
// 18 seconds apart, times pace. The same seed makes the same log.
func generated(n int, seed uint64, pace float64) []byte {
	seconds := func(n int) time.Duration { return time.Duration(float64(n) * pace * float64(time.Second)) }
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	calls := []struct{ source, name, parameters string }{
		{"secretsmanager", "GetSecretValue", `"secretId":"secret-%d"`},
		{"s3", "GetObject", `"bucketName":"bucket-%d"`},
		{"s3", "ListBuckets", `"n":"%d"`},
		{"ec2", "DescribeInstances", `"n":"%d"`},
		{"iam", "CreateAccessKey", `"userName":"user-%d"`},
		{"iam", "DeleteUser", `"userName":"user-%d"`},
		{"sts", "AssumeRole", `"roleArn":"arn:aws:iam::210987654321:role/role-%d"`},
	}
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	at := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for i := range n {
		switch r.IntN(12) {
		case 0:
			at = at.Add(seconds(r.IntN(240)))
		case 1, 2, 3:
			at = at.Add(seconds(r.IntN(60)))
		}
		c := calls[min(r.IntN(len(calls)), r.IntN(len(calls)))]
		failed := ""
		if r.IntN(6) == 0 {
			failed = `"errorCode":"AccessDenied","errorMessage":"not authorized",`
		}
		if i > 0 {
			b.WriteByte(',')
		}
		user := min(r.IntN(20), r.IntN(20))
		fmt.Fprintf(&b, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER%06d","arn":"arn:aws:iam::210987654321:user/user-%d","accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY%07d","userName":"user-%d"},`,
			user, user, user, user)
		fmt.Fprintf(&b, `"eventTime":%q,"eventSource":"%s.amazonaws.com","eventName":%q,"awsRegion":%q,"sourceIPAddress":"198.51.100.%d","userAgent":"aws-cli/2.15.0","requestParameters":{`+c.parameters+`},"responseElements":null,%s`,
			at.Format(time.RFC3339), c.source, c.name, pick("eu-west-1", "eu-west-1", "us-east-1", "ap-south-2"), r.IntN(9), r.IntN(9), failed)
		fmt.Fprintf(&b, `"requestID":"00000000-0000-4000-9000-%012d","eventID":"%08x-0000-4000-8000-%012d","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321","eventCategory":"Management"}`,
			i, seed, i)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}
