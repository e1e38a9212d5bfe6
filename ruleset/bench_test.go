package ruleset_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// corpus is a log file: real records when they are there, else the fixtures of ruletest.
func corpus(b *testing.B) (log []byte, records int) {
	b.Helper()
	var parts []string
	files, _ := filepath.Glob("../../shared/data/invictus/*.json.gz")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		for ev, err := range event.Records(bytes.NewReader(data)) {
			if err != nil {
				b.Fatal(err)
			}
			parts = append(parts, string(ev.Raw()))
		}
	}
	for i := 0; len(parts) < 2000; i++ {
		for _, name := range ruletest.Bases() {
			ev, err := ruletest.Event(rule.Record{Base: name, Set: map[string]any{"eventSource": "ec2.amazonaws.com", "eventName": fmt.Sprintf("Describe%d", i%50)}})
			if err != nil {
				b.Fatal(err)
			}
			parts = append(parts, string(ev.Raw()))
		}
	}
	return []byte(`{"Records":[` + strings.Join(parts, ",") + `]}`), len(parts)
}

func compressed(b *testing.B, log []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Write(log)
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// perRecord reports the time per record beside that per operation.
func perRecord(b *testing.B, records int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
}

func BenchmarkGunzip(b *testing.B) {
	log, n := corpus(b)
	gz := compressed(b, log)
	var r gzip.Reader
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Reset(bytes.NewReader(gz)); err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, &r); err != nil {
			b.Fatal(err)
		}
	}
	perRecord(b, n)
}

func BenchmarkSkim(b *testing.B) {
	log, n := corpus(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range event.RawRecords(bytes.NewReader(log)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	perRecord(b, n)
}

func BenchmarkScan(b *testing.B) {
	log, n := corpus(b)
	rules, err := builtin.Rules()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		rules []*rule.Rule
		input []byte
	}{
		{"catalogue", rules, log},
		{"catalogue,gzip", rules, compressed(b, log)},
		{"generated=100", generated(100), log},
		{"generated=1000", generated(1000), log},
		{"generated=10000", generated(10000), log},
	} {
		b.Run(c.name, func(b *testing.B) {
			set, err := ruleset.Compile(c.rules)
			if err != nil {
				b.Fatal(err)
			}
			findings := 0
			b.ReportAllocs()
			for b.Loop() {
				for result, err := range set.Scan(context.Background(), bytes.NewReader(c.input)) {
					if err != nil {
						b.Fatal(err)
					}
					findings += len(result.Findings)
				}
			}
			perRecord(b, n)
			b.ReportMetric(float64(findings)/float64(b.N)/float64(n), "findings/record")
		})
	}
}

func BenchmarkEval(b *testing.B) {
	ev, err := ruletest.Event(rule.Record{Base: "role-call", Set: map[string]any{
		"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy",
		"requestParameters": map[string]any{"userName": "mira", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
	}})
	if err != nil {
		b.Fatal(err)
	}
	for _, when := range []string{
		`event.awsRegion == "eu-west-9"`,
		`event.userAgent.startsWith("curl/") || event.awsRegion == "eu-west-9"`,
		`event.userIdentity.type == "IAMUser" && event.awsRegion in ["a", "b", "c"]`,
		`has(event.requestParameters.policyArn) && event.requestParameters.policyArn.endsWith("/ReadOnly")`,
		`actor.isRoot`,
		`event.requestParameters.policyArn.matches("^arn:aws:iam::aws:policy/Admin")`,
	} {
		b.Run(when, func(b *testing.B) {
			set, err := ruleset.Compile([]*rule.Rule{{ID: "r", Title: "t", Severity: rule.Low, When: "event.requestID != \"\" && (" + when + ")"}})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := set.Eval(context.Background(), ev); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.Run("catalogue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			rules, err := builtin.Rules()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := ruleset.Compile(rules); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// generated makes rules such as packs hold: most are confined to one call and ask for a
// parameter, some ask for any call of a kind, a few for something else altogether.
func generated(n int) []*rule.Rule {
	services := []string{"iam", "s3", "ec2", "kms", "lambda", "sts", "rds", "ssm", "logs", "ecs", "eks", "sns", "sqs", "glue", "athena", "config", "guardduty", "cloudtrail", "secretsmanager", "organizations"}
	verbs := []string{"Create", "Delete", "Put", "Update", "Attach", "Detach", "Get", "List", "Describe", "Modify"}
	nouns := []string{"User", "Role", "Policy", "Bucket", "Key", "Function", "Instance", "Secret", "Trail", "Group", "Snapshot", "Cluster", "Alias", "Grant", "Parameter", "Image", "Volume", "Topic", "Queue", "Detector"}
	var out []*rule.Rule
	for i := range n {
		r := &rule.Rule{ID: fmt.Sprintf("g-%d", i), Title: "generated", Severity: rule.Low}
		source := services[i%len(services)] + ".amazonaws.com"
		name := verbs[i/3%len(verbs)] + nouns[i/7%len(nouns)]
		switch {
		case i%100 < 70:
			r.Match = rule.Match{Source: []string{source}, Event: []string{name}}
			r.When = fmt.Sprintf(`has(event.requestParameters.p%d) && event.requestParameters.p%d.endsWith("%d")`, i%9, i%9, i)
		case i%100 < 85:
			r.Match = rule.Match{Source: []string{source}, Event: []string{name, name + "s", name + "Set"}, Outcome: rule.Success}
			r.When = fmt.Sprintf(`event.userIdentity.type == "IAMUser" && event.awsRegion == "eu-west-%d"`, i)
		case i%100 < 93:
			r.Match = rule.Match{Source: []string{source}, Event: []string{verbs[i%7] + "*"}}
			r.When = fmt.Sprintf(`event.requestParameters.name == "n%d"`, i)
		case i%100 < 97:
			r.When = fmt.Sprintf(`event.userAgent.contains("tool-%d") && event.errorCode == "AccessDenied"`, i)
		default:
			r.When = fmt.Sprintf(`event.userIdentity.arn == "arn:aws:iam::210987654321:user/u%d"`, i)
		}
		out = append(out, r)
	}
	return out
}
