package ruletest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

const office = `
id: office
title: Call from elsewhere
severity: low
match: {source: iam.amazonaws.com, event: [CreateUser, DeleteUser]}
when: actor.isUser && event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most) && !(event.sourceIPAddress in list("offices"))
params: {most: {type: int, default: 5}}
lists: {offices: {default: []}}
active: {outside: drill}
schedules: {drill: {windows: ["Sun 00:00-24:00"]}}
exceptions:
  - {name: ops, when: actor.name == "ops", reason: Their work.}
`

func packOf(tests string) fstest.MapFS {
	return fstest.MapFS{"office.yaml": {Data: []byte(office + "tests:\n" + tests)}}
}

// create is the event of a case with one tag.
func create(base, tag, more string) string {
	return "{base: " + base + ", set: {eventSource: iam.amazonaws.com, eventName: CreateUser, requestParameters: {tags: [" + tag + "]}" + more + "}}"
}

const firing = `
  - name: one tag
    event: {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: CreateUser, requestParameters: {tags: [{key: b, size: 9}]}}}
    match: true
`

func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name, tests string
		want        []string // parts, with how often they were true and false
	}{
		{"one firing case", firing, []string{
			`when 1/0 actor.isUser && event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most) && !(event.sourceIPAddress in list("offices"))`,
			`when 1/0 actor.isUser && event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most)`,
			`when 1/0 actor.isUser`,
			`when 1/0 event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most)`,
			`when 1/0 t.key == "a" || t.size > params.most`,
			`when 0/1 t.key == "a"`,
			`when 1/0 t.size > params.most`,
			`when 1/0 !(event.sourceIPAddress in list("offices"))`,
			`when 0/1 event.sourceIPAddress in list("offices")`,
			`exceptions[0].when 0/1 actor.name == "ops"`,
		}},
		{"with values of the cases", firing + `
  - name: a larger limit
    event: ` + create("user-call", "{key: b, size: 9}, {key: b, size: 10}", "") + `
    params: {most: 9}
    match: true
  - name: an office
    event: ` + create("user-call", "{key: a}", "") + `
    lists: {offices: [198.51.100.7]}
    match: false
  - name: another call, of which the condition is not asked
    event: {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: ListUsers}}
    match: false
`, []string{
			`when 2/1 actor.isUser && event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most) && !(event.sourceIPAddress in list("offices"))`,
			`when 3/0 actor.isUser && event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most)`,
			`when 3/0 actor.isUser`,
			`when 3/0 event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most)`,
			`when 3/1 t.key == "a" || t.size > params.most`,
			`when 1/3 t.key == "a"`,
			`when 2/1 t.size > params.most`,
			`when 2/1 !(event.sourceIPAddress in list("offices"))`,
			`when 1/2 event.sourceIPAddress in list("offices")`,
			`exceptions[0].when 0/2 actor.name == "ops"`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := ruletest.Coverage(packOf(c.tests))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			taken := 0
			for _, p := range report.Rules[0].Parts {
				got = append(got, fmt.Sprintf("%s %d/%d %s", p.Field, p.True, p.False, p.Text))
				taken += min(p.True, 1) + min(p.False, 1)
				if p.Line == 0 || p.Column == 0 {
					t.Errorf("no place: %+v", p)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if want := 100 * float64(taken) / float64(2*len(got)); report.Percent() != want {
				t.Errorf("%v %%, want %v", report.Percent(), want)
			}
		})
	}
}

func TestMutate(t *testing.T) {
	survivors := func(tests string, opts ...ruletest.Option) []string {
		t.Helper()
		report, err := ruletest.Mutate(packOf(tests), opts...)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		killed, of := 0, 0
		for _, r := range report.Rules {
			killed, of = killed+r.Killed, of+r.Killed+len(r.Survivors)
			for _, m := range r.Survivors {
				if m.Line == 0 || m.Column == 0 || m.Field == "when" && m.Text == "" {
					t.Errorf("no place or text: %+v", m)
				}
				out = append(out, m.Field+" "+m.What)
			}
		}
		if want := 100 * float64(killed) / float64(of); report.Percent() != want {
			t.Errorf("%v %%, want %v", report.Percent(), want)
		}
		return out
	}
	want := []string{
		"match.source dropped", "match.event dropped", "match.event[1] dropped DeleteUser",
		`when dropped !(event.sourceIPAddress in list("offices"))`,
		`when dropped event.requestParameters.tags.list().exists(t, t.key == "a" || t.size > params.most)`,
		"when dropped actor.isUser", "when && became ||", "when && became ||",
		`when dropped t.key == "a"`, `when negated t.key == "a"`, `when "a" became "ax"`, "when > became >=",
		"active dropped", "exceptions[0] dropped", `exceptions[0].when "ops" became "opsx"`,
	}
	got := survivors(firing)
	if diff := cmp.Diff(want, got, cmp.Transformer("sorted", sorted)); diff != "" {
		t.Errorf("one firing case (-want +got):\n%s", diff)
	}
	thorough := firing + `
  - {name: another source, event: {base: user-call, set: {eventSource: transfer.amazonaws.com, eventName: CreateUser, requestParameters: {tags: [{key: a}]}}}, match: false}
  - {name: another event, event: {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: UpdateUser, requestParameters: {tags: [{key: a}]}}}, match: false}
  - {name: a deletion, event: {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: DeleteUser, requestParameters: {tags: [{key: a}]}}}, match: true}
  - {name: an office, event: ` + create("user-call", "{key: a}", "") + `, lists: {offices: [198.51.100.7]}, match: false}
  - {name: a small tag, event: ` + create("user-call", "{key: b, size: 5}", "") + `, match: false}
  - {name: root, event: ` + create("root-call", "{key: a}", "") + `, match: false}
  - {name: a drill, event: ` + create("user-call", "{key: a}", ", eventTime: 2026-01-04T12:00:00Z") + `, match: false}
  - {name: ops, event: ` + create("user-call", "{key: a}", ", userIdentity: {userName: ops}") + `, match: false}
`
	if got := survivors(thorough); got != nil {
		t.Errorf("thorough cases leave %q", got)
	}

	_, err := ruletest.Mutate(packOf(strings.Replace(firing, "match: true", "match: false", 1)))
	if err == nil || !strings.Contains(err.Error(), `office: the case "one tag" fails as it is`) {
		t.Errorf("a failing case: got %v", err)
	}
}

func sorted(list []string) map[string]int {
	m := map[string]int{}
	for _, s := range list {
		m[s]++
	}
	return m
}

func TestOptions(t *testing.T) {
	high := rule.Tuning{Target: rule.Target{IDs: []string{"office"}}, Severity: rule.High, Lists: map[string][]string{"offices": {"203.0.113.1"}}}
	off := false
	fsys := packOf(`
  - {name: severity, event: ` + create("user-call", "{key: a}", "") + `, want: [{severity: high}]}
  - {name: the list of the tuning, event: ` + create("user-call", "{key: a}", ", sourceIPAddress: 203.0.113.1") + `, want: []}
  - {name: the list of the case, event: ` + create("user-call", "{key: a}", ", sourceIPAddress: 203.0.113.1") + `, lists: {offices: []}, want: [{severity: high}]}
  - {name: the schedule, event: ` + create("user-call", "{key: a}", ", eventTime: 2026-01-06T09:00:00Z") + `, want: []}
`)
	tuesday := ruletest.WithSchedule("drill", rule.Schedule{Windows: []string{"Tue 00:00-24:00"}})
	ruletest.Run(t, fsys, ruletest.WithTunings(high), tuesday)
	for name, opts := range map[string][]ruletest.Option{
		`no rule has the id "offfice"`:                     {ruletest.WithTunings(rule.Tuning{Target: rule.Target{IDs: []string{"offfice"}}, Severity: rule.Low})},
		"no rule asks for the list office":                 {ruletest.WithList("office", "x")},
		"no rule asks for the schedule dril":               {ruletest.WithSchedule("dril", rule.Schedule{Windows: []string{"Tue 00:00-24:00"}})},
		`the case "severity" fails as it is`:               {tuesday},
		`the case "the list of the tuning" fails as it is`: {tuesday, ruletest.WithTunings(rule.Tuning{Target: rule.Target{IDs: []string{"office"}}, Severity: rule.High})},
	} {
		if _, err := ruletest.Mutate(fsys, opts...); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	report, err := ruletest.Coverage(fsys, ruletest.WithTunings(rule.Tuning{Target: rule.Target{IDs: []string{"office"}}, Enabled: &off}))
	if err != nil || len(report.Rules) != 0 || report.Percent() != 100 {
		t.Errorf("a rule that is tuned off: got %v, %v", report, err)
	}
	rules, err := rule.ReadFS(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	err = ruletest.Check(rules[0], rules[0].Tests[0], ruletest.WithTunings(rule.Tuning{Target: rule.Target{IDs: []string{"office"}}, Enabled: &off}))
	if err == nil || !strings.Contains(err.Error(), "a tuning turns the rule off") {
		t.Errorf("a rule that is tuned off: got %v", err)
	}
	if err := ruletest.Check(rules[0], rules[0].Tests[1], ruletest.WithList("offices", "203.0.113.1")); err != nil {
		t.Errorf("with the list: %v", err)
	}
}

// A recorder is a test that may fail.
type recorder struct {
	testing.TB
	errs []string
}

func (r *recorder) Helper()           {}
func (r *recorder) Error(args ...any) { r.errs = append(r.errs, fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}

func TestQuiet(t *testing.T) {
	rules, err := rule.ReadFS(pack, ".")
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	const deletion = `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"%d"}`
	records := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(deletion, i))
		}
		return `{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"},` + strings.Join(list, ",") + `]}`
	}
	for _, c := range []struct {
		name, corpus string
		budget       map[string]int
		want         []string
	}{
		{"within the budget", records(2), map[string]int{"bucket-deleted": 2}, nil},
		{"over the budget", records(5), map[string]int{"bucket-deleted": 4}, []string{
			"bucket-deleted: 5 findings, its budget is 4\n  event 0: Bucket deleted\n  event 1: Bucket deleted\n  event 2: Bucket deleted\n  and 2 more",
		}},
		{"no budget is none", records(1), nil, []string{"bucket-deleted: 1 findings, its budget is 0\n  event 0: Bucket deleted"}},
		{"an id that is none", records(1), map[string]int{"bucket-deleted": 1, "bucket-delete": 1}, []string{`the budget is for bucket-delete, a rule that the set does not have (did you mean "bucket-deleted"?)`}},
		{"an empty corpus", `{"Records":[]}`, nil, []string{"the corpus holds no records"}},
		{"a broken record", `{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"},7]}`, nil, []string{"the corpus: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{TB: t}
			ruletest.Quiet(r, set, strings.NewReader(c.corpus), c.budget)
			for i, e := range r.errs {
				if strings.HasPrefix(e, "the corpus: ") {
					r.errs[i] = "the corpus: "
				}
			}
			if diff := cmp.Diff(c.want, r.errs); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
