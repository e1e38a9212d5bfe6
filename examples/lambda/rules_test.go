package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/ruleset"
)

func rulesOf(t *testing.T, c settings) (*ruleset.Set, string, error) {
	t.Helper()
	var log bytes.Buffer
	set, err := compile(c, slog.New(slog.NewJSONHandler(&log, nil)))
	return set, log.String(), err
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRulesWithMemory(t *testing.T) {
	without, log, err := rulesOf(t, settings{})
	if err != nil {
		t.Fatal(err)
	}
	with, _, err := rulesOf(t, settings{withMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range without.Rules() {
		if r.HasMemory() && r.Dedup == "" {
			t.Errorf("%s is on", r.ID)
		}
	}
	left := len(with.Rules()) - len(without.Rules())
	if left < 1 || !strings.Contains(log, "RULES_WITH_MEMORY=on") || !strings.Contains(log, `"rules":`) {
		t.Errorf("%d rules are left out, the log says: %s", left, log)
	}
	ids := func(set *ruleset.Set) string {
		s := newStage(t, nil)
		s.set = set
		if _, err := s.invoke(t.Context(), subscribed); err != nil {
			t.Fatal(err)
		}
		sum := s.last(t)
		if sum.Shadow > 0 {
			return "shadow"
		}
		return strings.Join(s.sent.eventIDs(), " ")
	}
	if got := ids(with); got != "shadow" { // nobody is paged for what a new container has not seen
		t.Errorf("with memory: %q", got)
	}
	if got := ids(without); got != "" {
		t.Errorf("without: %q", got)
	}
}

const subscribed = `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321","userName":"mira"},"eventTime":"2026-01-05T09:15:00Z","eventSource":"sns.amazonaws.com","eventName":"Subscribe","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"cli","requestParameters":{"topicArn":"arn:aws:sns:us-east-1:210987654321:alerts","protocol":"email","endpoint":"ops@example.org"},"eventID":"e-1","eventType":"AwsApiCall","recipientAccountId":"210987654321"}`

// A team's own rules and tunings come from files.
func TestOwnRules(t *testing.T) {
	rules := filepath.Dir(write(t, "own.yaml", strings.Replace(ruleCreated, "CreateUser", "TagUser", 1)))
	tunings := write(t, "tunings.yaml", "tunings:\n  - target: {id: user-created}\n    reason: It is that bad.\n    severity: critical\n")
	set, _, err := rulesOf(t, settings{rules: rules, tunings: tunings})
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, nil)
	s.set = set
	if _, err := s.invoke(t.Context(), iam("TagUser", "e-1")); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(s.sent.findings, ""); !strings.Contains(all, `"rule":"user-created"`) || !strings.Contains(all, `"severity":"critical"`) {
		t.Errorf("findings: %s", all)
	}
}

func TestWrongRules(t *testing.T) {
	tests := []struct {
		name string
		c    settings
		want string
	}{
		{"no rules", settings{rules: t.TempDir()}, "no rules"},
		{"no directory", settings{rules: "testdata/none"}, "RULES=testdata/none"},
		{"bad rule", settings{rules: filepath.Dir(write(t, "bad.yaml", "id: x"))}, "bad.yaml"},
		{"no tunings", settings{tunings: "testdata/none"}, "TUNINGS=testdata/none"},
		{"bad tuning", settings{tunings: write(t, "t.yaml", "tunings:\n  - target: {id: no-such-rule}\n    reason: None.\n    enabled: false\n")}, "no-such-rule"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, _, err := rulesOf(t, test.c); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}
