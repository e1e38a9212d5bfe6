package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// memoryBytes is how much rules with memory may remember, of the 128 MB or more that a function has.
const memoryBytes = 64 << 20

// compile makes a set of the catalogue, the team's own rules and its tunings. Expressions are compiled when an event
// first asks for them: most rules of most containers are never asked.
func compile(c settings, log *slog.Logger) (*ruleset.Set, error) {
	rules, err := builtin.Rules()
	if err != nil {
		return nil, err
	}
	if c.rules != "" {
		own, err := rule.ReadFS(os.DirFS(c.rules), ".", rule.SkipTests())
		if err == nil && len(own) == 0 {
			err = errors.New("no rules, which are files that end in .yaml")
		}
		if err != nil {
			return nil, fmt.Errorf("RULES=%s: %w", c.rules, err)
		}
		rules = append(rules, own...)
	}
	left := 0
	if !c.withMemory {
		left = leaveOut(rules)
	}
	store := state.NewMemory(state.Limits{Bytes: memoryBytes})
	set, err := ruleset.Compile(rules, ruleset.Lazy(), ruleset.WithStore(store))
	if err != nil {
		return nil, err
	}
	if c.tunings != "" {
		if set, err = tune(set, c.tunings); err != nil {
			return nil, fmt.Errorf("TUNINGS=%s: %w", c.tunings, err)
		}
	}
	if left > 0 {
		log.Info("rules with memory are left out; RULES_WITH_MEMORY=on takes them in, and README.md says what they are worth in Lambda", "rules", left)
	}
	for _, r := range set.Inactive() {
		log.Info("a rule is inactive, for want of lookups", "rule", r.Rule, "needs", r.Needs)
	}
	for _, n := range set.Notices(time.Now()) {
		log.Warn("a tuning deserves a look", "notice", n.Error())
	}
	return set, nil
}

// leaveOut turns off the rules whose verdict depends on what other containers have seen, and says how many. A rule
// that only takes repeated matches together stays: the first match of a period is a finding in any container, and
// all of a period have one id.
func leaveOut(rules []*rule.Rule) int {
	n := 0
	for _, r := range rules {
		if r.Aggregate != nil || r.Sequence != nil || r.NewTerms != nil || r.Anomaly != nil {
			if !r.Disabled {
				n++
			}
			r.Disabled = true
		}
	}
	return n
}

func tune(set *ruleset.Set, file string) (*ruleset.Set, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	tunings, err := rule.ParseTunings(filepath.Base(file), data)
	if err != nil {
		return nil, err
	}
	return set.Tune(tunings...)
}
