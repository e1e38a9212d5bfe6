package rule

import (
	"fmt"
	"sync"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/internal/yamltree"
)

// Lint returns what is suspicious about rules that are valid: they do what they say, and that is
// probably not what was meant. Each check knows one way in which CloudTrail misleads:
//
//   - a session name used as if it told who acts, grouped by or counted: whoever asks for a session chooses its name
//   - an eventName without its eventSource: services share names
//   - a name or a source that CloudTrail never logs
//   - a test that holds because the event lacks the field
//   - a rule that is another one under a second id
//
// Warnings are sorted by file, line and column, those of rules built in Go by the order of rules.
// Expressions that do not compile are Validate's business and are passed over here. Package
// ruletest adds what takes the rules' tests to find out.
func Lint(rules ...*Rule) []*Error {
	var warnings []*Error
	first := map[string]*Rule{} // by what the rule looks for
	for _, r := range rules {
		if r == nil {
			continue
		}
		l := newLinter(r)
		for _, check := range checks {
			check(l)
		}
		l.duplicate(first)
		warnings = append(warnings, l.warnings...)
	}
	sortByPlace(warnings)
	return warnings
}

var checks = []func(*linter){
	(*linter).grouping,
	(*linter).sessionValues,
	(*linter).sessionNames,
	(*linter).userNames,
	(*linter).namesWithoutSource,
	(*linter).unloggedNames,
	(*linter).unloggedSources,
	(*linter).absence,
}

// A linter looks at one rule.
type linter struct {
	rule     *Rule
	doc      func() *yamltree.Document
	when     *condition   // nil when there is none that compiles
	all      []*condition // when, those of the exceptions, and of what the rule makes of many events
	matches  []matched    // the rule's, and those of steps
	warnings []*Error
}

// A condition is an expression that is true or false, with what its syntax tells.
type condition struct {
	field, text string
	start       int      // of the condition in text
	sources     []string // the patterns of match that hold of its events
	step        int      // of a sequence, -1 for other conditions
	celenv.Facts
}

// A matched is the match of a rule or a step.
type matched struct {
	field   string
	own     Match
	sources []string // its own, or those of the rule
	when    *condition
}

func newLinter(r *Rule) *linter {
	l := &linter{rule: r, doc: sync.OnceValue(r.source.document)}
	l.when = l.condition("when", r.When, 0, r.When)
	l.matches = append(l.matches, matched{"match", r.Match, r.Match.Source, l.when})
	for i, x := range r.Exceptions {
		l.condition(at("exceptions", i)+".when", x.When, 0, x.When)
	}
	l.memory()
	return l
}

// memory collects the conditions of a rule with memory, but for having, which asks nothing of an event.
func (l *linter) memory() {
	r := l.rule
	switch {
	case r.Aggregate != nil:
		for _, name := range r.Aggregate.letNames() {
			src := r.Aggregate.Let[name]
			if m, err := measure.Parse(src); err == nil && m.Conditional() {
				l.condition("aggregate.let."+name, src, m.Offset, m.Arg)
			}
		}
		l.condition("aggregate.trigger", r.Aggregate.Trigger, 0, r.Aggregate.Trigger)
	case r.Anomaly != nil:
		l.condition("anomaly.trigger", r.Anomaly.Trigger, 0, r.Anomaly.Trigger)
	case r.Sequence != nil:
		for i, s := range r.Sequence.Steps {
			field := at("sequence.steps", i)
			sources := s.Match.Source
			if len(sources) == 0 {
				sources = r.Match.Source
			}
			c := l.condition(field+".when", s.When, 0, s.When)
			if c != nil {
				c.sources, c.step = sources, i
			}
			l.matches = append(l.matches, matched{field + ".match", s.Match, sources, c})
		}
	}
}

// condition takes up a condition that starts at a character of a field's text. It is nil where there is none that
// compiles.
func (l *linter) condition(field, text string, start int, src string) *condition {
	facts, ok := celenv.Inspect(src)
	if !ok {
		return nil
	}
	c := &condition{field, text, start, l.rule.Match.Source, -1, facts}
	l.all = append(l.all, c)
	return c
}

// warn notes something about a field as a whole.
func (l *linter) warn(field, hint, format string, args ...any) {
	l.warnAt(field, "", 0, hint, format, args...)
}

// warnIn notes something about a character of a condition.
func (l *linter) warnIn(c *condition, offset int, hint, format string, args ...any) {
	l.warnAt(c.field, c.text, c.start+offset, hint, format, args...)
}

// warnAt notes something about a character of an expression.
func (l *linter) warnAt(field, expression string, offset int, hint, format string, args ...any) {
	if len(l.warnings) < maxErrors {
		l.warnings = append(l.warnings, l.rule.problem(l.doc(), field, expression, offset, hint, fmt.Errorf(format, args...)))
	}
}
