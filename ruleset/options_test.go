package ruleset_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

func TestWithList(t *testing.T) {
	declared := newRule("declared", `actor.name in list("keepers")`)
	declared.Lists = map[string]rule.List{"keepers": {Default: []string{"mira"}}}
	empty := newRule("empty", `!(actor.name in list("nobody"))`)
	empty.Lists = map[string]rule.List{"nobody": {Description: "Nobody yet."}}
	undeclared := newRule("undeclared", `actor.name in list("others")`)
	inException := newRule("in-exception", `true`)
	inException.Exceptions = []rule.Exception{{Name: "x", Reason: "r", When: `actor.name in list("excused")`}}

	many := make([]string, 100) // as many as are looked up by hash
	for i := range many {
		many[i] = strings.Repeat("m", i+1)
	}
	for _, c := range []struct {
		name string
		rule *rule.Rule
		opts []ruleset.Option
		want bool // for mira
	}{
		{"the default", declared, nil, true},
		{"in place of the default", declared, []ruleset.Option{ruleset.WithList("keepers", "lena")}, false},
		{"with the default's value", declared, []ruleset.Option{ruleset.WithList("keepers", "lena", "mira")}, true},
		{"emptied", declared, []ruleset.Option{ruleset.WithList("keepers")}, false},
		{"long", declared, []ruleset.Option{ruleset.WithList("keepers", append(many, "mira")...)}, true},
		{"long, without", declared, []ruleset.Option{ruleset.WithList("keepers", many...)}, false},
		{"the last one counts", declared, []ruleset.Option{ruleset.WithList("keepers", "mira"), ruleset.WithList("keepers", "lena")}, false},
		{"declared without values", empty, nil, true},
		{"given for an empty one", empty, []ruleset.Option{ruleset.WithList("nobody", "mira")}, false},
		{"not declared by the rule", undeclared, []ruleset.Option{ruleset.WithList("others", "mira")}, true},
		{"of an exception", inException, []ruleset.Option{ruleset.WithList("excused", "mira")}, false},
		{"of an exception, without", inException, []ruleset.Option{ruleset.WithList("excused", "lena")}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compile(t, []*rule.Rule{c.rule}, c.opts...)
			result := eval(t, set, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","userIdentity":{"type":"IAMUser","userName":"mira"}}`)
			if got := len(result.Findings) == 1; got != c.want {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
}

// The values given are the set's own, whatever becomes of the slice they came in.
func TestWithList_copies(t *testing.T) {
	for name, opts := range map[string][]ruleset.Option{"at once": nil, "lazily": {ruleset.Lazy()}} {
		t.Run(name, func(t *testing.T) {
			r := newRule("r", `actor.name in list("l")`)
			r.Match.Event = []string{"ListBuckets"}
			values := []string{"mira"}
			set := compile(t, []*rule.Rule{r}, append(opts, ruleset.WithList("l", values...))...)
			values[0] = "lena"
			if result := eval(t, set, `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","userIdentity":{"type":"IAMUser","userName":"mira"}}`); len(result.Findings) != 1 {
				t.Error("the set's list changed with the caller's slice")
			}
		})
	}
}

func TestOptions_unknownNames(t *testing.T) {
	r := newRule("r", `actor.name in list("policy-maintainers")`)
	r.Lists = map[string]rule.List{"policy-maintainers": {}}
	r.Active = &rule.Active{Outside: "business-hours"}
	r.Schedules = map[string]rule.Schedule{"business-hours": {Windows: []string{"Mon 09:00-10:00"}}}
	_, err := ruleset.Compile([]*rule.Rule{r},
		ruleset.WithList("policy-maintainer", "x"),
		ruleset.WithSchedule("busines-hours", rule.Schedule{}),
		ruleset.WithList("zebra", "x"),
	)
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"no rule asks for the list policy-maintainer (did you mean list policy-maintainers?)",
		"no rule asks for the list zebra",
		"no rule asks for the schedule busines-hours (did you mean schedule business-hours?)",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A name that only a rule asks for that is off is known all the same: switching the rule off
// must not break the program that configures it.
func TestOptions_ofRuleThatIsOff(t *testing.T) {
	off := newRule("off", `actor.name in list("l")`)
	off.Disabled = true
	off.Lists = map[string]rule.List{"l": {}}
	compile(t, []*rule.Rule{off}, ruleset.WithList("l", "mira"))
}
