package ruletest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
	"github.com/trailsift/trailsift/ruleset/state"
)

const manySecrets = `id: many-secrets
title: Many secrets read
severity: medium
match: {source: secretsmanager.amazonaws.com, event: GetSecretValue}
aggregate:
  by: [actor.id, event.awsRegion]
  window: params.window
  let:
    secrets: distinct(event.requestParameters.secretId)
    calls: count()
  having: secrets >= 3 && calls >= 4
  trigger: event.errorCode == "" && actor.isRole
message: "{secrets} secrets in {calls} calls by {actor.name}"
params:
  window: {type: duration, default: 5m}
tests:
`

// read is an event of a case: secrets read one after the other.
func read(repeat int, every, more string) string {
	return fmt.Sprintf("{base: role-call, repeat: %d, every: %s, %s, set: {eventSource: secretsmanager.amazonaws.com, eventName: GetSecretValue, requestParameters: {secretId: \"db-{n}\"}}}", repeat, every, more)
}

func TestCheck_memory(t *testing.T) {
	for _, c := range []struct{ name, test, want string }{
		{"enough", "events: [" + read(4, "1m", "at: 0s") + "]\n    match: true", ""},
		{"too few", "events: [" + read(3, "1m", "at: 0s") + "]\n    match: false", ""},
		{"too slow", "events: [" + read(8, "2m", "at: 0s") + "]\n    match: false", ""},
		{"slow, in a longer window", "params: {window: 1d}\n    events: [" + read(4, "2h", "at: 0s") + "]\n    match: true", ""},
		{"once, however often it is given out", "events: [" + read(40, "10s", "at: 0s") + "]\n    want: [{message: \"4 secrets in 4 calls by web-node\"}]", ""},
		{"again a day later", "events: [" + read(4, "1m", "at: 0s") + ", " + read(4, "1m", "at: 1d") + "]\n    want: [{severity: medium}, {severity: medium}]", ""},
		{"another message", "events: [" + read(4, "1m", "at: 0s") + "]\n    want: [{message: four}]",
			"many-secrets.yaml:17: findings (-want +got):\n  finding 1\n-   message: four\n+   message: 4 secrets in 4 calls by web-node\nfinding 1 stands for 4 events "},
		{"a group of another region", "events: [" + read(4, "1m", "at: 0s") + "]\n    want: [{group: {actor.id: \"arn:aws:iam::210987654321:role/app/web/web-node\", event.awsRegion: eu-west-1}}]",
			"-   group event.awsRegion: \"eu-west-1\"\n+   group event.awsRegion: \"us-east-1\"\nfinding 1 stands for 4 events from 2026-01-05T09:15:00Z to 2026-01-05T09:18:00Z, calls 4, secrets 4\n2026-01-05T09:15:00Z GetSecretValue "},
		{"a window that is none", "params: {window: 1m}\n    events: [" + read(4, "1m", "at: 0s") + "]\n    match: true", "got match false, want true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := rule.Parse("many-secrets.yaml", []byte(manySecrets+"  - name: case\n    "+c.test+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			switch err := ruletest.Check(r, r.Tests[0]); {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// What whoever broke a rule with memory reads.
func TestCheck_memoryFailing(t *testing.T) {
	r, err := rule.Parse("many-secrets.yaml", []byte(manySecrets+"  - name: four secrets\n    events: ["+read(2, "1m", "at: 0s")+", "+read(4, "10s", "at: 10m")+"]\n    want: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	err = ruletest.Check(r, r.Tests[0])
	if err == nil {
		t.Fatal("the case passes")
	}
	got := err.Error() + "\n"

	// A sequence says which steps its events are.
	if r, err = rule.Parse("key-used.yaml", []byte(strings.Replace(keyUsed, "at: 5m", "at: 5h", 1))); err != nil {
		t.Fatal(err)
	}
	if err = ruletest.Check(r, r.Tests[0]); err == nil {
		t.Fatal("the case passes")
	}
	golden(t, "failing-memory.txt", got+err.Error()+"\n")
}

// Cases know nothing of each other, and rules that learn have learnt.
func TestCheck_fresh(t *testing.T) {
	r, err := rule.Parse("new.yaml", []byte(`
id: new-region
title: First call in a region
severity: low
match: {source: s3.amazonaws.com}
new_terms: {fields: [actor.id, event.awsRegion], history: 30d}
tests:
  - name: first
    event: {base: user-call, set: {eventSource: s3.amazonaws.com, eventName: ListBuckets}}
    want: [{severity: low}]
  - name: first again
    event: {base: user-call, set: {eventSource: s3.amazonaws.com, eventName: ListBuckets}}
    want: [{severity: low}]
  - name: the second of a case
    events: [{base: user-call, repeat: 2, every: 1d, set: {eventSource: s3.amazonaws.com, eventName: ListBuckets}}]
    want: [{severity: low}]
`))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, c := range r.Tests {
			if err := ruletest.Check(r, c); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	}
}

const abroad = `
id: abroad
title: Sign-in from abroad
severity: low
match: {source: signin.amazonaws.com, event: ConsoleLogin}
needs: [geo, staff]
when: lookup("geo", event.sourceIPAddress).country != "NO" && !lookup("staff", actor.name).travels.bool()
message: 'from {lookup("geo", event.sourceIPAddress).city}'
tests:
  - name: not known
    event: {base: console-login}
    match: true
  - name: at home
    event: {base: console-login}
    lookups: {geo: {198.51.100.7: {country: "NO"}}}
    match: false
  - name: abroad
    event: {base: console-login}
    lookups: {geo: {198.51.100.7: {country: IS, city: Vik}, 203.0.113.9: {country: "NO"}}, staff: {lee: {travels: true}}}
    match: true
    message: from Vik
  - name: on a journey
    event: {base: console-login}
    lookups: {staff: {mira: {travels: "yes"}}}
    match: false
`

func TestCheck_lookups(t *testing.T) {
	pack := fstest.MapFS{"abroad.yaml": {Data: []byte(abroad)}}
	ruletest.Run(t, pack, ruletest.MinCoverage(100), ruletest.MinKilled(60))
	rules, err := rule.ReadFS(pack, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ruletest.Warnings(rules) {
		if strings.Contains(w.Error(), "is empty in every case") {
			t.Error(w) // one case has a city
		}
	}
}

// A placeholder that names a measure is looked at as any other.
func TestWarnings_memory(t *testing.T) {
	text := strings.Replace(manySecrets, "calls by {actor.name}", "calls by {actor.name} {latest} {first} {event.errorCode} {params.window}", 1)
	text = strings.Replace(text, "    calls: count()\n", "    calls: count()\n    latest: max(event.requestParameters.none)\n", 1)
	rules, err := rule.ReadFS(fstest.MapFS{"r.yaml": {Data: []byte(text + "  - name: four\n    events: [" + read(4, "1m", "at: 0s") + "]\n    match: true\n")}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range ruletest.Warnings(rules) {
		got = append(got, fmt.Sprintf("%d:%d: %v", w.Line, w.Column, w.Err))
	}
	want := []string{
		"14:63: {latest} is empty in every case in which the rule fires",
		"14:80: {event.errorCode} is empty in every case in which the rule fires",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEvents_repeated(t *testing.T) {
	const call = "eventSource: iam.amazonaws.com, eventName: ListUsers"
	for _, c := range []struct {
		name, text string
		want       []string // time, id, address, parameters
		err        string
	}{
		{"three times", "event: {base: user-call, repeat: 3, every: 90s, set: {" + call + ", sourceIPAddress: \"192.0.2.{n}\", requestParameters: {a: [\"{n}{n}\", {b: \"x{n}\"}], c: 5, d: \"{m}\"}}}", []string{
			`01-05 09:15:00 5d1f0a2b-0000-4000-9000-000000000003 192.0.2.1 {"a":["11",{"b":"x1"}],"c":5,"d":"{m}"}`,
			`01-05 09:16:30 5d1f0a2b-0001-4000-9000-000000000003 192.0.2.2 {"a":["22",{"b":"x2"}],"c":5,"d":"{m}"}`,
			`01-05 09:18:00 5d1f0a2b-0002-4000-9000-000000000003 192.0.2.3 {"a":["33",{"b":"x3"}],"c":5,"d":"{m}"}`,
		}, ""},
		{"from at on, after another", "clock: 2026-03-01T12:00:00Z\nevents:\n- {base: user-call, set: {" + call + "}}\n- {base: user-call, at: 7d, repeat: 2, every: 1d, set: {" + call + ", sourceIPAddress: \"192.0.2.{n}\"}}", []string{
			"03-01 12:00:00 5d1f0a2b-0000-4000-9000-000000000003 198.51.100.7 null",
			"03-08 12:00:00 5d1f0a2b-0001-4000-9000-000000000003 192.0.2.1 null",
			"03-09 12:00:00 5d1f0a2b-0002-4000-9000-000000000003 192.0.2.2 null",
		}, ""},
		{"at the same time", "event: {base: user-call, repeat: 2, set: {" + call + "}}", []string{
			"01-05 09:15:00 5d1f0a2b-0000-4000-9000-000000000003 198.51.100.7 null",
			"01-05 09:15:00 5d1f0a2b-0001-4000-9000-000000000003 198.51.100.7 null",
		}, ""},
		{"not repeated, {n} is text", "event: {base: user-call, set: {" + call + ", sourceIPAddress: \"{n}\"}}", []string{"01-05 09:15:00 5d1f0a2b-0000-4000-9000-000000000003 {n} null"}, ""},
		{"the place of an error is that in the case", "events:\n- {base: user-call, repeat: 9, set: {" + call + "}}\n- {base: usr-call, set: {" + call + "}}", nil, `events[1]: there is no base "usr-call"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			events, err := ruletest.Events(nil, caseOf(t, c.text))
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
				got = append(got, fmt.Sprint(ev.EventTime.Format("01-02 15:04:05"), " ", ev.EventID, " ", ev.SourceIPAddress, " ", string(ev.RequestParameters.JSON())))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Shuffle gives every event, some twice, and none comes too late.
func TestShuffle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	disordered, twice, of := 0, 0, 0
	for range 300 {
		var events []*event.Event
		for i := range r.IntN(40) {
			at := time.Date(2026, 1, 5, 9, 0, r.IntN(4000), 0, time.UTC)
			events = append(events, &event.Event{EventID: fmt.Sprint(i), EventTime: at})
		}
		before := slices.Clone(events)
		got := ruletest.Shuffle(r, events)
		if !slices.Equal(before, events) {
			t.Fatal("the events themselves were moved")
		}
		times := map[string]int{}
		latest := time.Time{}
		for _, ev := range got {
			times[ev.EventID]++
			if latest.Sub(ev.EventTime) > ruleset.DefaultLateness {
				t.Fatalf("the event of %v comes after that of %v", ev.EventTime, latest)
			}
			if ev.EventTime.Before(latest) {
				disordered++
			}
			if ev.EventTime.After(latest) {
				latest = ev.EventTime
			}
		}
		for _, ev := range events {
			switch n := times[ev.EventID]; n {
			case 1:
			case 2:
				twice++
			default:
				t.Fatalf("event %s comes %d times", ev.EventID, n)
			}
			of++
		}
		if len(times) != len(events) {
			t.Fatalf("%d events of %d", len(times), len(events))
		}
	}
	if disordered < of/4 || twice < of/8 || twice > of/3 {
		t.Errorf("of %d events %d come after a later one, %d twice", of, disordered, twice)
	}
}

func survivorsOf(t *testing.T, text string) (out []string) {
	t.Helper()
	report, err := ruletest.Mutate(fstest.MapFS{"r.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range report.Rules[0].Survivors {
		if m.Line == 0 || m.Column == 0 {
			t.Errorf("no place: %+v", m)
		}
		out = append(out, m.Field+" "+m.What)
	}
	return out
}

func TestMutate_memory(t *testing.T) {
	const other = "{base: role-call, at: %s, set: {eventSource: secretsmanager.amazonaws.com, eventName: %s, requestParameters: {secretId: %s}%s}}"
	weak := manySecrets + "  - name: five secrets\n    events: [" + read(5, "30s", "at: 0s") + "]\n    match: true\n  - name: one\n    events: [" + read(1, "1m", "at: 0s") + "]\n    match: false\n"
	want := []string{
		"match.source dropped", "match.event dropped",
		"aggregate.having dropped secrets >= 3", "aggregate.having dropped calls >= 4", "aggregate.having && became ||",
		"aggregate.having >= became >", "aggregate.having 3 became 4", "aggregate.having >= became >", "aggregate.having 4 became 5",
		`aggregate.trigger dropped event.errorCode == ""`, "aggregate.trigger dropped actor.isRole", "aggregate.trigger && became ||",
		"aggregate.by[0] dropped", "aggregate.by[1] dropped",
	}
	if diff := cmp.Diff(want, survivorsOf(t, weak)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Cases at the bounds notice what is done to having.
	strong := weak + "  - name: three secrets in four calls\n    events: [" + read(3, "30s", "at: 0s") + ", " + fmt.Sprintf(other, "2m", "GetSecretValue", "db-1", "") + "]\n    match: true\n" +
		"  - name: three secrets in three calls\n    events: [" + read(3, "30s", "at: 0s") + "]\n    match: false\n" +
		"  - name: one secret in four calls\n    events: [" + strings.ReplaceAll(read(4, "30s", "at: 0s"), "{n}", "1") + "]\n    match: false\n"
	for _, s := range survivorsOf(t, strong) {
		if strings.HasPrefix(s, "aggregate.having") && s != "aggregate.having 3 became 4" {
			t.Error(s)
		}
	}
}

const keyUsed = `id: key-used
title: Key used
severity: medium
sequence:
  by: [actor.accountId]
  within: 1h
  steps:
    - name: created
      match: {source: iam.amazonaws.com, event: CreateAccessKey, outcome: success}
      when: actor.isUser || actor.isRole
    - name: used
      match: {source: "s3*"}
      when: event.eventName == "ListBuckets"
tests:
  - name: created and used
    events:
      - {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
      - {at: 5m, base: user-call, set: {eventSource: s3.amazonaws.com, eventName: ListBuckets}}
    match: true
`

func TestCoverage_memory(t *testing.T) {
	parts := func(text string) (out []string) {
		t.Helper()
		report, err := ruletest.Coverage(fstest.MapFS{"r.yaml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Rules[0].Parts {
			out = append(out, fmt.Sprintf("%s %d/%d %s", p.Field, p.True, p.False, p.Text))
			if p.Line == 0 || p.Column == 0 {
				t.Errorf("no place: %+v", p)
			}
		}
		return out
	}
	// A step's condition is asked of events that the step's match lets through, and of no others.
	want := []string{
		`sequence.steps[0].when 1/0 actor.isUser || actor.isRole`,
		`sequence.steps[0].when 1/0 actor.isUser`,
		`sequence.steps[0].when 0/0 actor.isRole`,
		`sequence.steps[1].when 1/0 event.eventName == "ListBuckets"`,
	}
	if diff := cmp.Diff(want, parts(keyUsed)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = []string{
		`sequence.steps[0].when 2/1 actor.isUser || actor.isRole`,
		`sequence.steps[0].when 1/2 actor.isUser`,
		`sequence.steps[0].when 1/1 actor.isRole`,
		`sequence.steps[1].when 1/1 event.eventName == "ListBuckets"`,
	}
	if diff := cmp.Diff(want, parts(keyUsed+`
  - name: neither
    events:
      - {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
      - {base: role-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
      - {base: role-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey, errorCode: AccessDenied, errorMessage: denied}}
      - {at: 5m, base: user-call, set: {eventSource: s3.amazonaws.com, eventName: GetBucketAcl}}
    match: false
`)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want = []string{
		`aggregate.trigger 4/0 event.errorCode == "" && actor.isRole`,
		`aggregate.trigger 4/0 event.errorCode == ""`,
		`aggregate.trigger 4/0 actor.isRole`,
	}
	if diff := cmp.Diff(want, parts(manySecrets+"  - name: four\n    events: ["+read(4, "1m", "at: 0s")+"]\n    match: true\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Over a corpus, a rule that learns has nothing to say, and a finding that is given out again is one.
func TestQuiet_memory(t *testing.T) {
	const learns = "id: new-secret\ntitle: New secret\nseverity: low\nmatch: {source: secretsmanager.amazonaws.com}\nnew_terms: {fields: [event.requestParameters.secretId], history: 7d}\n"
	var rules []*rule.Rule
	for _, text := range []string{strings.TrimSuffix(manySecrets, "tests:\n"), learns} {
		r, err := rule.Parse("r.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	events, err := ruletest.Events(nil, caseOf(t, "events: ["+read(40, "10s", "at: 0s")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	var records []string
	for _, ev := range events {
		records = append(records, string(ev.Raw()))
	}
	corpus := `{"Records":[` + strings.Join(records, ",") + `]}`
	for budget, want := range map[int][]string{1: nil, 0: {"many-secrets: 1 findings, its budget is 0\n  event "}} {
		rec := &recorder{TB: t}
		ruletest.Quiet(rec, set.WithStore(state.NewMemory(state.Limits{})), strings.NewReader(corpus), map[string]int{"many-secrets": budget})
		if len(rec.errs) != len(want) || len(want) > 0 && !strings.HasPrefix(rec.errs[0], want[0]) {
			t.Errorf("budget %d: %q, want %q", budget, rec.errs, want)
		}
	}
}
