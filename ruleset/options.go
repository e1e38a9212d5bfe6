package ruleset

import (
	"slices"

	"github.com/trailsift/trailsift/rule"
)

// An Option bends what Compile makes of the rules.
type Option interface{ apply(*config) }

type config struct {
	lists     map[string][]string
	schedules map[string]rule.Schedule
	lazy      bool
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
