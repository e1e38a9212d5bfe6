package ruleset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// explained has something of all that an explanation can show, over several lines.
const explained = `id: bucket-deleted
title: Bucket deleted
severity: medium
match: {source: [s3.amazonaws.com, "s3-*.amazonaws.com"], event: Delete*, outcome: success}
when: >-
  actor.isUser
  && (event.requestParameters.n.num() > params.least || event.awsRegion in list("regions"))
  && !(actor.name in ["kim", "ünï"])
params: {least: {type: int, default: 15}}
lists: {regions: {default: [eu-west-1]}}
active: {outside: hours}
schedules: {hours: {timezone: UTC, windows: ["Mon-Fri 12:00-18:00"]}}
exceptions:
  - {name: gone, when: "true", reason: It was once., expires: 2020-01-01}
  - name: clean-up
    when: |
      actor.name == "sweeper"
      && event.requestParameters.n == 20
    reason: Old buckets are swept.
    owner: storage
`

func TestSet_Explain(t *testing.T) {
	lena := lenaDeletes
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(lena) }
	tunings := func(t ...rule.Tuning) []rule.Tuning {
		for i := range t {
			t[i].Target = byID("bucket-deleted")
		}
		return t
	}
	for _, c := range []struct {
		name    string
		record  string
		matched bool
		tunings []rule.Tuning
	}{
		{"matches", lena, true, nil},
		{"source", with("s3.amazonaws.com", "iam.amazonaws.com"), false, nil},
		{"event-name", with("DeleteBucket", "ListBuckets"), false, nil},
		{"outcome", with(`"awsRegion"`, `"errorCode":"AccessDenied","awsRegion"`), false, nil},
		{"conjunct", with("IAMUser", "Root"), false, nil},
		{"disjuncts", with(`"n":20`, `"n":"2"`, "eu-west-1", "us-east-1"), false, nil},
		{"absent", with(`"n":20`, `"m":20`, "eu-west-1", "us-east-1"), false, nil},
		{"negation", with("lena", "ünï"), false, nil},
		{"schedule", with("T09:15", "T12:00"), false, nil},
		{"exception", with("lena", "sweeper"), false, nil},
		{"no-id", with(`"eventID":"e-2",`, ""), true, nil},
		{"tuned-off", lena, false, tunings(rule.Tuning{Enabled: on(false)})},
		{"tuned-shadow", lena, true, tunings(rule.Tuning{Shadow: on(true)})},
		{"tuned-values", with("eu-west-1", "us-east-1"), true, tunings(rule.Tuning{Params: map[string]any{"least": 30}, Lists: map[string][]string{"regions": {"us-east-1"}}})},
		{"tuned-exception", lena, false, tunings(rule.Tuning{Exceptions: []rule.Exception{
			{Name: "passed", When: "true", Reason: "It was once.", Owner: "ops", Expires: day(2025, 1, 1)},
			{Name: "lena", When: "actor.name\n== \"lena\"", Reason: "She may.", Owner: "ops"},
		}})},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compile(t, []*rule.Rule{readRule(t, "rules/bucket-deleted.yaml", explained)})
			set, err := set.Tune(c.tunings...)
			if err != nil {
				t.Fatal(err)
			}
			explain(t, set, "bucket-deleted", c.record, c.matched, c.name)
		})
	}
}

// Rules that are built in Go have no file, and odd conditions few parts.
func TestSet_Explain_inGo(t *testing.T) {
	off, bare, faults, excepted := newRule("r", "true"), newRule("r", ""), newRule("r", tooLong), newRule("r", "true")
	off.Disabled, bare.Match.Event = true, []string{"*"}
	excepted.Exceptions = []rule.Exception{{Name: "fails", When: tooLong, Reason: "r"}, {Name: "mira", When: `actor.name == "mira"`, Reason: "r"}}
	for _, c := range []struct {
		name    string
		rule    *rule.Rule
		record  string
		matched bool
	}{
		{"off", off, lenaDeletes, false},
		{"no-condition", bare, lenaDeletes, true},
		{"literal", newRule("r", "true"), lenaDeletes, true},
		{"literal-false", newRule("r", "false"), lenaDeletes, false},
		{"fault", faults, longRecord(""), false},
		{"fault-of-exception", excepted, longRecord(""), true},
		{"at-sign", newRule("r", `actor.name == "lena@example.org" || event.awsRegion == "eu-west-1"`), lenaDeletes, true},
		{"loop", newRule("r", `event.requestParameters.n.list().exists(x, x == 20 && has(event.eventTime))`), lenaDeletes, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && len(c.record) > 1000 {
				t.Skip("it takes millions of turns")
			}
			explain(t, compile(t, []*rule.Rule{c.rule}), "r", c.record, c.matched, "go-"+c.name)
		})
	}
}

