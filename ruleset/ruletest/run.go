package ruletest

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// Run reads every rule below the root of fsys and runs its cases, each as a subtest of its
// rule's. A rule without cases fails.
func Run(t *testing.T, fsys fs.FS) {
	t.Helper()
	rules, err := rule.ReadFS(fsys, ".")
	if err != nil {
		t.Fatalf("reading rules:\n%v", err)
	}
	if len(rules) == 0 {
		t.Fatal("there are no rules")
	}
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) {
			if len(r.Tests) == 0 {
				t.Fatal("the rule has no cases")
			}
			for _, c := range r.Tests {
				t.Run(c.Name, func(t *testing.T) {
					if err := Check(r, c); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

// Check runs one case of a rule, and returns what is wrong. A rule that is off by default is
// judged as if it were on. The event is judged both decoded and as a record of a log file, and
// the two must agree.
func Check(r *rule.Rule, c rule.Test) error {
	ev, err := Event(c.Event)
	if err != nil {
		return err
	}
	set, err := compile(r, c)
	if err != nil {
		return err
	}
	got, err := set.Eval(context.Background(), ev)
	if err != nil {
		return err
	}
	for _, f := range got.Faults {
		return f
	}
	matched := len(got.Findings) > 0
	scanned, err := scan(set, ev)
	if err != nil {
		return fmt.Errorf("the record in a log file: %w", err)
	}
	if scanned != matched {
		return fmt.Errorf("evaluated the event matches: %v, scanned as a record: %v", matched, scanned)
	}
	if matched != c.Match {
		return fmt.Errorf("got match %v, want %v\nevent: %s", matched, c.Match, ev.Raw())
	}
	if c.Message != "" && matched && got.Findings[0].Message != c.Message {
		return fmt.Errorf("message:\n got %s\nwant %s", got.Findings[0].Message, c.Message)
	}
	return nil
}

func compile(r *rule.Rule, c rule.Test) (*ruleset.Set, error) {
	on := *r
	on.Disabled = false
	var opts []ruleset.Option
	for _, name := range slices.Sorted(maps.Keys(c.Lists)) {
		opts = append(opts, ruleset.WithList(name, c.Lists[name]...))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Schedules)) {
		opts = append(opts, ruleset.WithSchedule(name, c.Schedules[name]))
	}
	return ruleset.Compile([]*rule.Rule{&on}, opts...)
}

func scan(set *ruleset.Set, ev *event.Event) (matched bool, err error) {
	log := `{"Records":[` + string(ev.Raw()) + `]}`
	for result, err := range set.Scan(context.Background(), strings.NewReader(log)) {
		return len(result.Findings) > 0, err
	}
	return false, nil
}
