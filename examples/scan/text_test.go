package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

func TestTextIsInTheOrderOfTime(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var b bytes.Buffer
	p := newTextPrinter(&b, false)
	for _, f := range []ruleset.Finding{
		{ID: "3", Title: "late", Rule: "r", Severity: rule.Critical, Time: at("2026-01-05T10:00:00Z")},
		{ID: "1", Title: "early", Rule: "r", Severity: rule.Low, Time: at("2026-01-05T08:00:00Z")},
		{ID: "2", Title: "middle", Rule: "q", Severity: rule.High, Time: at("2026-01-05T09:00:00Z")},
		{ID: "1", Title: "again", Rule: "r", Severity: rule.Low, Time: at("2026-01-05T08:00:00Z")},
		{ID: "0", Title: "timeless", Rule: "q", Severity: rule.High},
	} {
		if err := p.finding(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.end(&tally{}); err != nil {
		t.Fatal(err)
	}
	got, last := b.String(), -1
	for _, title := range []string{"timeless", "early", "middle", "late"} {
		i := strings.Index(got, title)
		if i < last {
			t.Errorf("%s comes too early in:\n%s", title, got)
		}
		last = i
	}
	if strings.Contains(got, "again") || !strings.Contains(got, "1 finding of events delivered more than once") {
		t.Errorf("the event delivered twice is not left out:\n%s", got)
	}
	if strings.Contains(got, "\x1b") {
		t.Errorf("colour that was not wanted: %q", got)
	}
}

func TestColor(t *testing.T) {
	var b bytes.Buffer
	p := newTextPrinter(&b, true)
	p.finding(ruleset.Finding{ID: "1", Title: "title\x1b[0m", Severity: rule.High})
	if err := p.end(&tally{}); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); !strings.Contains(got, "\x1b[1;31mHIGH") || !strings.Contains(got, `title\x1b[0m`) {
		t.Errorf("got %q", got)
	}
}

func TestWho(t *testing.T) {
	tests := []struct {
		identity                  string
		who, session, credentials string
	}{
		{`{"type":"Root","principalId":"210987654321","arn":"arn:aws:iam::210987654321:root","accountId":"210987654321","accessKeyId":"ASIA5SYNTHROOT000001"}`,
			"root of 210987654321", "", "access key ASIA5SYNTHROOT000001"},
		{`{"type":"AssumedRole","principalId":"AROA5SYNTHROLE000001:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::210987654321:assumed-role/web-node/i-0a1b2c3d4e5f60718","accountId":"210987654321","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHROLE000001","arn":"arn:aws:iam::210987654321:role/app/web/web-node","accountId":"210987654321","userName":"web-node"},"sourceIdentity":"kim"},"invokedBy":"secretsmanager.amazonaws.com"}`,
			"role arn:aws:iam::210987654321:role/app/web/web-node", `"i-0a1b2c3d4e5f60718", a name chosen by whoever asked for it`, "source identity kim, by way of secretsmanager.amazonaws.com"},
		{`{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","accountId":"210987654321","accessKeyId":"","userName":"mira"}`,
			"user mira of 210987654321", "", ""},
		{`{"type":"IAMUser","accountId":"210987654321","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`,
			"unnamed user of 210987654321", "", ""},
		{`{"type":"AWSService","invokedBy":"ecs-tasks.amazonaws.com"}`,
			"service ecs-tasks.amazonaws.com", "", ""},
		{`{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}`, "anonymous", "", ""},
		{`{}`, "unknown", "", ""},
	}
	for _, test := range tests {
		t.Run(test.who, func(t *testing.T) {
			u, err := identity.Parse([]byte(test.identity))
			if err != nil {
				t.Fatal(err)
			}
			a := u.Actor()
			if who(a) != test.who || session(a) != test.session || with(a) != test.credentials {
				t.Errorf("who %q, session %q, with %q; want %q, %q, %q", who(a), session(a), with(a), test.who, test.session, test.credentials)
			}
		})
	}
}
