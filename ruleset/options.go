package ruleset

import (
	"slices"
	"time"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/state"
)

// An Option bends what Compile makes of the rules.
type Option interface{ apply(*config) }

type config struct {
	lists     map[string][]string
	schedules map[string]rule.Schedule
	lazy      bool
	store     state.Store
	lookups   map[string]celenv.Lookup
	lateness  time.Duration
	since     time.Time
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// WithList gives the list that conditions ask for with list("name"), in place of the default
// that a rule declares. A name that no rule asks for is an error of Compile, so that a
// misspelt name cannot pass for an empty list.
func WithList(name string, values ...string) Option {
	return optionFunc(func(c *config) { c.lists[name] = slices.Clone(values) })
}

// WithSchedule gives the schedule that rules name under `active`, in place of the default
// that a rule declares. A name that no rule uses is an error of Compile.
func WithSchedule(name string, s rule.Schedule) Option {
	return optionFunc(func(c *config) { c.schedules[name] = s })
}

// Lazy puts off the compiling of a rule's expressions until an event first asks for the rule,
// which lets a short-lived program such as a Lambda start sooner. An error in an expression is then
// no error of Compile: it is a Fault for every event that asks for the rule. Names of lists and
// schedules that no rule uses go unnoticed. Use it for rules whose tests have passed.
func Lazy() Option { return optionFunc(func(c *config) { c.lazy = true }) }

// WithStore gives the store in which rules with memory keep what they remember. Without it a Set has a
// state.Memory of its own, with default limits, which ends with it: a program that reloads rules gives
// each new Set the same store.
func WithStore(s state.Store) Option { return optionFunc(func(c *config) { c.store = s }) }

// WithLookup gives what rules that need the name ask for with lookup("name", key): for
// "asn" the number and org of an address's autonomous system, for "geo" its country (two letters),
// country_name, region and city, and whatever a program's own rules need. It returns false for a key of which it knows
// nothing. The values are those of JSON, and Go's integers.
//
// The function is called for many events, from many goroutines; it must not block for long, and for one
// key should answer the same as long as a history lasts. Rules that need what no program gives are
// inactive: see Set.Inactive.
func WithLookup(name string, lookup func(key string) (map[string]any, bool)) Option {
	return optionFunc(func(c *config) { c.lookups[name] = lookup })
}

// DefaultLateness is the lateness that is allowed unless WithLateness says otherwise. CloudTrail delivers
// most events within 5 minutes, and nearly all within 15.
const DefaultLateness = 15 * time.Minute

// WithLateness says how much later than others of its group an event may come, by event time, for rules
// with memory to judge it as if it had come in order. A longer one costs memory; histories have to be four
// times as long, and for what is rare eight times and four buckets.
func WithLateness(d time.Duration) Option {
	return optionFunc(func(c *config) { c.lateness = max(d, 0) })
}

// ObservedSince says that what the store remembers began at t at the latest, although it does not know: rules that learn count from
// there. The zero time says nothing. Give it where a store was filled without judging, or to have no learning at all.
func ObservedSince(t time.Time) Option { return optionFunc(func(c *config) { c.since = t }) }
