package ruletest

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/trailsift/trailsift/rule"
)

// Run reads every rule below the root of fsys and runs its cases, each as a subtest of its
// rule's. A rule without cases fails. MinCoverage and MinKilled add the subtests "coverage" and
// "mutants", which print their reports under -v.
//
// Where the test binary has a flag -update that is set, Run writes the want of cases that fail
// anew, in the files of the rules:
//
//	var _ = flag.Bool("update", false, "write the want: of cases anew")
func Run(t *testing.T, fsys fs.FS, opts ...Option) {
	t.Helper()
	s := settingsOf(fsys, opts)
	rules := read(t, fsys)
	if err := s.given(rules); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) { runRule(t, r, s) })
	}
	if s.coverage > 0 {
		t.Run("coverage", func(t *testing.T) {
			report, err := Coverage(fsys, opts...)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%v", report)
			if p := report.Percent(); p < s.coverage {
				t.Errorf("%.1f %% of the branches are taken, at least %g %% should be", p, s.coverage)
			}
		})
	}
	if s.killed > 0 {
		t.Run("mutants", func(t *testing.T) {
			report, err := Mutate(fsys, opts...)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%v", report)
			if p := report.Percent(); p < s.killed {
				t.Errorf("%.1f %% of the mutants are killed, at least %g %% should be", p, s.killed)
			}
		})
	}
}

func read(t testing.TB, fsys fs.FS) []*rule.Rule {
	t.Helper()
	rules, err := rule.ReadFS(fsys, ".")
	if err != nil {
		t.Fatalf("reading rules:\n%v", err)
	}
	if len(rules) == 0 {
		t.Fatal("there are no rules")
	}
	return rules
}

func runRule(t *testing.T, r *rule.Rule, s *settings) {
	if len(r.Tests) == 0 {
		t.Fatal("the rule has no cases")
	}
	b, err := newBench(r, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.set.Rules()) == 0 {
		t.Skip(errOff)
	}
	u := newUpdate(r, s)
	for i, c := range r.Tests {
		t.Run(c.Name, func(t *testing.T) {
			err := b.check(c)
			if f := (*failure)(nil); u != nil && c.Want != nil && errors.As(err, &f) {
				u.wants[i] = f.wants()
				t.Log("the want of this case is written anew")
				return
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	if u != nil && len(u.wants) > 0 {
		if err := u.write(); err != nil {
			t.Errorf("-update: %v", err)
		}
	}
}

// Check runs one case of a rule, and returns what is wrong: a difference, the explanation of the
// verdict, and the events. A rule that is off by default is judged as if it were on. The events are
// judged both decoded and as records of a log file, and the two must agree.
func Check(r *rule.Rule, c rule.Test, opts ...Option) error {
	b, err := newBench(r, settingsOf(nil, opts))
	if err != nil {
		return err
	}
	if len(b.set.Rules()) == 0 {
		return errOff
	}
	return b.check(c)
}

func (b *bench) check(c rule.Test) error {
	events, err := Events(b.fsys, c)
	if err != nil {
		return err
	}
	if !c.Unusual {
		for _, ev := range events {
			if problems := Shape(ev.Raw()); len(problems) > 0 {
				return fmt.Errorf("%s: the event is not shaped as CloudTrail's are (`unusual: true` says that it is meant so): %w", b.place(c), joined(problems))
			}
		}
	}
	set, err := b.setFor(c)
	if err != nil {
		return err
	}
	got, err := verdict(set, events)
	if err != nil {
		return err
	}
	if what := wrong(c, got); what != "" {
		return &failure{bench: b, test: c, what: what, set: set, events: events, got: got}
	}
	return nil
}

// place is where the case stands.
func (b *bench) place(c rule.Test) string {
	for i := range b.rule.Tests {
		if b.rule.Tests[i].Name == c.Name {
			if line, _ := b.rule.Locate(fmt.Sprintf("tests[%d]", i), 0); line > 0 {
				return fmt.Sprintf("%s:%d", b.rule.File(), line)
			}
		}
	}
	return fmt.Sprintf("%s: %s", b.rule.ID, c.Name)
}
