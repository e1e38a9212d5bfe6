package rule_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

// What whoever runs the checks over a pack gets to read.
func TestLint_pack(t *testing.T) {
	rules, err := rule.ReadFS(os.DirFS("testdata/lint"), ".")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, w := range rule.Lint(rules...) {
		fmt.Fprintln(&b, w)
	}
	golden := filepath.Join("testdata", "lint.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, "lint.golden")), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Each case is a rule and the fields that are warned of, each with the hint.
func TestLint(t *testing.T) {
	const iam, s3, lambda = "iam.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com"
	list := func(s ...string) []string { return s }
	when := func(s string) rule.Rule { return rule.Rule{Match: rule.Match{Source: list(iam)}, When: s} }
	steps := func(m rule.Match, steps ...rule.Step) rule.Rule {
		return rule.Rule{Match: m, Sequence: &rule.Sequence{Steps: steps}}
	}
	match := func(source []string, events ...string) rule.Rule {
		return rule.Rule{Match: rule.Match{Source: source, Event: events}}
	}
	for _, c := range []struct {
		name string
		rule rule.Rule
		want []string
	}{
		// Grouping.
		{"group by actor.id", rule.Rule{GroupBy: list("actor.id", "event.awsRegion")}, nil},
		{"group by arn", rule.Rule{GroupBy: list("actor.id", "event.userIdentity.arn")}, list("group_by[1]: actor.id")},
		{"group by principalId", rule.Rule{GroupBy: list("event.userIdentity.principalId")}, list("group_by[0]: actor.id")},
		{"group by session name", rule.Rule{GroupBy: list("actor.accountId + actor.sessionName")}, list("group_by[0]: actor.id")},
		{"group by the name in an arn", rule.Rule{GroupBy: list("arn(event.userIdentity.arn).name")}, nil},
		{"group by a session name in an arn", rule.Rule{GroupBy: list("arn(event.userIdentity.arn).sessionName")}, list("group_by[0]: actor.id")},

		// Session names.
		{"session name", when(`actor.sessionName == "lee"`), list("when: actor.id")},
		{"session name is not", when(`actor.sessionName != "lee"`), list("when: actor.id")},
		{"session name as a parameter", when(`event.requestParameters.userName == actor.sessionName`), list("when: actor.id")},
		{"session name in a list", when(`actor.sessionName in list("people")`), list("when: actor.id")},
		{"there is a session name", when(`has(actor.sessionName) && actor.sessionName != ""`), nil},
		{"arn of a session", when(`event.userIdentity.arn == "arn:aws:sts::210987654321:assumed-role/ops/lee"`), list("when: actor.arn")},
		{"pattern of sessions", when(`event.userIdentity.arn.glob("*:assumed-role/ops/*")`), list("when: actor.arn")},
		{"type of an arn", when(`event.userIdentity.arn.contains(":assumed-role/")`), nil},
		{"end of an arn", when(`event.userIdentity.arn.endsWith("/lee")`), list("when: actor.arn")},
		{"arn of a user", when(`event.userIdentity.arn == "arn:aws:iam::210987654321:user/mira"`), nil},
		{"principal with session", when(`event.userIdentity.principalId == "AROA5SYNTHROLE000001:lee"`), list("when: actor.principalId")},
		{"principal of any session", when(`event.userIdentity.principalId.startsWith("AROA5SYNTHROLE000001:")`), nil},
		{"principal of an instance", when(`event.userIdentity.principalId == "210987654321:aws:ec2-instance"`), nil},
		{"in an exception", rule.Rule{Exceptions: []rule.Exception{{Name: "x", When: `actor.sessionName == "ci"`, Reason: "x"}}}, list("exceptions[0].when: actor.id")},

		// User names of roles.
		{"userName of a role", when(`actor.isRole && event.userIdentity.userName == "ops"`), list("when: actor.name")},
		{"userName of a role by type", when(`event.userIdentity.userName.startsWith("ops") && event.userIdentity.type == "AssumedRole"`), list("when: actor.name")},
		{"userName of a user", when(`actor.isUser && event.userIdentity.userName == "ops"`), nil},
		{"userName of no role", when(`!actor.isRole && event.userIdentity.userName == "ops"`), nil},
		{"userName or a role", when(`actor.isRole || event.userIdentity.userName == "ops"`), nil},

		// Names without a source.
		{"name without source", match(nil, "CreateUser"), list("match.event[0]: set match.source")},
		{"name with source", match(list(iam), "CreateUser"), nil},
		{"name with any source", match(list("*"), "CreateUser"), list("match.event[0]: set match.source")},
		{"pattern without source", match(nil, "Delete*"), nil},
		{"source in the condition", rule.Rule{Match: rule.Match{Event: list("CreateUser")}, When: `event.eventSource == "iam.amazonaws.com"`}, nil},
		{"name in the condition", rule.Rule{When: `event.eventName == "CreateUser"`}, list("when: set match.source")},
		{"name and source in the condition", rule.Rule{When: `event.eventSource.startsWith("iam.") && event.eventName == "CreateUser"`}, nil},
		{"not a name", rule.Rule{When: `actor.isRoot && event.eventName != "CreateUser"`}, nil},

		// Names that are not logged.
		{"S3 name", match(list(s3), "PutBucketLifecycleConfiguration", "PutBucketPolicy"), list("match.event[0]: PutBucketLifecycle")},
		{"S3 name of two", match(list("s3*"), "PutPublicAccessBlock"), list("match.event[0]: it logs PutBucketPublicAccessBlock or PutAccountPublicAccessBlock")},
		{"S3 name of another service", match(list("s3-outposts.amazonaws.com"), "ListObjectsV2"), nil},
		{"S3 name in the condition", rule.Rule{Match: rule.Match{Source: list(s3)}, When: `event.eventName in ["ListObjects", "ListObjectsV2"]`}, list("when: ListObjects")},
		{"S3 name, other source in the condition", rule.Rule{When: `event.eventSource == "x.amazonaws.com" && event.eventName == "ListObjectsV2"`}, nil},
		{"Lambda name in match", match(list(lambda), "CreateFunction", "UpdateFunctionCode"), nil},
		{"Lambda name beside a pattern", match(list(lambda), "CreateFunction", "Update*"), nil},
		{"Lambda name of two sources", match(list(lambda, iam), "CreateFunction"), nil},
		{"name that Lambda shares", match(list("cloudfront.amazonaws.com"), "CreateFunction"), nil},
		{"Lambda name in the condition", rule.Rule{Match: rule.Match{Source: list(lambda)}, When: `event.eventName == "CreateFunction"`}, list("when: undated(event.eventName)")},
		{"Lambda name, undated", rule.Rule{Match: rule.Match{Source: list(lambda)}, When: `undated(event.eventName) == "CreateFunction"`}, nil},
		{"Lambda name, dated", rule.Rule{Match: rule.Match{Source: list(lambda)}, When: `event.eventName == "CreateFunction20150331"`}, nil},
		{"Lambda name, source in the condition", rule.Rule{When: `event.eventSource == "lambda.amazonaws.com" && event.eventName == "GetFunction"`}, list("when: undated(event.eventName)")},
		{"Lambda call without a date", rule.Rule{Match: rule.Match{Source: list(lambda)}, When: `event.eventName == "CreateFunctionUrlConfig"`}, nil},

		// Sources that are not logged.
		{"prefix as source", match(list("iam"), "CreateUser"), list("match.source[0]: iam.amazonaws.com")},
		{"source of EventBridge", match(list("aws.iam"), "CreateUser"), list("match.source[0]: iam.amazonaws.com")},
		{"service by its name", match(list("cloudwatch.amazonaws.com", "opensearch"), "X"), list("match.source[0]: monitoring.amazonaws.com", "match.source[1]: es.amazonaws.com")},
		{"source in capitals", match(list("IAM.amazonaws.com"), "CreateUser"), list("match.source[0]: iam.amazonaws.com")},
		{"patterns of sources", match(list("sso*", "*.amazonaws.com", "iam.*"), "X"), nil},
		{"pattern of no source", match(list("*.amazon.com"), "X"), list("match.source[0]: *.amazonaws.com")},
		{"source in the condition that is none", rule.Rule{When: `event.eventSource in ["s3.amazonaws.com", "vpc"]`}, list("when: ec2.amazonaws.com")},
		{"start of a source", rule.Rule{When: `event.eventSource.startsWith("s3")`}, nil},

		// Absence.
		{"negated", when(`event.requestParameters.a != "x"`), list(`when: say has(event.requestParameters.a) && ... or !has(event.requestParameters.a) || ...`)},
		{"guarded", when(`has(event.requestParameters.a) && event.requestParameters.a != "x"`), nil},
		{"absence is meant", when(`!has(event.requestParameters.a) || event.requestParameters.a != "x"`), nil},
		{"flag that is off", when(`!event.requestParameters.a.bool()`), nil},
		{"typed", when(`event.errorCode != "x"`), nil},
		{"empty", when(`event.requestParameters.a == ""`), list("when: say !has(event.requestParameters.a)")},
		{"not empty", when(`event.requestParameters.a != ""`), list("when: say has(event.requestParameters.a)")},
		{"there and empty", when(`has(event.requestParameters.a) && event.requestParameters.a == ""`), nil},
		{"all", when(`event.requestParameters.a.all(x, x == 1)`), list(`when: say has(event.requestParameters.a) && ... or !has(event.requestParameters.a) || ...`)},

		// Rules with memory.
		{"distinct principals", rule.Rule{Aggregate: &rule.Aggregate{Let: map[string]string{"n": "distinct(actor.id)", "m": "max(event.eventTime)"}}}, nil},
		{"distinct sessions by their ARN", rule.Rule{Aggregate: &rule.Aggregate{Let: map[string]string{"n": "settled(distinct(event.userIdentity.arn))"}}}, list("aggregate.let.n: actor.id")},
		{"distinct sessions by their name", rule.Rule{Aggregate: &rule.Aggregate{Let: map[string]string{"n": "distinct(actor.sessionName)"}}}, nil},
		{"a measure that does not compile", rule.Rule{Aggregate: &rule.Aggregate{Let: map[string]string{"n": "distinct(", "m": "count_if(event.none)"}, Trigger: "("}}, nil},
		{"a name in a trigger", rule.Rule{Aggregate: &rule.Aggregate{Trigger: `event.eventName == "CreateUser"`}}, list("aggregate.trigger: set match.source")},
		{"a name in a measure", rule.Rule{Aggregate: &rule.Aggregate{Let: map[string]string{"n": `ratio(event.eventName == "CreateUser")`}}}, list("aggregate.let.n: set match.source")},
		{"a name in a trigger, with a source", rule.Rule{Match: rule.Match{Source: list(iam)}, Anomaly: &rule.Anomaly{Trigger: `event.eventName == "CreateUser"`}}, nil},
		{"steps with sources", steps(rule.Match{Event: list("CreateUser")}, rule.Step{Match: rule.Match{Source: list(iam)}}, rule.Step{When: `event.eventSource == "iam.amazonaws.com"`}), nil},
		{"one step without a source", steps(rule.Match{Event: list("CreateUser")}, rule.Step{Match: rule.Match{Source: list(iam)}}, rule.Step{When: "actor.isRoot"}), list("match.event[0]: set match.source")},
		{"a name in a step", steps(rule.Match{}, rule.Step{Match: rule.Match{Source: list(iam)}}, rule.Step{Match: rule.Match{Event: list("Create*", "CreateUser")}}), list("sequence.steps[1].match.event[1]: set match.source")},
		{"a name in the condition of a step", steps(rule.Match{}, rule.Step{Match: rule.Match{Source: list(iam)}, When: `event.eventName == "CreateUser"`}, rule.Step{When: `event.eventName == "CreateUser"`}), list("sequence.steps[1].when: set match.source")},
		{"the source of the rule holds of steps", steps(rule.Match{Source: list(s3)}, rule.Step{Match: rule.Match{Event: list("ListObjectsV2")}}, rule.Step{When: `event.eventName == "ListObjectsV2"`}),
			list("sequence.steps[0].match.event[0]: ListObjects", "sequence.steps[1].when: ListObjects")},
		{"a step of another source", steps(rule.Match{Source: list("*")}, rule.Step{Match: rule.Match{Source: list(iam), Event: list("ListObjectsV2")}}, rule.Step{Match: rule.Match{Source: list(lambda)}, When: `event.eventName == "GetFunction"`}),
			list("sequence.steps[1].when: undated(event.eventName)")},
		{"Lambda's step in a rule of Lambda", steps(rule.Match{Source: list(lambda)}, rule.Step{Match: rule.Match{Event: list("UpdateFunctionCode")}}, rule.Step{Match: rule.Match{Source: list(lambda), Event: list("UpdateFunctionCode")}}),
			list("sequence.steps[0].match.event[0]: name lambda.amazonaws.com in match.source, or write UpdateFunctionCode20*")},
		{"steps by a session", steps(rule.Match{}, rule.Step{By: list("actor.id", "actor.sessionName")}, rule.Step{}), list("sequence.steps[0].by[1]: actor.id")},

		{"what does not compile", rule.Rule{When: `event.nonsense == 1`, GroupBy: list("(")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rule.ID = "x"
			var got []string
			for _, w := range rule.Lint(&c.rule) {
				got = append(got, w.Field+": "+w.Hint)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLint_duplicates(t *testing.T) {
	base := func() *rule.Rule {
		return &rule.Rule{
			ID: "a", Match: rule.Match{Source: []string{"iam.amazonaws.com"}, Event: []string{"CreateUser", "CreateRole"}},
			When:  `actor.name in list("ops") && actor.isRole`,
			Lists: map[string]rule.List{"ops": {Default: []string{"x", "y"}}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*rule.Rule)
		same   bool
	}{
		{"nothing", func(*rule.Rule) {}, true},
		{"severity, message and exceptions", func(r *rule.Rule) {
			r.Severity, r.Message = rule.High, "other"
			r.Exceptions = []rule.Exception{{Name: "x", When: "actor.isRoot", Reason: "x"}}
		}, true},
		{"order", func(r *rule.Rule) {
			slices.Reverse(r.Match.Event)
			r.When = `(actor.isRole) && actor.name in list("ops")`
		}, true},
		{"event", func(r *rule.Rule) { r.Match.Event = r.Match.Event[:1] }, false},
		{"outcome", func(r *rule.Rule) { r.Match.Outcome = rule.Success }, false},
		{"condition", func(r *rule.Rule) { r.When = `actor.name in list("ops")` }, false},
		{"condition that does not compile", func(r *rule.Rule) { r.When = `(` }, false},
		{"list", func(r *rule.Rule) { r.Lists = map[string]rule.List{"ops": {Default: []string{"x"}}} }, false},
		{"dedup", func(r *rule.Rule) { r.Dedup = "1h" }, true},
		{"what is made of many events", func(r *rule.Rule) {
			r.NewTerms = &rule.NewTerms{Fields: []string{"actor.id"}, History: "7d"}
		}, false},
		{"hours", func(r *rule.Rule) { r.Active = &rule.Active{Outside: "office"} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := base()
			other.ID = "b"
			c.change(other)
			warnings := rule.Lint(base(), nil, other)
			if same := len(warnings) == 1 && warnings[0].Rule == "b" && warnings[0].Field == "id"; same != c.same || !same && len(warnings) > 0 {
				t.Errorf("got %v, want a duplicate: %v", warnings, c.same)
			}
		})
	}
}

func TestLint_duplicatesWithMemory(t *testing.T) {
	base := completeAggregate
	for _, c := range []struct {
		name   string
		change func(*rule.Rule)
		same   bool
	}{
		{"nothing", func(*rule.Rule) {}, true},
		{"message", func(r *rule.Rule) { r.Message = "other" }, true},
		{"having", func(r *rule.Rule) { r.Aggregate.Having = "calls > 3" }, false},
		{"window", func(r *rule.Rule) { r.Aggregate.Window = "1h" }, false},
		{"what the window names", func(r *rule.Rule) { r.Params["window"] = rule.Param{Type: rule.DurationParam, Default: "1h"} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := base()
			other.ID = "b"
			c.change(other)
			if warnings := rule.Lint(base(), other); (len(warnings) == 1) != c.same {
				t.Errorf("got %v, want a duplicate: %v", warnings, c.same)
			}
		})
	}
}

// Whatever a rule holds, looking at it does not panic, and what is found is found at its place.
func FuzzLint(f *testing.F) {
	files, _ := filepath.Glob("testdata/lint/*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := rule.Parse("f.yaml", data, rule.SkipExpressions())
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, w := range rule.Lint(r, r) {
			if w.Line < 1 || w.Line > lines || w.Column < 1 {
				t.Errorf("out of the file: %v", w)
			}
		}
	})
}
