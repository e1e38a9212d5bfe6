package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
)

// objectRecords is how many records the object of the benchmarks has.
const objectRecords = 1000

// busyObject is a log file of mostly reads, as trails are; one record in a hundred creates a user.
func busyObject() string {
	names := []string{"DescribeInstances", "ListRoles", "GetObject", "AssumeRole", "Decrypt", "DescribeLogGroups", "GetCallerIdentity"}
	sources := []string{"ec2.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com", "sts.amazonaws.com", "kms.amazonaws.com", "logs.amazonaws.com", "sts.amazonaws.com"}
	var records []string
	for n := range objectRecords {
		id := fmt.Sprintf("%08x-%04x-4000-9000-%012x", n*2654435761%(1<<32), n*40503%(1<<16), n*11400714819323%(1<<48))
		if n%100 == 99 {
			records = append(records, created(id))
			continue
		}
		k := n % len(names)
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROA5SYNTHWEBNODE001:i-%08x","arn":"arn:aws:sts::210987654321:assumed-role/web-node/i-%08x","accountId":"210987654321","accessKeyId":"ASIA5SYNTHKEY%07d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHWEBNODE001","arn":"arn:aws:iam::210987654321:role/web-node","accountId":"210987654321","userName":"web-node"},"attributes":{"creationDate":"2026-01-05T08:02:11Z","mfaAuthenticated":"false"}}},"eventTime":"2026-01-05T09:%02d:%02dZ","eventSource":%q,"eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"198.51.100.%d","userAgent":"aws-sdk-go-v2/1.30.0 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#arm64 exec-env/AWS_ECS_EC2","requestParameters":{"maxResults":100,"filterSet":{"items":[{"name":"tag:%s","valueSet":{"items":[{"value":"v%d"}]}}]}},"responseElements":null,"requestID":"r-%s","eventID":"%s","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":%q}}`,
			n%37, n%37, n%41, n/60%60, n%60, sources[k], names[k], n%250, names[k], n, id, id, sources[k]))
	}
	return logFile(records...)
}

func quiet() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

func reportCPU(b *testing.B, used time.Duration, records int) {
	b.ReportMetric(float64(used.Nanoseconds())/1e6/float64(b.N), "cpu-ms/op")
	if records > 0 {
		b.ReportMetric(float64(used.Nanoseconds())/1e3/float64(b.N)/float64(records), "cpu-µs/record")
	}
}

// BenchmarkCold is the catalogue read and compiled, and the first event judged: what comes before the first finding of
// a new container, but for the start of the process and AWS's own part.
func BenchmarkCold(b *testing.B) {
	b.ReportAllocs()
	payload, cpu := []byte(created("e-1")), cpuTime()
	for b.Loop() {
		set, err := compile(settings{}, quiet())
		if err != nil {
			b.Fatal(err)
		}
		h := &handler{set: set, out: lines{io.Discard}, minSeverity: rule.Informational, log: quiet()}
		if _, err := lambda.NewHandler(h.Handle).Invoke(b.Context(), payload); err != nil {
			b.Fatal(err)
		}
	}
	reportCPU(b, cpuTime()-cpu, 0)
}

// BenchmarkWarm is one message of SQS that names an object of a thousand records, by way of memory, and by way of the
// S3 client and a server in the same process, whose part is counted, too.
func BenchmarkWarm(b *testing.B) {
	object := zipped(busyObject())
	server := httptest.NewServer(http.HandlerFunc(content(object)))
	defer server.Close()
	ways := map[string]func(context.Context, event.Ref) (io.ReadCloser, error){
		"memory": func(context.Context, event.Ref) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(object)), nil
		},
		"s3": s3Objects(fakeConfig(server), func(o *s3.Options) { o.UsePathStyle = true }),
	}
	for _, name := range []string{"memory", "s3"} {
		b.Run(name, func(b *testing.B) {
			set, err := compile(settings{}, quiet())
			if err != nil {
				b.Fatal(err)
			}
			payload := []byte(sqs(notice("a")))
			invoke := func() {
				h := &handler{set: set, get: ways[name], out: lines{io.Discard}, minSeverity: rule.Informational, log: quiet()}
				if _, err := lambda.NewHandler(h.Handle).Invoke(b.Context(), payload); err != nil {
					b.Fatal(err)
				}
			}
			invoke()
			b.ReportAllocs()
			cpu := cpuTime()
			for b.Loop() {
				invoke()
			}
			reportCPU(b, cpuTime()-cpu, objectRecords)
		})
	}
}