// explain compares an explanation with golden files, and with what Eval says.
func explain(t *testing.T, set *ruleset.Set, id, record string, matched bool, golden string) {
	t.Helper()
	x, err := set.Explain(context.Background(), id, parse(t, record))
	if err != nil {
		t.Fatal(err)
	}
	if x.Matched != matched {
		t.Errorf("matched: %v, want %v", x.Matched, matched)
	}
	r := eval(t, set, record)
	if got := len(r.Findings)+len(r.Shadow) == 1; got != x.Matched || x.Shadow != (len(r.Shadow) == 1) {
		t.Errorf("Eval says %+v, Explain matched %v, shadow %v", r, x.Matched, x.Shadow)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(x); err != nil {
		t.Fatal(err)
	}
	for ext, got := range map[string][]byte{".txt": []byte(x.String()), ".json": b.Bytes()} {
		path := filepath.Join("testdata", "explain", golden+ext)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
			t.Errorf("%s (-want +got, write anew with -update):\n%s", path, diff)
		}
	}
}

func TestSet_Explain_errors(t *testing.T) {
	set := compile(t, tunable())
	ev := parse(t, miraDeletes)
	for id, want := range map[string]string{
		"plian":        `the set has no rule "plian" (did you mean "plain"?)`,
		"nothing-like": `the set has no rule "nothing-like"`,
	} {
		if x, err := set.Explain(context.Background(), id, ev); x != nil || err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v", id, x, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := set.Explain(ctx, "plain", ev); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A lazy rule that does not compile finds nothing, whichever part is at fault.
func TestSet_Explain_lazy(t *testing.T) {
	bad := newRule("r", "true")
	bad.Match.Source = []string{"s3.amazonaws.com"}
	bad.Message = "{event.eventNmae}"
	set := compile(t, []*rule.Rule{bad}, ruleset.Lazy())
	x, err := set.Explain(context.Background(), "r", parse(t, miraDeletes))
	if err != nil {
		t.Fatal(err)
	}
	if r := eval(t, set, miraDeletes); len(r.Findings) > 0 || len(r.Faults) != 1 {
		t.Fatalf("Eval says %+v", r)
	}
	if x.Matched || !strings.Contains(x.Fault, "eventNmae") {
		t.Errorf("got\n%v", x)
	}
}

// checkExplained explains every rule of the set over ev, and compares the verdicts with Eval's.
func checkExplained(t *testing.T, set *ruleset.Set, ids []string, ev *event.Event) {
	t.Helper()
	r, err := set.Eval(context.Background(), ev)
	if err != nil {
		t.Fatal(err)
	}
	found, shadow := map[string]bool{}, map[string]bool{}
	for _, f := range r.Findings {
		found[f.Rule] = true
	}
	for _, f := range r.Shadow {
		found[f.Rule], shadow[f.Rule] = true, true
	}
	for _, id := range ids {
		x, err := set.Explain(context.Background(), id, ev)
		if err != nil {
			t.Fatal(err)
		}
		if x.Matched != found[id] || x.Shadow != shadow[id] {
			t.Errorf("Eval finds %v, shadow %v\n%v\n%s", found[id], shadow[id], x, ev.Raw())
		}
		if x.Reason == "" || !strings.Contains(x.String(), x.Reason) {
			t.Errorf("no reason: %v", x)
		}
		if _, err := json.Marshal(x); err != nil {
			t.Error(err)
		}
	}
}

// tunedCatalogue has all rules of the catalogue on, some with exceptions, in shadow mode or off.
func tunedCatalogue(t testing.TB) (*ruleset.Set, []string) {
	t.Helper()
	rules, err := builtin.Rules() // without their tests, among which finding a line takes longer
	if err != nil {
		t.Fatal(err)
	}
	rules = slices.DeleteFunc(rules, (*rule.Rule).HasMemory) // their findings depend on more than the event
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	off := rule.Target{IDs: []string{"s3-buckets-listed", "debug-all-events", "ecs-task-run-or-started"}}
	set, err := compile(t, rules).Tune(
		rule.Tuning{Target: off, Enabled: on(true)},
		rule.Tuning{Target: rule.Target{Services: []string{"s3"}}, Shadow: on(true), Severity: rule.High},
		rule.Tuning{Target: rule.Target{Services: []string{"lambda"}}, Enabled: on(false)},
		rule.Tuning{Target: rule.Target{Services: []string{"iam"}}, Exceptions: []rule.Exception{
			{Name: "east", When: `event.awsRegion.startsWith("us-") && actor.isRole`, Reason: "r", Owner: "o", Expires: day(2026, 1, 5)},
			{Name: "root", When: "actor.isRoot", Reason: "r", Owner: "o"},
		}},
		rule.Tuning{Target: byID("iam-policy-changed"), Lists: map[string][]string{"policy-maintainers": {"cm-policymaintainer"}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return set, ids
}

// FuzzExplainCatalogue: Explain and Eval agree about every rule of the catalogue.
func FuzzExplainCatalogue(f *testing.F) {
	set, ids := tunedCatalogue(f)
	_, events := theCatalogue(f)
	for i := 0; i < len(events); i += 2 { // half of them, for the sake of the race detector
		f.Add(events[i].Raw())
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		ev, err := event.Parse(record)
		if err != nil {
			t.Skip()
		}
		checkExplained(t, set, ids, ev)
	})
}
