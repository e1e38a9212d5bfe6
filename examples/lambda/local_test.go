package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset"
)

// A localRun is what the program leaves behind.
type localRun struct {
	rules   []string // of the findings that are printed
	answer  string
	trigger trigger
	summary
	err error
}

func runLocal(t *testing.T, args ...string) (r localRun) {
	t.Helper()
	t.Setenv("AWS_LAMBDA_RUNTIME_API", "")
	var out, log bytes.Buffer
	r.err = run(t.Context(), args, time.Now(), slog.New(slog.NewJSONHandler(&log, nil)), &out)
	for line := range strings.Lines(out.String()) {
		var f ruleset.Finding
		if json.Unmarshal([]byte(line), &f) == nil && f.ID != "" {
			r.rules = append(r.rules, f.Rule)
		} else {
			r.answer += line
		}
	}
	for line := range strings.Lines(log.String()) {
		var entry struct {
			Msg     string
			Trigger trigger
			Summary summary
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "invocation" {
			r.trigger, r.summary = entry.Trigger, entry.Summary
		}
	}
	return r
}

// Every sample event is taken for what it is and leads to its critical findings, of which new rules make few.
func TestSampleEvents(t *testing.T) {
	const key, signIn = "root-access-key-created", "root-console-login-without-mfa"
	batch := `{"batchItemFailures":[]}`
	tests := []struct {
		file    string
		trigger trigger
		answer  string // starts with
		objects int
		records uint64
		want    []string
	}{
		{"s3", byS3, `{"summary":{`, 2, 39, []string{signIn, key}},
		{"sqs", bySQS, batch, 3, 44, []string{signIn, key}},
		{"sqs-poison", bySQS, batch, 2, 24, []string{signIn, key}},
		{"sns", bySNS, `{"summary":{`, 1, 24, []string{signIn, key}},
		{"eventbridge-api-call", byEventBridge, `{"summary":{`, 0, 1, []string{key}},
		{"eventbridge-object-created", byEventBridge, `{"summary":{`, 1, 15, nil},
		{"cloudwatch-logs", byLogs, `{"summary":{`, 0, 2, []string{signIn, key}},
		{"kinesis", byKinesis, batch, 0, 3, []string{signIn, key}},
		{"direct", byProgram, `{"summary":{`, 0, 3, []string{key}},
	}
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d files for %d tests, %v", len(files), len(tests), err)
	}
	t.Setenv("MIN_SEVERITY", "critical")
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			r := runLocal(t, "-event", "testdata/events/"+test.file+".json", "-objects", "testdata/objects")
			if r.err != nil {
				t.Fatal(r.err)
			}
			if diff := cmp.Diff(test.want, r.rules); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if r.trigger != test.trigger || !strings.HasPrefix(r.answer, test.answer) || r.Objects != test.objects || r.Records != test.records {
				t.Errorf("%s by %s: %+v", r.answer, r.trigger, r.summary)
			}
		})
	}
}

func TestRunLocally(t *testing.T) {
	outside := write(t, "outside.json", strings.ReplaceAll(notice("../../x"), `"logs"`, `".."`))
	tests := []struct {
		name string
		args []string
		env  string // MIN_SEVERITY
		want string // in the error
	}{
		{"nothing to do", nil, "", "-event"},
		{"objects alone", []string{"-objects", "testdata/objects"}, "", "-event"},
		{"argument", []string{"-event", "testdata/events/sqs.json", "x"}, "", `"x"`},
		{"no file", []string{"-event", "none.json", "-objects", "."}, "", "none.json"},
		{"no directory", []string{"-event", "testdata/events/sqs.json", "-objects", "none"}, "", "none"},
		{"no JSON", []string{"-event", "main.go", "-objects", "."}, "", "invocation fails"},
		{"outside of the directory", []string{"-event", outside, "-objects", "testdata/objects"}, "", "escapes"},
		{"environment", []string{"-event", "testdata/events/sqs.json", "-objects", "."}, "bad", "MIN_SEVERITY"},
		{"help", []string{"-h"}, "", flag.ErrHelp.Error()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("MIN_SEVERITY", test.env)
			if r := runLocal(t, test.args...); r.err == nil || !strings.Contains(r.err.Error(), test.want) {
				t.Errorf("%v, want %s", r.err, test.want)
			}
		})
	}
}
