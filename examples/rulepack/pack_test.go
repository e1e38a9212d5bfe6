package rulepack_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trailsift/trailsift/examples/rulepack"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

var _ = flag.Bool("update", false, "write the want: of cases anew")

// TestRules runs the cases of the rules. They take every branch of the conditions, and notice
// nearly every change of a rule: GetCallerIdentity is a name that STS alone has, so that no case
// misses the source beside it.
func TestRules(t *testing.T) {
	ruletest.Run(t, os.DirFS("rules"), append(lists(), ruletest.MinCoverage(100), ruletest.MinKilled(95))...)
}

// TestLint: nothing in the rules is valid and misleading.
func TestLint(t *testing.T) { ruletest.Lint(t, os.DirFS("rules"), lists()...) }

// TestQuiet: an ordinary week wakes nobody up. The budget is for what a deployment does.
func TestQuiet(t *testing.T) {
	corpus, err := os.Open("testdata/ordinary-week.json")
	if err != nil {
		t.Fatal(err)
	}
	defer corpus.Close()
	ruletest.Quiet(t, set(t), corpus, map[string]int{"lambda-code-updated": 2, "console-login-assumed-role": 1})
}

// TestTunings: the tunings do to the catalogue what the team wants of them.
func TestTunings(t *testing.T) {
	set := set(t)
	iam := func(name string) map[string]any {
		return map[string]any{"eventSource": "iam.amazonaws.com", "eventName": name}
	}
	by := func(role string, record map[string]any) map[string]any {
		record["userIdentity"] = map[string]any{
			"arn": "arn:aws:sts::210987654321:assumed-role/" + role + "/lee",
			"sessionContext": map[string]any{"sessionIssuer": map[string]any{
				"arn": "arn:aws:iam::210987654321:role/" + role, "userName": role}},
		}
		return record
	}
	at := func(when string, record map[string]any) map[string]any {
		record["eventTime"] = when
		return record
	}
	for _, c := range []struct {
		name             string
		event            rule.Record
		findings, shadow []string
	}{{
		name:  "Terraform changes a policy",
		event: rule.Record{Base: "admin-role-call", Set: by("terraform-apply", iam("CreatePolicy"))},
	}, {
		name:     "somebody else does",
		event:    rule.Record{Base: "admin-role-call", Set: iam("CreatePolicy")},
		findings: []string{"medium iam-policy-changed"},
	}, {
		name:     "a user is created",
		event:    rule.Record{Base: "admin-role-call", Set: iam("CreateUser")},
		findings: []string{"high iam-user-created"},
	}, {
		name:  "a user for a mail relay",
		event: rule.Record{Base: "admin-role-call", Set: by("mail-provisioner", iam("CreateUser"))},
	}, {
		name:     "one in autumn",
		event:    rule.Record{Base: "admin-role-call", Set: at("2026-10-01T00:00:00Z", by("mail-provisioner", iam("CreateUser")))},
		findings: []string{"high iam-user-created"},
	}, {
		name:   "a sign-in at night",
		event:  rule.Record{Base: "console-login", Set: at("2026-01-05T02:00:00Z", map[string]any{})},
		shadow: []string{"medium console-login-outside-hours"},
	}, {
		name:     "a sign-in through Identity Center",
		event:    rule.Record{Base: "console-login-role"},
		findings: []string{"informational console-login-assumed-role"},
	}, {
		name:  "a harmless bucket policy",
		event: rule.Record{Base: "user-call", Set: map[string]any{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy"}},
	}} {
		t.Run(c.name, func(t *testing.T) {
			ev, err := ruletest.Event(c.event)
			if err != nil {
				t.Fatal(err)
			}
			result, err := set.Eval(context.Background(), ev)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range result.Faults {
				t.Error(fault)
			}
			if got := brief(result.Findings); !slices.Equal(got, c.findings) {
				t.Errorf("got findings %q, want %q", got, c.findings)
			}
			if got := brief(result.Shadow); !slices.Equal(got, c.shadow) {
				t.Errorf("got findings %q in shadow mode, want %q", got, c.shadow)
			}
		})
	}
}

// TestNotices: on the day of the last review nothing has expired, and no tuning was written for
// an older version of its rule. The date is fixed, so that no test fails by itself one day: the
// program that imports the pack logs what is due with time.Now.
func TestNotices(t *testing.T) {
	set := set(t)
	for _, notice := range set.Notices(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)) {
		t.Error(notice)
	}
	var due []string
	for _, notice := range set.Notices(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) {
		due = append(due, notice.Error())
	}
	for _, owner := range []string{"mail team", "platform team"} {
		if !strings.Contains(strings.Join(due, "\n"), owner) {
			t.Errorf("in autumn the %s hears of nothing: %q", owner, due)
		}
	}
}

// lists are what Set gives.
func lists() []ruletest.Option {
	return []ruletest.Option{
		ruletest.WithList("office-networks", rulepack.OfficeNetworks()...),
		ruletest.WithList("pipelines", rulepack.Pipelines()...),
	}
}

func set(t *testing.T) *ruleset.Set {
	t.Helper()
	set, err := rulepack.Set()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func brief(findings []ruleset.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Severity.String()+" "+f.Rule)
	}
	return out
}
