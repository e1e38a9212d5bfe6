package rule_test

import (
	"strings"
	"testing"

	"github.com/trailsift/trailsift/rule"
)

func targeted() *rule.Rule {
	return &rule.Rule{
		ID: "iam-user-created", Tags: []string{"iam", "change"}, Match: rule.Match{Source: []string{"iam.amazonaws.com", "sts.*"}},
		Attack:  []rule.Attack{{Tactic: "TA0003", Technique: "T1136.003"}, {Tactic: "TA0004", Technique: "T1098"}},
		Sources: []string{"falco:Create User", "trailsift:iam-user-created"},
	}
}

func TestTarget_Matches(t *testing.T) {
	list := func(s ...string) []string { return s }
	for _, c := range []struct {
		name   string
		target rule.Target
		want   bool
	}{
		{"zero", rule.Target{}, true},
		{"id", rule.Target{IDs: list("iam-user-created")}, true},
		{"one of two ids", rule.Target{IDs: list("other", "iam-user-created")}, true},
		{"another id", rule.Target{IDs: list("iam-user")}, false},
		{"an id is no pattern", rule.Target{IDs: list("iam-*")}, false},
		{"tag", rule.Target{Tags: list("change")}, true},
		{"another tag", rule.Target{Tags: list("root")}, false},
		{"service", rule.Target{Services: list("iam")}, true},
		{"service in full", rule.Target{Services: list("iam.amazonaws.com")}, true},
		{"service of a pattern", rule.Target{Services: list("sts")}, true},
		{"another service", rule.Target{Services: list("s3")}, false},
		{"a part of a service's name", rule.Target{Services: list("amazonaws")}, false},
		{"tactic", rule.Target{Attack: list("TA0004")}, true},
		{"technique", rule.Target{Attack: list("T1136")}, true},
		{"sub-technique", rule.Target{Attack: list("T1136.003")}, true},
		{"another sub-technique", rule.Target{Attack: list("T1136.001")}, false},
		{"sub-technique of a technique", rule.Target{Attack: list("T1098.001")}, false},
		{"pair", rule.Target{Attack: list("TA0003/T1136.003")}, true},
		{"pair that is none of the rule's", rule.Target{Attack: list("TA0004/T1136.003")}, false},
		{"source", rule.Target{Sources: list("falco:Create User")}, true},
		{"publisher", rule.Target{Sources: list("falco")}, true},
		{"another publisher", rule.Target{Sources: list("elastic")}, false},
		{"all of it", rule.Target{IDs: list("iam-user-created"), Tags: list("iam"), Services: list("iam"), Attack: list("T1098"), Sources: list("falco")}, true},
		{"all but one", rule.Target{IDs: list("iam-user-created"), Tags: list("iam"), Services: list("s3"), Attack: list("T1098"), Sources: list("falco")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.target.Matches(targeted()); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if (rule.Target{Services: list("iam")}).Matches(&rule.Rule{ID: "any"}) {
		t.Error("a rule of every service is chosen by one")
	}
}

func TestTarget_Unknown(t *testing.T) {
	rules := []*rule.Rule{targeted(), {ID: "other", Tags: []string{"root"}}}
	for _, c := range []struct {
		name   string
		target rule.Target
		want   string
	}{
		{"zero", rule.Target{}, ""},
		{"known, if of different rules", rule.Target{IDs: []string{"other"}, Tags: []string{"iam"}}, ""},
		{"id", rule.Target{IDs: []string{"other", "iam-user-craeted"}}, `no rule has the id "iam-user-craeted" (did you mean "iam-user-created"?)`},
		{"tag", rule.Target{Tags: []string{"zzzzzz"}}, `no rule has the tag "zzzzzz"`},
		{"service", rule.Target{Services: []string{"iam.amazonaws.co"}}, `no rule has the service "iam.amazonaws.co" (did you mean "iam.amazonaws.com"?)`},
		{"attack", rule.Target{Attack: []string{"TA0003/T1098"}}, `no rule has the tactic or technique "TA0003/T1098"`},
		{"source", rule.Target{Sources: []string{"flaco"}}, `no rule has the source "flaco" (did you mean "falco"?)`},
		{"the first of two", rule.Target{IDs: []string{"x-x-x-x"}, Tags: []string{"y"}}, `no rule has the id "x-x-x-x"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := c.target.Unknown(rules); err != nil {
				got = err.Error()
			}
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
