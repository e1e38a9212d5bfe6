package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

// Each case breaks one thing of a rule that is right.
func TestRule_Validate(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*rule.Rule)
		want  []string
	}{
		{"nothing", func(r *rule.Rule) {}, nil},
		{"only what is required", func(r *rule.Rule) {
			*r = rule.Rule{ID: "a", Title: "A", Severity: rule.Low, Match: rule.Match{Event: []string{"GetUser"}}}
		}, nil},
		{"empty", func(r *rule.Rule) { *r = rule.Rule{} }, []string{
			"id: missing", "title: missing", "severity: missing", "match: missing, and so is when: the rule would match every event",
		}},
		{"id", func(r *rule.Rule) { r.ID = "Root key_2" }, []string{
			`Root key_2: id: "Root key_2" is not in kebab-case: small letters and digits, parted by single hyphens (did you mean "root-key-2"?)`,
		}},
		{"severity", func(r *rule.Rule) { r.Severity = 9 }, []string{"severity: 9 is no severity"}},
		{"risk", func(r *rule.Rule) { r.Risk = -1 }, []string{"risk: -1 is not between 0 and 100"}},
		{"version", func(r *rule.Rule) { r.Version = -1 }, []string{"version: versions start at 1"}},
		{"tags", func(r *rule.Rule) { r.Tags = []string{"a", " ", "a"} }, []string{`tags[1]: empty`, `tags[2]: "a" stands in the list already`}},
		{"attack", func(r *rule.Rule) {
			r.Attack = append(r.Attack, rule.Attack{Tactic: "TA0003", Technique: "T1098.01"}, r.Attack[0])
		}, []string{
			`attack[1]: ATT&CK v18 has no technique "T1098.01" (did you mean "TA0003/T1098.001"?)`,
			`attack[2]: TA0003/T1098.001 stands in the list already`,
		}},
		{"references", func(r *rule.Rule) {
			r.References = []string{"http://example.com", "https:///x", "x", "https://example.com/"}
		}, []string{
			`references[0]: "http://example.com" is not an absolute https URL`,
			`references[1]: "https:///x" is not an absolute https URL`,
			`references[2]: "x" is not an absolute https URL`,
		}},
		{"sources", func(r *rule.Rule) { r.Sources = []string{"a", "a", ""} }, []string{`sources[2]: empty`, `sources[1]: "a" stands in the list already`}},
		{"match", func(r *rule.Rule) { r.Match = rule.Match{Source: []string{""}, Event: []string{"a b"}, Outcome: "ok"} }, []string{
			`match.source[0]: "" is no pattern: names have no spaces`,
			`match.event[0]: "a b" is no pattern: names have no spaces`,
			`match.outcome: unknown outcome "ok"`,
		}},
		{"message", func(r *rule.Rule) { r.Message = "a } b" }, []string{
			"message: a } that closes nothing: write }} for a brace\n    a } b\n      ^",
		}},
		{"group_by", func(r *rule.Rule) { r.GroupBy = []string{""} }, []string{"group_by[0]: empty"}},
		{"active, neither", func(r *rule.Rule) { r.Active = &rule.Active{} }, []string{"active: name a schedule either inside or outside of which the rule is active"}},
		{"active, both", func(r *rule.Rule) { r.Active.Inside = "a" }, []string{"active: name a schedule either inside or outside of which the rule is active"}},
		{"active, a schedule of the program", func(r *rule.Rule) { r.Active.Outside = "elsewhere" }, nil},
		{"schedules", func(r *rule.Rule) {
			r.Schedules = map[string]rule.Schedule{"x": {Windows: []string{"Mon"}}, "": {Windows: []string{"Mon 01:00-02:00"}}}
		}, []string{
			`schedules: "" is no name`,
			`schedules.x.windows[0]: "Mon" is not a window such as Mon-Fri 09:00-18:00`,
		}},
		{"lists", func(r *rule.Rule) { r.Lists = map[string]rule.List{" a": {}} }, []string{`lists: " a" is no name`}},
		{"exceptions", func(r *rule.Rule) { r.Exceptions = append(r.Exceptions, rule.Exception{Name: "maintenance"}) }, []string{
			`exceptions[1].name: exceptions[0] is called "maintenance" already`,
			`exceptions[1].when: missing`,
			`exceptions[1].reason: missing`,
		}},
		{"respond", func(r *rule.Rule) { r.Respond = []string{""} }, []string{"respond[0]: empty"}},
		{"tests", func(r *rule.Rule) {
			whole := map[string]any{"eventName": "x"}
			r.Tests = []rule.Test{
				{}, {Name: "a", Event: rule.Record{Set: whole}}, {Name: "a", Event: rule.Record{Base: "user-call", Whole: whole}},
				{Name: "b", Event: rule.Record{Base: "user-call", Unset: []string{""}}},
				{Name: "c", Events: []rule.Record{{}, {Base: "a", File: "b.json"}, {File: "/b.json"}, {File: "b.json", Whole: whole}, {Set: whole}}},
				{Name: "d", Event: rule.Record{Base: "a"}, Events: []rule.Record{{Base: "a"}}},
			}
		}, []string{
			"tests[0].name: missing",
			"tests[0].event: missing: a base such as {base: user-call, set: {...}}, or a whole record",
			"tests[1].event.base: set and unset change a base, and there is none",
			`tests[2].name: tests[1] is called "a" already`,
			"tests[2].event: either a base, a file or a whole record, not several",
			"tests[3].event.unset[0]: empty",
			"tests[4].events[0]: missing: a base such as {base: user-call, set: {...}}, or a whole record",
			"tests[4].events[1]: either a base, a file or a whole record, not several",
			`tests[4].events[2].file: "/b.json" is no path below the root of the rules`,
			"tests[4].events[3]: either a base, a file or a whole record, not several",
			"tests[4].events[4].base: set and unset change a base, and there is none",
			"tests[5].event: either event or events, not both",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := complete()
			tt.spoil(r)
			var got []string
			for _, e := range rule.Errors(r.Validate()) {
				if e.Rule == "root-access-key-created" {
					e.Rule = "" // the same in every case
				}
				if e.Line != 0 || e.Column != 0 || e.File != "" {
					t.Errorf("a rule built in Go has no place: %v", e)
				}
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
