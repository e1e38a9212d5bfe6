package ruleset

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A Set is many rules, compiled. It is immutable, and safe for concurrent use.
type Set struct {
	*core
	tuned    map[int]*tuned // by the rule's place; nil for a set that is not tuned
	store    state.Store    // nil when no rule has memory
	observed *observed
}

// A core is what the sets tuned from one another share.
type core struct {
	rules []*compiled // in the order given to Compile, those that are off included
	index *index
	work  sync.Pool // of *worker
	cfg   *config

	places   map[string]int // of rules, by id
	learners int            // how many rules learn
}

// Compile compiles rules. It reports every error of every rule at once: errors.As finds the
// first *rule.Error with its file, line and column, rule.Errors all of them. Rules that are
// Disabled are compiled, too, so that Tune can turn them on, but judge nothing.
//
// Rules are compiled in parallel. They must not be modified afterwards.
func Compile(rules []*rule.Rule, opts ...Option) (*Set, error) {
	cfg := &config{lists: map[string][]string{}, schedules: map[string]rule.Schedule{}, lookups: map[string]celenv.Lookup{}, lateness: DefaultLateness}
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
	c := &core{rules: make([]*compiled, len(rules)), cfg: cfg, places: make(map[string]int, len(rules))}
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
	remembers := false
	for i, r := range c.rules {
		c.places[r.def.ID] = i
		remembers = remembers || r.def.HasMemory()
		if r.def.NewTerms != nil || r.def.Anomaly != nil {
			c.learners++
		}
	}
	out := &Set{core: c, store: cfg.store, observed: &observed{}}
	if out.store == nil && remembers {
		out.store = state.NewMemory(state.Limits{})
	}
	return out, nil
}

// Store is where rules with memory keep what they remember; nil when no rule has memory and none was given.
func (s *Set) Store() state.Store { return s.store }

// WithStore is the same set over another store: for tenants that are judged by the same rules and
// must not share what is remembered. Sets that are tuned from it share its store. nil is a new state.Memory.
func (s *Set) WithStore(store state.Store) *Set {
	if store == nil {
		store = state.NewMemory(state.Limits{})
	}
	return &Set{core: s.core, tuned: s.tuned, store: store, observed: &observed{}}
}

// An InactiveRule is one that would be on, but for what the program does not give.
type InactiveRule struct {
	Rule  string   // the rule's id
	Needs []string // the lookups that are missing
}

// Inactive lists the rules that judge nothing because they need lookups that were not given with WithLookup.
func (s *Set) Inactive() []InactiveRule {
	var out []InactiveRule
	for i, r := range s.rules {
		if r.missing != nil && s.wanted(i) {
			out = append(out, InactiveRule{r.def.ID, slices.Clone(r.missing)})
		}
	}
	return out
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

// enabled reports whether the rule at that place is on, and has what it needs.
func (s *Set) enabled(at int) bool { return s.rules[at].missing == nil && s.wanted(at) }

// wanted reports whether the rule at that place is to be on.
func (s *Set) wanted(at int) bool {
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
