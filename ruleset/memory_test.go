package ruleset_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// parsed reads a rule from YAML.
func parsed(t testing.TB, text string) *rule.Rule {
	t.Helper()
	r, err := rule.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// remembering compiles rules that have learnt already.
func remembering(t testing.TB, rules []*rule.Rule, opts ...ruleset.Option) *ruleset.Set {
	t.Helper()
	set, err := ruleset.Compile(rules, append([]ruleset.Option{ruleset.ObservedSince(time.Unix(1, 0))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// start is when the events of these tests begin.
var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// call is an event of user mira.
func call(t testing.TB, id int, at time.Duration, source, name string, more ...string) *event.Event {
	t.Helper()
	record := fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY0000001","userName":"mira"},`+
		`"eventTime":%q,"eventSource":%q,"eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","eventType":"AwsApiCall","eventID":"00000000-0000-4000-8000-%012d"%s}`,
		start.Add(at).Format(time.RFC3339), source, name, id, strings.Join(append([]string{""}, more...), ","))
	ev, err := event.Parse([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

// findingsOf evaluates events in turn.
func findingsOf(t testing.TB, set *ruleset.Set, events ...*event.Event) []ruleset.Finding {
	t.Helper()
	var out []ruleset.Finding
	for _, ev := range events {
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range result.Faults {
			t.Fatal(f)
		}
		out = append(append(out, result.Findings...), result.Shadow...)
	}
	return out
}

const secretsRule = `
id: many-secrets
title: Many secrets read
severity: medium
match: {source: secretsmanager.amazonaws.com, event: GetSecretValue, outcome: success}
aggregate:
  window: 5m
  let:
    secrets: distinct(event.requestParameters.secretId)
    calls: count()
  having: secrets >= 3
message: "{actor.name} read {secrets} secrets in {calls} calls"
`

func TestAggregate(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, secretsRule)})
	read := func(id int, at time.Duration, secret string) *event.Event {
		return call(t, id, at, "secretsmanager.amazonaws.com", "GetSecretValue", fmt.Sprintf(`"requestParameters":{"secretId":%q}`, secret))
	}
	got := findingsOf(t, set, read(1, 0, "a"), read(2, time.Minute, "a"), read(3, 2*time.Minute, "b"))
	if len(got) != 0 {
		t.Fatalf("two secrets: %v", got)
	}
	got = findingsOf(t, set, read(4, 3*time.Minute, "c"))
	if len(got) != 1 || got[0].Message != "mira read 3 secrets in 4 calls" {
		t.Fatalf("three secrets: %+v", got)
	}
	first := got[0].ID
	if e := got[0].Episode; e.Count != 4 || !e.First.Equal(start) || !e.Last.Equal(start.Add(3*time.Minute)) || e.Update || e.Late {
		t.Errorf("episode: %+v", e)
	}
	if got = findingsOf(t, set, read(4, 3*time.Minute, "c")); len(got) != 1 || got[0].ID != first || !got[0].Episode.Update {
		t.Errorf("redelivered: %+v", got)
	}
	if got = findingsOf(t, set, read(5, 4*time.Minute, "d")); len(got) != 0 {
		t.Errorf("one more: %+v", got)
	}
	got = findingsOf(t, set, read(6, 4*time.Minute, "e"), read(7, 4*time.Minute, "f"), read(8, 4*time.Minute, "g"))
	if len(got) != 1 || got[0].ID != first || !got[0].Episode.Update {
		t.Errorf("twice as many: %+v", got)
	}
}

func TestSequence(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: key-used
title: Key used
severity: medium
sequence:
  within: 1h
  by: [event.userIdentity.accessKeyId]
  steps:
    - name: created
      match: {source: iam.amazonaws.com, event: CreateAccessKey, outcome: success}
      by: [event.responseElements.accessKey.accessKeyId]
    - name: used
      when: event.userIdentity.accessKeyId.startsWith("AKIA") && event.eventName != "CreateAccessKey"
message: "Key {event.userIdentity.accessKeyId} used"
`)})
	create := call(t, 1, 0, "iam.amazonaws.com", "CreateAccessKey", `"responseElements":{"accessKey":{"accessKeyId":"AKIA5SYNTHKEY0000001"}}`)
	used := call(t, 2, time.Minute, "s3.amazonaws.com", "ListBuckets")
	if got := findingsOf(t, set, used); len(got) != 0 {
		t.Fatal(got)
	}
	if got := findingsOf(t, set, create); len(got) != 1 || strings.Join(got[0].EventIDs, " ") != create.EventID+" "+used.EventID {
		t.Fatalf("%+v", got)
	}
}

func TestNewTerms(t *testing.T) {
	r := parsed(t, `
id: new-topic
title: New topic
severity: low
match: {source: sns.amazonaws.com, event: CreateTopic, outcome: success}
new_terms:
  fields: [actor.id, event.awsRegion]
  history: 7d
`)
	set := remembering(t, []*rule.Rule{r})
	at := func(id int, d time.Duration) *event.Event { return call(t, id, d, "sns.amazonaws.com", "CreateTopic") }
	got := findingsOf(t, set, at(1, 0), at(2, time.Minute), at(3, 20*time.Minute), at(4, 24*time.Hour))
	if len(got) != 1 || got[0].EventIDs[0] != at(1, 0).EventID {
		t.Fatalf("%+v", got)
	}
	if got = findingsOf(t, set, at(5, 20*24*time.Hour)); len(got) != 1 {
		t.Fatalf("after the history: %+v", got)
	}
	learning, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	result, _ := learning.Eval(context.Background(), at(1, 0))
	if len(result.Findings) != 0 || len(result.Shadow) != 1 || !result.Shadow[0].Episode.Learning {
		t.Errorf("learning: %+v", result)
	}
}

func TestRare(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: rare-call
title: Rare call
severity: low
match: {source: s3.amazonaws.com}
anomaly: {function: rare, of: event.eventName, bucket: 1h, history: 7d, min_buckets: 5}
`)})
	var events []*event.Event
	for i := range 30 {
		events = append(events, call(t, i, time.Duration(i)*time.Hour, "s3.amazonaws.com", "ListBuckets"))
	}
	if got := findingsOf(t, set, events...); len(got) != 0 {
		t.Fatalf("usual: %+v", got)
	}
	if got := findingsOf(t, set, call(t, 99, 30*time.Hour, "s3.amazonaws.com", "DeleteBucket")); len(got) != 1 {
		t.Fatalf("rare: %+v", got)
	}
}

func TestHighDistinct(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: many-errors
title: Many errors
severity: low
match: {source: s3.amazonaws.com}
when: event.errorMessage != ""
anomaly: {function: high_distinct, of: event.errorMessage, by: [event.recipientAccountId], bucket: 15m, history: 7d, min_buckets: 5, at_least: 5}
`)})
	failed := func(id int, at time.Duration, message string) *event.Event {
		return call(t, id, at, "s3.amazonaws.com", "ListBuckets", fmt.Sprintf(`"recipientAccountId":"210987654321","errorCode":"AccessDenied","errorMessage":%q`, message))
	}
	var events []*event.Event
	for i := range 30 {
		events = append(events, failed(i, time.Duration(i)*15*time.Minute, fmt.Sprint(i%2)))
	}
	if got := findingsOf(t, set, events...); len(got) != 0 {
		t.Fatalf("usual: %+v", got)
	}
	events = nil
	for i := range 8 {
		events = append(events, failed(100+i, 30*15*time.Minute+time.Duration(i)*time.Second, fmt.Sprint("new", i)))
	}
	if got := findingsOf(t, set, events...); len(got) != 1 || got[0].Episode.Count != 5 {
		t.Fatalf("spike: %+v", got)
	}
}

func TestDedup(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: buckets-listed
title: Buckets listed
severity: low
match: {source: s3.amazonaws.com, event: ListBuckets}
dedup: 1h
message: "{count} times by {actor.name}"
`)})
	var events []*event.Event
	for i := range 9 {
		events = append(events, call(t, i, time.Duration(i)*time.Minute, "s3.amazonaws.com", "ListBuckets"))
	}
	got := findingsOf(t, set, events...)
	var messages []string
	for _, f := range got {
		messages = append(messages, f.Message)
		if f.ID != got[0].ID {
			t.Error("another id")
		}
	}
	if strings.Join(messages, ", ") != "1 times by mira, 2 times by mira, 4 times by mira, 8 times by mira" {
		t.Errorf("%v", messages)
	}
}

