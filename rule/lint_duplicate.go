package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/celenv"
)

// duplicate: two rules that look for the same raise two findings for one act, and are tuned apart.
// What a rule says, its severity and its exceptions make no difference: every finding of the one
// with more exceptions is one of the other's.
func (l *linter) duplicate(first map[string]*Rule) {
	key, ok := l.looksFor()
	if !ok {
		return
	}
	other, taken := first[key]
	if !taken {
		first[key] = l.rule
		return
	}
	name := other.ID
	if other.File() != "" {
		name += " (" + other.File() + ")"
	}
	l.warn("id", "", "the rule looks for the same as %s: same match, same condition", name)
}

// looksFor is what decides whether a rule matches, as a text that is the same for rules that mean
// the same; false for a condition that does not compile.
func (l *linter) looksFor() (string, bool) {
	r := l.rule
	canonical := "true"
	if strings.TrimSpace(r.When) != "" {
		if l.when == nil {
			return "", false
		}
		canonical = l.when.Canonical
	}
	names := func(list []string) []string {
		list = slices.Sorted(slices.Values(list))
		return slices.Compact(list)
	}
	key := []any{names(r.Match.Source), names(r.Match.Event), r.Match.Outcome, canonical}
	if a := r.Active; a != nil {
		key = append(key, *a, r.Schedules[a.Inside+a.Outside])
	}
	// Defaults count where the condition asks for them: the same expression over other lists is
	// another condition.
	if l.when != nil {
		if p, issues := celenv.Compile(r.When, r.scope(), true); issues == nil {
			for _, name := range p.Lists() {
				key = append(key, name, names(r.Lists[name].Default))
			}
			for _, name := range p.Params() {
				key = append(key, name, r.Params[name].Default)
			}
		}
	}
	if len(r.kinds()) > 0 { // whatever its windows and bounds name
		key = append(key, r.Aggregate, r.Sequence, r.NewTerms, r.Anomaly, r.Params, r.Lists)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return fmt.Sprint(key...), true // a default that is no JSON: Validate says so
	}
	return string(text), true
}
