package ruletest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// caseOf reads one case as it stands in a rule's file.
func caseOf(t *testing.T, text string) rule.Test {
	t.Helper()
	r, err := rule.Parse("r.yaml", []byte("id: r\ntitle: R\nseverity: low\nwhen: actor.isRoot\ntests:\n  - name: case\n    match: true\n    "+strings.ReplaceAll(text, "\n", "\n    ")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return r.Tests[0]
}

func TestEvents(t *testing.T) {
	const call = "set: {eventSource: iam.amazonaws.com, eventName: ListUsers"
	files := os.DirFS("testdata/pack")
	for _, c := range []struct {
		name, text string
		want       []string // time, id, request id, address
		err        string
	}{
		{"one event", "event: {base: user-call, " + call + "}}",
			[]string{"01-05 09:15:00 5d1f0a2b-0000-4000-9000-000000000003 b7c1d2e3-0000-4000-8000-000000000003 198.51.100.7"}, ""},
		{"offsets count from the first event", "events:\n- {base: user-call, " + call + ", eventTime: 2026-02-01T23:59:30Z}}\n- {base: user-call, at: 90s, " + call + "}}\n- {base: root-call, at: -1h, " + call + "}}", []string{
			"02-01 23:59:30 5d1f0a2b-0000-4000-9000-000000000003 b7c1d2e3-0000-4000-8000-000000000003 198.51.100.7",
			"02-02 00:01:00 5d1f0a2b-0001-4000-9000-000000000003 b7c1d2e3-0001-4000-8000-000000000003 198.51.100.7",
			"02-01 22:59:30 5d1f0a2b-0002-4000-9000-000000000001 b7c1d2e3-0002-4000-8000-000000000001 198.51.100.7",
		}, ""},
		{"a clock moves bases and files, but for those that say their time", "clock: 2026-03-01T12:00:00+01:00\nevents:\n- {base: user-call, " + call + "}}\n- {file: events/user-key.json, at: 1m}\n- {base: user-call, " + call + ", eventTime: 2026-01-01T00:00:00Z}}", []string{
			"03-01 11:00:00 5d1f0a2b-0000-4000-9000-000000000003 b7c1d2e3-0000-4000-8000-000000000003 198.51.100.7",
			"03-01 11:01:00 5d1f0a2b-0001-4000-9000-000000000001 b7c1d2e3-0001-4000-8000-000000000001 198.51.100.7",
			"01-01 00:00:00 5d1f0a2b-0002-4000-9000-000000000003 b7c1d2e3-0002-4000-8000-000000000003 198.51.100.7",
		}, ""},
		{"ids that the case sets", "events:\n- {base: user-call, " + call + ", eventID: same}}\n- {base: user-call, " + call + ", eventID: same, requestID: r}}", []string{
			"01-05 09:15:00 same b7c1d2e3-0000-4000-8000-000000000003 198.51.100.7",
			"01-05 09:15:00 same r 198.51.100.7",
		}, ""},
		{"a file with edits", "event: {file: events/user-key.json, unset: [requestID], set: {sourceIPAddress: 203.0.113.9}}",
			[]string{"01-05 11:00:00 5d1f0a2b-2222-4000-9000-000000000001  203.0.113.9"}, ""},
		{"a whole record with an offset", "events:\n- {base: user-call, " + call + "}}\n- {at: 1m, eventSource: iam.amazonaws.com, eventName: ListUsers, eventID: own}",
			[]string{"01-05 09:15:00 5d1f0a2b-0000-4000-9000-000000000003 b7c1d2e3-0000-4000-8000-000000000003 198.51.100.7", "01-05 09:16:00 own  "}, ""},

		{"no such file", "event: {file: events/none.json}", nil, "open events/none.json: "},
		{"a file of no records", "event: {file: root-key.yaml}", nil, "root-key.yaml"},
		{"an unknown base among several", "events:\n- {base: user-call, " + call + "}}\n- {base: usr-call, " + call + "}}", nil, `events[1]: there is no base "usr-call"`},
		{"no time to count from", "events:\n- {eventSource: iam.amazonaws.com, eventName: ListUsers}\n- {at: 1m, base: user-call, " + call + "}}", nil, "events[1]: at: the first event has no time to count from"},
	} {
		t.Run(c.name, func(t *testing.T) {
			events, err := ruletest.Events(files, caseOf(t, c.text))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ev := range events {
				got = append(got, fmt.Sprint(ev.EventTime.Format("01-02 15:04:05"), " ", ev.EventID, " ", ev.RequestID, " ", ev.SourceIPAddress))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEvents_files(t *testing.T) {
	c := rule.Test{Event: rule.Record{File: "a.json"}}
	if _, err := ruletest.Events(nil, c); err == nil {
		t.Error("no files: no error")
	}
	for data, want := range map[string]string{
		`{"Records":[{"eventSource":"a","eventName":"b"},{"eventSource":"a","eventName":"b"}]}`: "holds 2 records, a case needs one",
		`{"Records":[]}`:  "holds 0 records",
		`{"Records":[7]}`: "a.json: ",
	} {
		_, err := ruletest.Events(fstest.MapFS{"a.json": {Data: []byte(data)}}, c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", data, err, want)
		}
	}
	events, err := ruletest.Events(fstest.MapFS{"a.json": {Data: []byte(`{"eventSource":"a","eventName":"b","requestParameters":{"n":9007199254740993}}`)}}, c)
	if err != nil || events[0].RequestParameters.Str("n") != "9007199254740993" {
		t.Errorf("got %v, %v: a number is not exact", events, err)
	}
}

// A case is built of its own values, however often.
func TestEvents_unchanged(t *testing.T) {
	c := caseOf(t, "clock: 2026-03-01T12:00:00Z\nevents:\n- {eventSource: iam.amazonaws.com, eventName: ListUsers, eventTime: 2026-01-01T00:00:00Z}\n- {base: user-call, set: {eventSource: a.amazonaws.com, eventName: b, userIdentity: {sessionContext: {attributes: {mfaAuthenticated: \"true\"}}}}}")
	before := fmt.Sprint(c)
	for range 2 {
		if _, err := ruletest.Events(nil, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(c); got != before {
		t.Errorf("the case was %s and is %s", before, got)
	}
}
