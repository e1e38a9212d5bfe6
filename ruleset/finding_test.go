package ruleset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

var update = flag.Bool("update", false, "write the golden files anew")

// keyForOther has every field that a finding shows.
var keyForOther = &rule.Rule{
	ID:       "key-for-other",
	Title:    "Access key created for somebody else",
	Severity: rule.High,
	Risk:     80,
	Version:  3,
	Tags:     []string{"iam", "keys"},
	Attack:   []rule.Attack{{Tactic: "TA0003", Technique: "T1098.001"}},
	Sources:  []string{"trailsift:key-for-other"},
	Match:    rule.Match{Source: []string{"iam.amazonaws.com"}, Event: []string{"CreateAccessKey"}, Outcome: rule.Success},
	When:     "has(event.requestParameters.userName)",
	Message:  "{actor.name} made key {event.responseElements.accessKey.accessKeyId} for {event.requestParameters.userName} {{{event.errorCode}{event.requestParameters.none}}} of {event.requestParameters.tags}",
	GroupBy:  []string{"actor.id", "event.requestParameters.userName", "event.vpcEndpointId"},
}

const keyRecord = `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROA5SYNTHADMIN00001:lee","arn":"arn:aws:sts::210987654321:assumed-role/ops-admin/lee","accountId":"210987654321","accessKeyId":"ASIA5SYNTHADMIN00001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHADMIN00001","arn":"arn:aws:iam::210987654321:role/eng/ops-admin","accountId":"210987654321","userName":"ops-admin"},"attributes":{"creationDate":"2026-01-05T07:30:00Z","mfaAuthenticated":"true"}}},` +
	`"eventTime":"2026-01-05T09:15:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.30.0","requestParameters":{"userName":"mira","tags":["a",1]},"responseElements":{"accessKey":{"accessKeyId":"AKIA5SYNTHKEY0000001","userName":"mira"}},` +
	`"eventID":"5d1f0a2b-0000-4000-9000-00000000000a","resources":[{"ARN":"arn:aws:iam::210987654321:user/mira","type":"AWS::IAM::User"},{"ARNPrefix":"arn:aws:iam::210987654321:user/"},{"type":"AWS::IAM::User"}],"eventType":"AwsApiCall","recipientAccountId":"210987654321"}`

// TestFinding_everyField scans a log file whose second record is found.
func TestFinding_everyField(t *testing.T) {
	log := `{"Records":[{"eventSource":"iam.amazonaws.com","eventName":"GetUser"},` + keyRecord + `]}`
	want := ruleset.Finding{
		ID:       "75ae1eb8d5e438ee660af97a0cff408c", // must never change: programs know findings by it
		Rule:     "key-for-other",
		Version:  3,
		Title:    "Access key created for somebody else",
		Severity: rule.High,
		Risk:     80,
		Sources:  []string{"trailsift:key-for-other"},
		Attack:   []rule.Attack{{Tactic: "TA0003", Technique: "T1098.001"}},
		Tags:     []string{"iam", "keys"},
		Message:  `ops-admin made key AKIA5SYNTHKEY0000001 for mira {--} of ["a",1]`,
		Time:     time.Date(2026, 1, 5, 9, 15, 0, 0, time.UTC),
		EventIDs: []string{"5d1f0a2b-0000-4000-9000-00000000000a"},
		Actor: identity.Actor{
			Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/eng/ops-admin", ARN: "arn:aws:iam::210987654321:role/eng/ops-admin",
			PrincipalID: "AROA5SYNTHADMIN00001", Name: "ops-admin", SessionName: "lee",
			AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHADMIN00001", MFA: identity.Yes,
		},
		Account:         "210987654321",
		Region:          "us-east-1",
		EventSource:     "iam.amazonaws.com",
		EventName:       "CreateAccessKey",
		SourceIPAddress: "198.51.100.7",
		Resources:       []string{"arn:aws:iam::210987654321:user/mira", "arn:aws:iam::210987654321:user/"},
		Group: []ruleset.GroupField{
			{Field: "actor.id", Value: "arn:aws:iam::210987654321:role/eng/ops-admin"},
			{Field: "event.requestParameters.userName", Value: "mira"},
			{Field: "event.vpcEndpointId"},
		},
		Location: event.Location{File: "trail.json", Record: 1, Offset: int64(strings.Index(log, keyRecord)), Envelope: "Records"},
	}
	set := compile(t, []*rule.Rule{keyForOther})
	var got []ruleset.Finding
	for result, err := range set.Scan(context.Background(), strings.NewReader(log), event.File("trail.json")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, result.Findings...)
	}
	if diff := cmp.Diff([]ruleset.Finding{want}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	golden(t, "finding.json", got)
}

