package rule

import (
	"fmt"
	"sync"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/yamltree"
)

// Lint returns what is suspicious about rules that are valid: they do what they say, and that is
// probably not what was meant. Each check knows one way in which CloudTrail misleads:
//
//   - a session name used as if it told who acts: whoever asks for a session chooses its name
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
	all      []*condition // when, and those of the exceptions
	warnings []*Error
}

// A condition is an expression that is true or false, with what its syntax tells.
type condition struct {
	field, text string
	celenv.Facts
}

func newLinter(r *Rule) *linter {
	l := &linter{rule: r, doc: sync.OnceValue(r.source.document)}
	l.when = l.condition("when", r.When)
	for i, x := range r.Exceptions {
		l.condition(at("exceptions", i)+".when", x.When)
	}
	return l
}

func (l *linter) condition(field, text string) *condition {
	facts, ok := celenv.Inspect(text)
	if !ok {
		return nil
	}
	c := &condition{field, text, facts}
	l.all = append(l.all, c)
	return c
}

// warn notes something about a field as a whole.
func (l *linter) warn(field, hint, format string, args ...any) {
	l.warnAt(field, "", 0, hint, format, args...)
}

// warnAt notes something about a character of an expression.
func (l *linter) warnAt(field, expression string, offset int, hint, format string, args ...any) {
	if len(l.warnings) < maxErrors {
		l.warnings = append(l.warnings, l.rule.problem(l.doc(), field, expression, offset, hint, fmt.Errorf(format, args...)))
	}
}