// A match that has no value to be grouped by is a finding all the same.
func TestDedup_absentGroup(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: listed
title: Listed
severity: low
match: {source: s3.amazonaws.com, event: ListBuckets}
group_by: [event.requestParameters.bucketName]
dedup: 1h
`)})
	if got := findingsOf(t, set, call(t, 1, 0, "s3.amazonaws.com", "ListBuckets")); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// What could turn false again when one more event comes is refused also in a rule that is built in Go.
func TestCompile_falling(t *testing.T) {
	r := parsed(t, secretsRule)
	r.Aggregate.Having = "secrets >= 3 && calls < 10"
	if _, err := ruleset.Compile([]*rule.Rule{r}); err == nil || !strings.Contains(err.Error(), "calls") {
		t.Errorf("got %v", err)
	}
}

// A rule that needs a lookup is inactive without it, and said to be.
func TestInactive(t *testing.T) {
	r := parsed(t, `
id: foreign
title: Foreign
severity: low
match: {source: s3.amazonaws.com}
needs: [geo]
when: lookup("geo", event.sourceIPAddress).country != "IE"
`)
	ev := call(t, 1, 0, "s3.amazonaws.com", "ListBuckets")
	without := remembering(t, []*rule.Rule{r})
	if got := findingsOf(t, without, ev); len(got) != 0 {
		t.Errorf("without the lookup: %v", got)
	}
	if got := without.Inactive(); len(got) != 1 || got[0].Rule != "foreign" || got[0].Needs[0] != "geo" || len(without.Rules()) != 0 {
		t.Errorf("inactive: %v", got)
	}
	if x, err := without.Explain(context.Background(), "foreign", ev); err != nil || !strings.Contains(x.Reason, "geo") {
		t.Errorf("explained: %v, %v", x, err)
	}
	asked := 0
	with := remembering(t, []*rule.Rule{r}, ruleset.WithLookup("geo", func(key string) (map[string]any, bool) {
		asked++
		return map[string]any{"country": "FR"}, key == "198.51.100.7"
	}))
	if got := findingsOf(t, with, ev); len(got) != 1 || asked != 1 || len(with.Inactive()) != 0 {
		t.Errorf("with the lookup, asked %d times: %v", asked, got)
	}
}

// An event that comes later than the allowed lateness is judged by what is left, and says so.
func TestLate(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, `
id: listed
title: Listed
severity: low
match: {source: s3.amazonaws.com, event: ListBuckets}
dedup: 10m
`)})
	got := findingsOf(t, set, call(t, 1, 5*time.Hour, "s3.amazonaws.com", "ListBuckets"), call(t, 2, 0, "s3.amazonaws.com", "ListBuckets"))
	if len(got) != 2 || got[0].Episode.Late || !got[1].Episode.Late {
		t.Errorf("got %+v", got)
	}
	if stats := set.Stats(); stats[0].Late != 1 {
		t.Errorf("stats: %+v", stats)
	}
}

// An event without a time is a fault of a rule with memory, not silence.
func TestMemory_noTime(t *testing.T) {
	set := remembering(t, []*rule.Rule{parsed(t, secretsRule)})
	ev, err := event.Parse([]byte(`{"eventVersion":"1.08","eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001"}}`))
	if err != nil {
		t.Fatal(err)
	}
	result, err := set.Eval(context.Background(), ev)
	if err != nil || len(result.Faults) != 1 {
		t.Errorf("got %+v, %v", result, err)
	}
}

// A history that is too short for the allowed lateness could not give the same findings in every order.
func TestCompile_history(t *testing.T) {
	r := parsed(t, `
id: first
title: First
severity: low
match: {source: s3.amazonaws.com}
new_terms: {fields: [actor.id], history: 2h}
`)
	for lateness, fits := range map[time.Duration]bool{15 * time.Minute: true, 30 * time.Minute: true, 31 * time.Minute: false} {
		_, err := ruleset.Compile([]*rule.Rule{r}, ruleset.WithLateness(lateness))
		if fits != (err == nil) || err != nil && !strings.Contains(err.Error(), "history") {
			t.Errorf("%v: got %v", lateness, err)
		}
	}
}