// TestFinding_fewFields: a rule and an event with the least they can have.
func TestFinding_fewFields(t *testing.T) {
	set := compile(t, []*rule.Rule{newRule("least", "true")})
	got := eval(t, set, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`).Findings
	want := []ruleset.Finding{{
		ID: "34854611298a8819a6b5c4ec803a4b29", Rule: "least", Version: 1, Title: "Title of least", Severity: rule.Low, Risk: 30, Message: "Title of least",
		Actor: identity.Actor{Kind: identity.KindUnknown}, EventSource: "s3.amazonaws.com", EventName: "ListBuckets",
		Group: []ruleset.GroupField{{Field: "actor.id"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	golden(t, "finding-least.json", got)
}

// golden compares findings as JSON with a file, and reads them back.
func golden(t *testing.T, file string, findings []ruleset.Finding) {
	t.Helper()
	got, err := json.MarshalIndent(findings, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := "testdata/" + file
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("(-want +got, write anew with -update):\n%s", cmp.Diff(string(want), string(got)))
	}
	var back []ruleset.Finding
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(findings, back); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestFinding_ID: the id depends on the rule's id and on the event, and on nothing else.
func TestFinding_ID(t *testing.T) {
	id := func(r *rule.Rule, in string, opts ...event.ReadOption) string {
		t.Helper()
		set := compile(t, []*rule.Rule{r})
		for result, err := range set.Scan(context.Background(), strings.NewReader(in), opts...) {
			if err != nil {
				t.Fatal(err)
			}
			return result.Findings[0].ID
		}
		t.Fatal("nothing was found")
		return ""
	}
	base := id(keyForOther, keyRecord)
	changed := *keyForOther
	changed.Version, changed.Title, changed.Message, changed.GroupBy, changed.Severity = 4, "Other", "other", nil, rule.Low
	other := *keyForOther
	other.ID = "key-for-others"
	anonymous := strings.Replace(keyRecord, `"eventID":"5d1f0a2b-0000-4000-9000-00000000000a",`, ``, 1)
	for _, c := range []struct {
		name string
		got  string
		same bool
	}{
		{"again", id(keyForOther, keyRecord), true},
		{"from another file, after another record", id(keyForOther, `{"Records":[{"eventSource":"iam.amazonaws.com","eventName":"GetUser"},`+keyRecord+`]}`, event.File("copy.json")), true},
		{"from EventBridge", id(keyForOther, `{"detail-type":"AWS API Call via CloudTrail","source":"aws.iam","detail":`+keyRecord+`}`), true},
		{"by a later version of the rule", id(&changed, keyRecord), true},
		{"by another rule", id(&other, keyRecord), false},
		{"of another event", id(keyForOther, strings.Replace(keyRecord, "00000000000a", "00000000000b", 1)), false},
		{"of an event without an id", id(keyForOther, anonymous), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if (c.got == base) != c.same {
				t.Errorf("got %s, first %s", c.got, base)
			}
		})
	}
	if a, b := id(keyForOther, anonymous), id(keyForOther, "["+anonymous+"]"); a != b {
		t.Errorf("an event without an id is known by its bytes: got %s and %s", a, b)
	}
	if a, b := id(keyForOther, anonymous), id(keyForOther, strings.Replace(anonymous, "mira", "lena", 1)); a == b {
		t.Error("two events without ids have one finding id")
	}
}
