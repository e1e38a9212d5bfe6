package ruletest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestBases: each base is a call of the principal that its name promises.
func TestBases(t *testing.T) {
	want := map[string]string{ // kind, name, MFA of the session: that of a sign-in stands in additionalEventData
		"admin-role-call":       "role ops-admin no",
		"anonymous-call":        "anonymous  unknown",
		"console-login":         "user mira unknown",
		"console-login-failed":  "user mira unknown",
		"console-login-role":    "role AWSReservedSSO_Dev_0123456789abcdef no",
		"console-login-root":    "root  unknown",
		"external-account-call": "account  unknown",
		"role-call":             "role web-node no",
		"root-call":             "root  yes",
		"root-console":          "root  yes",
		"service-call":          "service  unknown",
		"service-event":         "service  unknown",
		"slr-call":              "role AWSServiceRoleForAutoScaling no",
		"sso-call":              "role AWSReservedSSO_Dev_0123456789abcdef no",
		"user-call":             "user mira unknown",
		"user-mfa-call":         "user mira yes",
		"via-service-call":      "user mira yes",
	}
	got := map[string]string{}
	ids := map[string]string{}
	for _, name := range ruletest.Bases() {
		ev, err := ruletest.Event(rule.Record{Base: name, Set: map[string]any{"eventSource": "iam.amazonaws.com", "eventName": "CreateUser"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := ev.Actor()
		got[name] = fmt.Sprintf("%s %s %s", a.Kind, a.Name, a.MFA)
		if other, ok := ids[ev.EventID]; ok || ev.EventID == "" {
			t.Errorf("%s has the event id %q of %s", name, ev.EventID, other)
		}
		ids[ev.EventID] = name
		if ev.EventVersion != "1.11" || ev.EventTime.Format("Mon 15:04") != "Mon 09:15" || ev.AccountID() != "210987654321" {
			t.Errorf("%s: version %s at %v in account %s", name, ev.EventVersion, ev.EventTime, ev.AccountID())
		}
		if len(ev.Extra)+len(ev.UserIdentity.Extra) > 0 {
			t.Errorf("%s has members that CloudTrail does not: %v %v", name, ev.Extra, ev.UserIdentity.Extra)
		}
		wantOutcome := event.Success
		if name == "console-login-failed" {
			wantOutcome = event.Failure
		}
		if ev.Outcome() != wantOutcome {
			t.Errorf("%s: outcome %s", name, ev.Outcome())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.IsSorted(ruletest.Bases()) {
		t.Errorf("not sorted: %v", ruletest.Bases())
	}
}

func TestBase_isFresh(t *testing.T) {
	one, err := ruletest.Base("user-call")
	if err != nil {
		t.Fatal(err)
	}
	one["userIdentity"].(map[string]any)["userName"] = "changed"
	two, err := ruletest.Base("user-call")
	if err != nil {
		t.Fatal(err)
	}
	if name := two["userIdentity"].(map[string]any)["userName"]; name != "mira" {
		t.Errorf("the base's user is %v", name)
	}
}

func TestEvent(t *testing.T) {
	const fixed = `"eventSource":"s3.amazonaws.com","eventName":"GetObject"`
	object := func(text string) map[string]any {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		name   string
		record rule.Record
		check  func(*event.Event) bool
		err    string
	}{
		{"objects merge in depth", rule.Record{Base: "role-call", Set: object(`{` + fixed + `,"userIdentity":{"sessionContext":{"sessionIssuer":{"userName":"other"}}}}`)},
			func(e *event.Event) bool {
				i := e.UserIdentity.SessionContext.SessionIssuer
				return i.UserName == "other" && i.ARN == "arn:aws:iam::210987654321:role/app/web/web-node" && e.UserIdentity.Type == identity.TypeAssumedRole
			}, ""},
		{"a list replaces", rule.Record{Base: "user-call", Set: object(`{` + fixed + `,"resources":[{"ARN":"arn:aws:s3:::acme-synth-logs"}]}`)},
			func(e *event.Event) bool { return len(e.Resources) == 1 }, ""},
		{"null replaces an object", rule.Record{Base: "console-login", Set: object(`{"responseElements":null}`)},
			func(e *event.Event) bool { return !e.ResponseElements.Exists() && e.EventName == "ConsoleLogin" }, ""},
		{"an object takes the place of null", rule.Record{Base: "user-call", Set: object(`{` + fixed + `,"requestParameters":{"key":"a"}}`)},
			func(e *event.Event) bool { return e.RequestParameters.Str("key") == "a" }, ""},
		{"unset goes first", rule.Record{Base: "console-login", Unset: []string{"responseElements", "additionalEventData.MFAUsed"}, Set: object(`{"responseElements":{"CheckMfa":"Success"}}`)},
			func(e *event.Event) bool {
				return cmp.Equal(e.ResponseElements.Keys(), []string{"CheckMfa"}) && !e.AdditionalEventData.Get("MFAUsed").Exists() && e.AdditionalEventData.Get("LoginTo").Exists()
			}, ""},
		{"a whole record", rule.Record{Whole: object(`{` + fixed + `}`)}, func(e *event.Event) bool { return e.EventVersion == "" }, ""},
		{"numbers stay exact", rule.Record{Whole: map[string]any{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "requestParameters": map[string]any{"n": json.Number("9007199254740993")}}},
			func(e *event.Event) bool { return e.RequestParameters.Str("n") == "9007199254740993" }, ""},

		{"an unknown base", rule.Record{Base: "user-cal"}, nil, `there is no base "user-cal" (did you mean "user-call"?)`},
		{"a base like no other", rule.Record{Base: "zebra"}, nil, `there is no base "zebra"`},
		{"no path out of the fixtures", rule.Record{Base: "../fixtures/user-call"}, nil, "there is no base"},
		{"no eventName", rule.Record{Base: "user-call", Set: object(`{"eventSource":"s3.amazonaws.com"}`)}, nil, "the case sets no eventSource or no eventName"},
		{"unset of nothing", rule.Record{Base: "user-call", Unset: []string{"errorCode"}, Set: object(`{` + fixed + `}`)}, nil, "the record has no errorCode"},
		{"unset below nothing", rule.Record{Base: "user-call", Unset: []string{"requestParameters.key"}, Set: object(`{` + fixed + `}`)}, nil, "the record has no requestParameters.key"},
		{"a whole record that is none", rule.Record{Whole: object(`{"eventSource":"s3.amazonaws.com"}`)}, nil, "not a CloudTrail record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, err := ruletest.Event(c.record)
			switch {
			case c.err != "":
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("got %v, want %s", err, c.err)
				}
			case err != nil:
				t.Error(err)
			case !c.check(ev):
				t.Errorf("got %s", ev.Raw())
			}
		})
	}
}

const rootKey = `
id: root-key
title: Root key
severity: critical
match: {source: iam.amazonaws.com, event: CreateAccessKey, outcome: success}
when: actor.isRoot && !(event.sourceIPAddress in list("offices"))
message: "Root key from {event.sourceIPAddress}"
lists: {offices: {default: []}}
active: {outside: drill}
schedules: {drill: {windows: ["Sun 00:00-24:00"]}}
tests:
`

// A failing case says what was wrong.
func TestCheck(t *testing.T) {
	const create = `set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey`
	for _, c := range []struct{ name, test, want string }{
		{"passes", "event: {base: root-call, " + create + "}}\n    match: true\n    message: Root key from 198.51.100.7", ""},
		{"passes with a list", "event: {base: root-call, " + create + "}}\n    lists: {offices: [198.51.100.7]}\n    match: false", ""},
		{"passes with a schedule", "event: {base: root-call, " + create + "}}\n    schedules: {drill: {windows: [Mon 00:00-24:00]}}\n    match: false", ""},
		{"does not match", "event: {base: user-call, " + create + "}}\n    match: true", "root-key.yaml:12: got match false, want true\nroot-key does not match event 5d1f0a2b-0000-4000-9000-000000000003: the condition is not true\n"},
		{"matches", "event: {base: root-call, " + create + "}}\n    match: false", "root-key.yaml:12: got match true, want false\nroot-key matches event "},
		{"another message", "event: {base: root-call, " + create + "}}\n    match: true\n    message: Root key", "message (-want +got):\n- Root key\n+ Root key from 198.51.100.7\n"},
		{"the findings wanted", "event: {base: root-call, " + create + "}}\n    want: [{severity: critical, actor: root@210987654321, group: {actor.id: root@210987654321}}]", ""},
		{"no finding wanted", "event: {base: user-call, " + create + "}}\n    want: []", ""},
		{"another finding", "event: {base: root-call, " + create + "}}\n    want: [{rule: root-key, severity: high, actor: root@210987654321, group: {event.awsRegion: eu-west-1}}]",
			"findings (-want +got):\n  finding 1\n    rule: root-key\n-   severity: high\n+   severity: critical\n    actor: root@210987654321\n-   group event.awsRegion: \"eu-west-1\"\n"},
		{"a finding too many", "event: {base: root-call, " + create + "}}\n    want: []",
			"findings (-want +got):\n+ finding 1\n+   message: Root key from 198.51.100.7\n+   severity: critical\n+   actor: root@210987654321\n+   group actor.id: \"root@210987654321\"\n"},
		{"a finding too few", "event: {base: user-call, " + create + "}}\n    want: [{severity: critical}]", "findings (-want +got):\n- finding 1\n-   severity: critical\n"},
		{"an odd shape", "event: {base: root-call, " + create + ", readOnly: \"false\", eventNames: x}}\n    match: true",
			"root-key.yaml:12: the event is not shaped as CloudTrail's are (`unusual: true` says that it is meant so): \n  eventNames is no member that CloudTrail writes (did you mean \"eventName\"?)\n  readOnly is a text, CloudTrail writes a boolean"},
		{"an odd shape that is meant so", "event: {base: root-call, " + create + ", readOnly: \"false\"}}\n    unusual: true\n    match: true", ""},
		{"an unknown base", "event: {base: rot-call, " + create + "}}\n    match: true", `there is no base "rot-call" (did you mean "root-call"?)`},
		{"an unknown list", "event: {base: root-call, " + create + "}}\n    lists: {office: [x]}\n    match: true", `lists.office: none of the rules asks for it (did you mean "offices"?)`},
		{"an unknown schedule", "event: {base: root-call, " + create + "}}\n    schedules: {dril: {windows: [Mon 00:00-24:00]}}\n    match: true", "no rule asks for the schedule dril (did you mean schedule drill?)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := rule.Parse("root-key.yaml", []byte(rootKey+"  - name: case\n    "+c.test+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			for _, off := range []bool{false, true} {
				r.Disabled = off
				err = ruletest.Check(r, r.Tests[0])
				switch {
				case c.want == "" && err != nil:
					t.Errorf("off %v: %v", off, err)
				case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
					t.Errorf("off %v: got %v, want %s", off, err, c.want)
				}
			}
			if !r.Disabled {
				t.Error("Check has changed the rule")
			}
		})
	}
}

// A condition that has no verdict fails its case, whatever the case wants.
func TestCheck_fault(t *testing.T) {
	list := make([]any, 2100)
	for i := range list {
		list[i] = 1
	}
	r := &rule.Rule{ID: "slow", Title: "Slow", Severity: rule.Low, When: "event.requestParameters.l.all(a, event.requestParameters.l.all(b, a == b))"}
	c := rule.Test{Name: "long", Event: rule.Record{Base: "user-call", Set: map[string]any{
		"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "requestParameters": map[string]any{"l": list},
	}}}
	if err := ruletest.Check(r, c); err == nil || !strings.Contains(err.Error(), "ran too long") {
		t.Errorf("got %v, want the fault", err)
	}
}

func TestRun(t *testing.T) {
	ruletest.Run(t, fstest.MapFS{"iam/root-key.yaml": {Data: []byte(rootKey + `
  - name: root creates a key
    event: {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
    match: true
  - name: a user creates a key
    event: {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
    match: false
`)}})
}
