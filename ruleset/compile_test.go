package ruleset_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// newRule returns a rule that is complete but for what it matches.
func newRule(id, when string) *rule.Rule {
	return &rule.Rule{ID: id, Title: "Title of " + id, Severity: rule.Low, When: when}
}

func compile(t testing.TB, rules []*rule.Rule, opts ...ruleset.Option) *ruleset.Set {
	t.Helper()
	set, err := ruleset.Compile(rules, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func parse(t testing.TB, record string) *event.Event {
	t.Helper()
	ev, err := event.Parse([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func eval(t testing.TB, set *ruleset.Set, record string) ruleset.Result {
	t.Helper()
	result, err := set.Eval(context.Background(), parse(t, record))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// found lists the rules that found something.
func found(r ruleset.Result) []string {
	var ids []string
	for _, f := range r.Findings {
		ids = append(ids, f.Rule)
	}
	return ids
}

func readRule(t testing.TB, file, text string) *rule.Rule {
	t.Helper()
	r, err := rule.Parse(file, []byte(text), rule.SkipExpressions())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCompile_errors(t *testing.T) {
	yaml := func(file, rest string) *rule.Rule {
		return readRule(t, file, "id: "+strings.TrimSuffix(file, ".yaml")+"\ntitle: T\nseverity: low\n"+rest)
	}
	off := newRule("off", "event.nonsense == 1")
	off.Disabled = true
	for _, c := range []struct {
		name  string
		rules []*rule.Rule
		opts  []ruleset.Option
		want  []string // file:line:column rule field hint
	}{
		{"every error of every rule", []*rule.Rule{
			yaml("a.yaml", "when: event.evntName == \"x\" && actor.isRot\n"),
			yaml("fine.yaml", "when: actor.isRoot\n"),
			yaml("b.yaml", "when: \"true\"\nmessage: \"by {actor.nam}\"\ngroup_by: [event.awsRegio]\nexceptions: [{name: x, reason: r, when: actor.kin == \"role\"}]\n"),
			newRule("c", "actor.isRoott"),
			{ID: "d"},
		}, nil, []string{
			"a.yaml:4:13 a when eventName",
			"a.yaml:4:38 a when isRoot",
			"b.yaml:5:21 b message name",
			"b.yaml:6:18 b group_by[0] awsRegion",
			"b.yaml:7:47 b exceptions[0].when kind",
			":0:0 c when isRoot",
			":0:0 d title ",
			":0:0 d severity ",
			":0:0 d match ",
		}},
		{"an id used twice", []*rule.Rule{yaml("a.yaml", "when: actor.isRoot\n"), readRule(t, "other.yaml", "title: T\nid: a\nseverity: low\nwhen: actor.isUser\n")}, nil, []string{"other.yaml:2:5 a id "}},
		{"an unknown list", []*rule.Rule{yaml("a.yaml", "lists: {keepers: {default: [x]}}\nwhen: actor.name in list(\"keeper\")\n")}, nil, []string{"a.yaml:5:26 a when keepers"}},
		{"an unknown schedule", []*rule.Rule{yaml("a.yaml", "when: actor.isRoot\nactive: {inside: office-hour}\nschedules: {office-hours: {windows: [Mon 09:00-10:00]}}\n")}, nil, []string{"a.yaml:5:9 a active office-hours"}},
		{"a schedule of the program that is wrong", []*rule.Rule{yaml("a.yaml", "when: actor.isRoot\nactive: {inside: h}\n")},
			[]ruleset.Option{ruleset.WithSchedule("h", rule.Schedule{Windows: []string{"Monday 09:00-10:00"}})}, []string{"a.yaml:5:9 a active "}},
		{"a rule that is off is compiled, too", []*rule.Rule{off}, nil, []string{":0:0 off when "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := ruleset.Compile(c.rules, c.opts...)
			if (set == nil) != (err != nil) {
				t.Errorf("got set %v and error %v", set, err)
			}
			var got []string
			for _, e := range rule.Errors(err) {
				if c.want != nil && e.Err == nil {
					t.Errorf("%v has no cause", e)
				}
				got = append(got, fmt.Sprintf("%s:%d:%d %s %s %s", e.File, e.Line, e.Column, e.Rule, e.Field, e.Hint))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func TestCompile_duplicateShowsTheOther(t *testing.T) {
	const text = "id: a\ntitle: T\nseverity: low\nwhen: actor.isRoot\n"
	_, err := ruleset.Compile([]*rule.Rule{readRule(t, "one.yaml", text), readRule(t, "two.yaml", text)})
	if want := "two.yaml:1:5: a: id: another rule has this id: one.yaml:1:5"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSet_Rules(t *testing.T) {
	off := newRule("off", "true")
	off.Disabled = true
	set := compile(t, []*rule.Rule{newRule("b", "true"), off, newRule("a", "true")})
	var got []string
	for _, r := range set.Rules() {
		got = append(got, r.ID)
	}
	if diff := cmp.Diff([]string{"b", "a"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	result := eval(t, set, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`)
	if diff := cmp.Diff([]string{"b", "a"}, found(result)); diff != "" {
		t.Errorf("findings in the order of the rules (-want +got):\n%s", diff)
	}
	for _, empty := range [][]*rule.Rule{nil, {off}} {
		if result := eval(t, compile(t, empty), `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`); len(result.Findings) > 0 {
			t.Errorf("an empty set finds %v", found(result))
		}
	}
}

func TestSet_Eval_context(t *testing.T) {
	set := compile(t, []*rule.Rule{newRule("a", "true")})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	result, err := set.Eval(ctx, parse(t, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets"}`))
	if !errors.Is(err, context.Canceled) || len(result.Findings) > 0 {
		t.Errorf("got %v and %v, want the context's error", found(result), err)
	}
}
