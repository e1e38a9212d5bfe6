package ruletest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// wrong says what of the findings is not as the case wants it, "" when all is.
func wrong(c rule.Test, got []ruleset.Finding) string {
	switch {
	case c.Want != nil:
		if d := diff(wanted(c), shown(c, got)); d != "" {
			return "findings (-want +got):\n" + d
		}
	case c.Match != (len(got) > 0):
		return fmt.Sprintf("got match %v, want %v\n", len(got) > 0, c.Match)
	}
	if c.Message != "" && len(got) > 0 && got[0].Message != c.Message {
		return "message (-want +got):\n" + diff([]string{c.Message}, []string{got[0].Message})
	}
	return ""
}

// wanted are the lines of the case's findings.
func wanted(c rule.Test) []string {
	var lines []string
	for i, w := range c.Want {
		lines = append(lines, findingLines(i, w)...)
	}
	return lines
}

// shown are the lines of findings, of each what the case says of it.
func shown(c rule.Test, got []ruleset.Finding) []string {
	var lines []string
	for i, f := range got {
		like := everything(f)
		if i < len(c.Want) {
			like = c.Want[i]
		}
		lines = append(lines, findingLines(i, restrict(f, like))...)
	}
	return lines
}

// everything is all that a case can say of a finding. The rule goes without saying.
func everything(f ruleset.Finding) rule.Want {
	w := rule.Want{Message: f.Message, Severity: f.Severity, Actor: f.Actor.ID, Group: map[string]string{}}
	for _, g := range f.Group {
		w.Group[g.Field] = g.Value
	}
	return w
}

// restrict is what of a finding like says something about.
func restrict(f ruleset.Finding, like rule.Want) rule.Want {
	w := everything(f)
	if like.Rule != "" {
		w.Rule = f.Rule
	}
	if like.Message == "" {
		w.Message = ""
	}
	if like.Severity == 0 {
		w.Severity = 0
	}
	if like.Actor == "" {
		w.Actor = ""
	}
	maps.DeleteFunc(w.Group, func(field, _ string) bool { _, ok := like.Group[field]; return !ok })
	if len(w.Group) == 0 {
		w.Group = nil
	}
	return w
}

func findingLines(i int, w rule.Want) []string {
	lines := []string{fmt.Sprintf("finding %d", i+1)}
	add := func(key, value string) {
		if value != "" {
			lines = append(lines, "  "+key+": "+value)
		}
	}
	add("rule", w.Rule)
	add("message", w.Message)
	if w.Severity != 0 {
		add("severity", w.Severity.String())
	}
	add("actor", w.Actor)
	for _, field := range slices.Sorted(maps.Keys(w.Group)) {
		add("group "+field, strconv.Quote(w.Group[field]))
	}
	return lines
}
