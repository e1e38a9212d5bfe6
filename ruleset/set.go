package ruleset

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
)

// A Set is many rules, compiled. It is immutable, and safe for concurrent use.
type Set struct {
	*core
	tuned map[int]*tuned // by the rule's place; nil for a set that is not tuned
}

// A core is what the sets tuned from one another share.
type core struct {
	rules []*compiled // in the order given to Compile, those that are off included
	index *index
	work  sync.Pool // of *worker
	cfg   *config
}

// Compile compiles rules. It reports every error of every rule at once: errors.As finds the
// first *rule.Error with its file, line and column, rule.Errors all of them. Rules that are
// Disabled are compiled, too, so that Tune can turn them on, but judge nothing.
//
// Rules are compiled in parallel. They must not be modified afterwards.
func Compile(rules []*rule.Rule, opts ...Option) (*Set, error) {
	cfg := &config{lists: map[string][]string{}, schedules: map[string]rule.Schedule{}}
	for _, o := range opts {
		o.apply(cfg)
	}
	used := newNames(cfg)
	var errs []error
	seen := map[string]*rule.Rule{}
	for _, r := range rules {
		if other, ok := seen[r.ID]; ok && r.ID != "" {
			errs = append(errs, duplicate(r, other))
		}
		seen[r.ID] = r
		used.add(r)
	}
	c := &core{rules: make([]*compiled, len(rules)), cfg: cfg}
	failed := make([]error, len(rules))
	forEach(len(rules), func(i int) {
		c.rules[i], failed[i] = compileRule(rules[i], cfg)
	})
	if err := errors.Join(append(errs, failed...)...); err != nil {
		return nil, err
	}
	if !cfg.lazy {
		for _, r := range c.rules {
			p, _ := r.parts()
			for _, name := range p.lists() {
				used.asked["list "+name] = true
			}
		}
		if err := errors.Join(used.unknown()...); err != nil {
			return nil, err
		}
	}
	c.index = newIndex(c.rules)
	c.work.New = func() any { return newWorker(c) }
	return &Set{core: c}, nil
}

// Rules returns the definitions of the rules that are on, in order, as they were given to
// Compile. They must not be modified.
func (s *Set) Rules() []*rule.Rule {
	var out []*rule.Rule
	for i, r := range s.rules {
		if s.enabled(i) {
			out = append(out, r.def)
		}
	}
	return out
}

// enabled reports whether the rule at that place is on.
func (s *Set) enabled(at int) bool {
	if t := s.tuned[at]; t != nil {
		return t.enabled
	}
	return !s.rules[at].def.Disabled
}

// on is enabled for a candidate, which every record asks for.
func (s *Set) on(c *candidate) bool {
	if s.tuned == nil {
		return !c.off
	}
	return s.enabled(c.at)
}

// forEach calls fn for 0..n-1 on as many goroutines as there are cores.
func forEach(n int, fn func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				fn(i)
			}
		})
	}
	wg.Wait()
}

// names checks that each list and schedule that the program gives is asked for by some rule.
type names struct {
	given map[string]string // "list x" to x
	asked map[string]bool
}

func newNames(c *config) *names {
	n := &names{given: map[string]string{}, asked: map[string]bool{}}
	for name := range c.lists {
		n.given["list "+name] = name
	}
	for name := range c.schedules {
		n.given["schedule "+name] = name
	}
	return n
}

func (n *names) add(r *rule.Rule) {
	for name := range r.Lists {
		n.asked["list "+name] = true
	}
	for name := range r.Schedules {
		n.asked["schedule "+name] = true
	}
	if r.Active != nil {
		n.asked["schedule "+r.Active.Inside+r.Active.Outside] = true
	}
}

func (n *names) unknown() []error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(n.given)) {
		if n.asked[key] {
			continue
		}
		err := fmt.Errorf("no rule asks for the %s", key)
		if hint := nearest.Name(key, slices.Sorted(maps.Keys(n.asked))); hint != "" {
			err = fmt.Errorf("%w (did you mean %s?)", err, hint)
		}
		errs = append(errs, err)
	}
	return errs
}

func duplicate(r, other *rule.Rule) error {
	err := errors.New("another rule has this id")
	if line, column := other.Locate("id", 0); line > 0 {
		err = fmt.Errorf("%w: %s:%d:%d", err, other.File(), line, column)
	}
	return r.Problem("id", "", 0, "", err)
}
