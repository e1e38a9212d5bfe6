package ruletest

import (
	"io/fs"
	"maps"
	"slices"

	"github.com/trailsift/trailsift/rule"
)

// An Option bends how cases are run. What it gives holds for every case; a case's own lists,
// schedules and params come first.
type Option interface{ apply(*settings) }

type settings struct {
	fsys      fs.FS // of the files that cases name; nil when there is none
	dir       string
	tunings   []rule.Tuning
	lists     map[string][]string
	schedules map[string]rule.Schedule
	coverage  float64
	killed    float64
}

type option func(*settings)

func (f option) apply(s *settings) { f(s) }

func settingsOf(fsys fs.FS, opts []Option) *settings {
	s := &settings{fsys: fsys, lists: map[string][]string{}, schedules: map[string]rule.Schedule{}}
	for _, o := range opts {
		o.apply(s)
	}
	if s.dir == "" {
		s.dir = directory(fsys)
	}
	return s
}

// WithTunings runs the cases of the rules as the tunings bend them. Each must suit some rule, as
// for ruleset's Set.Tune. Rules that a tuning turns off are skipped.
func WithTunings(tunings ...rule.Tuning) Option {
	return option(func(s *settings) { s.tunings = append(slices.Clip(s.tunings), tunings...) })
}

// WithList gives the list that conditions ask for with list("name"). Some rule must ask for it.
func WithList(name string, values ...string) Option {
	return option(func(s *settings) { s.lists[name] = slices.Clone(values) })
}

// WithSchedule gives the schedule that rules name under `active`. Some rule must name it.
func WithSchedule(name string, schedule rule.Schedule) Option {
	return option(func(s *settings) { s.schedules[name] = schedule })
}

// WithFiles gives Check the files that cases name under `file`. Run, Coverage and Mutate read them
// from where the rules are.
func WithFiles(fsys fs.FS) Option { return option(func(s *settings) { s.fsys = fsys }) }

// WithDir says in which directory the files of the rules are, for -update to write them. Run knows
// that of an os.DirFS, and needs to be told that of embedded files.
func WithDir(dir string) Option { return option(func(s *settings) { s.dir = dir }) }

// MinCoverage makes Run fail when less than so many percent of the branches of all conditions are
// taken: see Coverage.
func MinCoverage(percent float64) Option {
	return option(func(s *settings) { s.coverage = percent })
}

// MinKilled makes Run fail when the cases notice less than so many percent of the mutants of all
// rules: see Mutate.
func MinKilled(percent float64) Option { return option(func(s *settings) { s.killed = percent }) }

// given reports the options that suit none of the rules.
func (s *settings) given(rules []*rule.Rule) error {
	on := make([]*rule.Rule, len(rules))
	for i, r := range rules {
		on[i] = enabled(r)
	}
	set, err := s.compile(on, slices.Sorted(maps.Keys(s.lists)), s.schedules)
	if err != nil {
		return err
	}
	_, err = set.Tune(s.tunings...)
	return err
}

func enabled(r *rule.Rule) *rule.Rule {
	on := *r
	on.Disabled = false
	return &on
}
