package ruleset

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
)

// A tuned is what a Set changes of one rule of its core.
type tuned struct {
	enabled    bool
	shadow     bool
	severity   rule.Severity // 0: the rule's
	values     values
	exceptions []exception // added to the rule's own
	tunings    []*rule.Tuning
	parts      func() (*parts, error)
	stats      counters
}

// Tune returns a set that the tunings bend, and leaves s as it is. The two share the compiled rules
// and the index: a tuned set costs what it changes and little more, so that each tenant of a
// program can have its own. Tunings are applied in order, a later one over an earlier; tuning a
// tuned set adds to its tunings.
//
// A tuning can do only what it names: turn rules on or off, report their findings apart, give
// them another severity (with that severity's default risk), set their parameters and lists, add
// exceptions. Anything that would do nothing is an error: a target that no rule has, a
// parameter or list that none of its rules asks for. All errors are reported, as *rule.Error
// where the tuning was read from a file.
func (s *Set) Tune(tunings ...rule.Tuning) (*Set, error) {
	out := &Set{core: s.core, tuned: maps.Clone(s.tuned), store: s.store, observed: s.observed}
	if out.tuned == nil {
		out.tuned = map[int]*tuned{}
	}
	var errs []error
	fresh := map[int]bool{}
	tunings = slices.Clone(tunings)
	for i := range tunings {
		t := &tunings[i]
		if err := t.Validate(); err != nil {
			errs = append(errs, err)
			continue
		}
		at, err := s.targets(t)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		said := map[string]bool{}
		for _, k := range at {
			if !fresh[k] {
				out.tuned[k], fresh[k] = out.copyOf(k), true
			}
			if len(t.Params)+len(t.Lists)+len(t.Exceptions) > 0 {
				s.rules[k].parts() // a lazy rule has its parameters from then on; what is wrong with it is a Fault
			}
			errs = append(errs, out.tuned[k].apply(t, said)...)
		}
		errs = append(errs, out.unasked(t, at)...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for k := range fresh {
		out.tuned[k].build(s.rules[k])
	}
	return out, nil
}

// targets are the places of the rules that t chooses.
func (s *Set) targets(t *rule.Tuning) ([]int, error) {
	var all []*rule.Rule
	var at []int
	for i, c := range s.rules {
		all = append(all, c.def)
		if t.Target.Matches(c.def) {
			at = append(at, i)
		}
	}
	if err := t.Target.Unknown(all); err != nil {
		return nil, t.Problem("target", "", err)
	}
	if len(at) == 0 {
		return nil, t.Problem("target", "", errors.New("no rule has all of this"))
	}
	return at, nil
}

// unasked reports parameters and lists that none of the rules asks for.
func (s *Set) unasked(t *rule.Tuning, at []int) []error {
	if len(t.Params)+len(t.Lists) == 0 {
		return nil
	}
	params, lists := map[string]bool{}, map[string]bool{}
	for _, k := range at {
		for _, e := range s.tuned[k].exceptions {
			if e.when != nil {
				for _, name := range e.when.Lists() {
					lists[name] = true
				}
			}
		}
		for name := range s.rules[k].def.Params {
			params[name] = true
		}
		for name := range s.rules[k].def.Lists {
			lists[name] = true
		}
		if p, err := s.rules[k].parts(); err == nil {
			for _, name := range p.lists() {
				lists[name] = true
			}
		}
	}
	var errs []error
	check := func(kind, name string, known map[string]bool) {
		if !known[name] {
			err := errors.New("none of the rules asks for it")
			errs = append(errs, t.Problem(kind+"."+name, nearest.Name(name, slices.Sorted(maps.Keys(known))), err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Params)) {
		check("params", name, params)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Lists)) {
		check("lists", name, lists)
	}
	return errs
}

// copyOf starts from what s makes of the rule at that place.
func (s *Set) copyOf(at int) *tuned {
	c := s.rules[at]
	old := s.tuned[at]
	if old == nil {
		return &tuned{enabled: !c.def.Disabled, values: values{rule: c.def, cfg: s.cfg}}
	}
	return &tuned{
		enabled: old.enabled, shadow: old.shadow, severity: old.severity,
		values:     values{rule: c.def, cfg: s.cfg, lists: maps.Clone(old.values.lists), params: maps.Clone(old.values.params)},
		exceptions: slices.Clone(old.exceptions), tunings: slices.Clone(old.tunings),
	}
}

// apply adds what t says. Its errors are those that were not said of another rule.
func (x *tuned) apply(t *rule.Tuning, said map[string]bool) (errs []error) {
	fail := func(field, hint string, err error, where string) {
		if key := field + ": " + err.Error(); !said[key] {
			said[key] = true
			errs = append(errs, t.Problem(field, hint, fmt.Errorf("%w%s", err, where)))
		}
	}
	x.tunings = append(x.tunings, t)
	if t.Enabled != nil {
		x.enabled = *t.Enabled
	}
	if t.Shadow != nil {
		x.shadow = *t.Shadow
	}
	if t.Severity != 0 {
		x.severity = t.Severity
	}
	for name, list := range t.Lists {
		if x.values.lists == nil {
			x.values.lists = map[string][]string{}
		}
		x.values.lists[name] = slices.Clone(list)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Params)) {
		v := t.Params[name]
		p, ok := x.values.rule.Params[name]
		if !ok {
			continue // another of the tuning's rules has it
		}
		value, err := p.Type.Value(v)
		if err != nil {
			fail("params."+name, "", err, "")
			continue
		}
		if x.values.params == nil {
			x.values.params = map[string]any{}
		}
		if list, ok := value.([]string); ok {
			value = slices.Clone(list)
		}
		x.values.params[name] = value
	}
	if len(t.Params) > 0 && x.values.rule.HasMemory() {
		m := &memory{rule: x.values.rule}
		m.resolve(&x.values)
		if err := m.check(x.values.cfg.lateness); err != nil {
			fail("params", "", err, "")
		}
	}
	for i, e := range t.Exceptions {
		k := &builder{rule: x.values.rule, cfg: x.values.cfg, values: &x.values}
		when := k.program("when", e.When, 0, e.When, true)
		for _, err := range k.errs {
			fail(fmt.Sprintf("exceptions[%d].when", i), err.Hint, err.Err, fmt.Sprintf(" (in rule %s)", x.values.rule.ID))
		}
		x.exceptions = append(x.exceptions, exception{e, when})
	}
	return errs
}

// build makes the parts of the tuned rule: the same programs with its values, and more exceptions.
func (x *tuned) build(c *compiled) {
	if len(x.exceptions)+len(x.values.lists)+len(x.values.params) == 0 {
		x.parts = c.parts
		return
	}
	x.parts = sync.OnceValues(func() (*parts, error) {
		p, err := c.parts()
		if err != nil {
			return nil, err
		}
		out := p.with(&x.values)
		for _, e := range x.exceptions {
			out.exceptions = append(out.exceptions, exception{e.Exception, e.when.with(&x.values)})
		}
		return out, nil
	})
}

// Notices says what of the set's tunings and exceptions deserves a look at the given time:
// an exception that has expired and excepts no more, a tuning that was written for an older
// version of its rule. The set works as it stands. An exception that tunes several rules is one notice,
// which names no rule.
func (s *Set) Notices(now time.Time) []*rule.Error {
	type tunedException struct {
		tuning *rule.Tuning
		at     int
	}
	var out []*rule.Error
	said := map[tunedException]*rule.Error{}
	for i, c := range s.rules {
		if !s.enabled(i) {
			continue
		}
		for k, e := range c.def.Exceptions {
			if !e.HoldsAt(now) {
				out = append(out, c.def.Problem(fmt.Sprintf("exceptions[%d].expires", k), "", 0, "", expired(e)))
			}
		}
		x := s.tuned[i]
		if x == nil {
			continue
		}
		for _, t := range x.tunings {
			if t.ForVersion != 0 && t.ForVersion < c.def.Version {
				e := t.Problem("for_version", "", fmt.Errorf("the tuning was written for version %d, the rule is at version %d", t.ForVersion, c.def.Version))
				e.Rule = c.def.ID
				out = append(out, e)
			}
			for k, ex := range t.Exceptions {
				key := tunedException{t, k}
				if e := said[key]; e != nil {
					e.Rule = ""
				} else if !ex.HoldsAt(now) {
					e := t.Problem(fmt.Sprintf("exceptions[%d].expires", k), "", expired(ex))
					e.Rule, said[key] = c.def.ID, e
					out = append(out, e)
				}
			}
		}
	}
	return out
}

func expired(e rule.Exception) error {
	owner := ""
	if e.Owner != "" {
		owner = " of " + e.Owner
	}
	return fmt.Errorf("the exception %q%s expired on %s", e.Name, owner, e.Expires.Format(time.DateOnly))
}
