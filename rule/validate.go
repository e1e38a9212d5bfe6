package rule

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/internal/template"
	"github.com/trailsift/trailsift/internal/yamltree"
)

// Validate reports everything that is wrong with the rule, as *Error values joined: what is missing, what is not
// known, and conditions, placeholders and grouping that do not compile. A rule that was read from a file has its
// errors placed in the file; Parse has validated it already.
//
// Names of schedules and lists are not looked up: the program that uses the rule may bring them.
func (r *Rule) Validate(opts ...Option) error {
	return join(r.problems(optionsOf(opts), sync.OnceValue(r.source.document)))
}

// problems validates; doc, which gives nil for a rule built in Go, is where errors are placed.
func (r *Rule) problems(o options, doc func() *yamltree.Document) []*Error {
	v := &validator{rule: r, doc: doc, skip: o}
	v.head()
	v.match()
	v.condition("when", r.When)
	v.message()
	for i, expression := range r.GroupBy {
		v.value(at("group_by", i), expression)
	}
	if a := r.Active; a != nil && (a.Inside == "") == (a.Outside == "") {
		v.fail("active", "name a schedule either inside or outside of which the rule is active")
	}
	v.schedules("schedules", r.Schedules)
	for name := range r.Lists {
		v.name("lists", name)
	}
	v.params()
	v.memory()
	v.exceptions()
	v.prose("false_positives", r.FalsePositives)
	v.prose("investigate", r.Investigate)
	v.prose("respond", r.Respond)
	if !o.skipTests {
		v.tests()
	}
	return v.errs
}

type validator struct {
	rule *Rule
	doc  func() *yamltree.Document
	skip options
	errs []*Error
}

func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func (v *validator) fail(field, format string, args ...any) {
	v.add(field, "", 0, "", fmt.Errorf(format, args...))
}

func (v *validator) add(field, expression string, offset int, hint string, err error) {
	if len(v.errs) > maxErrors {
		return
	}
	v.errs = append(v.errs, v.rule.problem(v.doc(), field, expression, offset, hint, err))
}

func (v *validator) required(field, text string) bool {
	if strings.TrimSpace(text) == "" {
		v.fail(field, "missing")
		return false
	}
	return true
}

// prose checks a list of texts, none of which may be empty.
func (v *validator) prose(field string, list []string) {
	for i, text := range list {
		if strings.TrimSpace(text) == "" {
			v.fail(at(field, i), "empty")
		}
	}
}

// set checks a list of texts, each of which may stand in it once.
func (v *validator) set(field string, list []string) {
	v.prose(field, list)
	seen := map[string]bool{}
	for i, text := range list {
		if seen[text] && strings.TrimSpace(text) != "" {
			v.fail(at(field, i), "%q stands in the list already", text)
		}
		seen[text] = true
	}
}

// name checks a name that conditions or other fields refer to.
func (v *validator) name(field, name string) {
	if strings.TrimSpace(name) == "" || strings.TrimSpace(name) != name {
		v.fail(field, "%q is no name", name)
	}
}

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
var notKebab = regexp.MustCompile(`[^a-z0-9]+`)

func (v *validator) head() {
	r := v.rule
	if v.required("id", r.ID) && !kebab.MatchString(r.ID) {
		hint := strings.Trim(notKebab.ReplaceAllString(strings.ToLower(r.ID), "-"), "-")
		v.add("id", "", 0, hint, fmt.Errorf("%q is not in kebab-case: small letters and digits, parted by single hyphens", r.ID))
	}
	v.required("title", r.Title)
	switch {
	case r.Severity == 0:
		v.fail("severity", "missing")
	case !r.Severity.known():
		v.fail("severity", "%d is no severity", uint8(r.Severity))
	}
	if r.Risk < 0 || r.Risk > 100 {
		v.fail("risk", "%d is not between 0 and 100", r.Risk)
	}
	if r.Version < 0 {
		v.fail("version", "versions start at 1")
	}
	v.set("tags", r.Tags)
	for i, a := range r.Attack {
		if e := (*Error)(nil); errors.As(a.check(), &e) {
			v.add(at("attack", i), "", 0, e.Hint, e.Err)
		} else if j := slices.Index(r.Attack, a); j < i {
			v.fail(at("attack", i), "%v stands in the list already", a)
		}
	}
	for i, text := range r.References {
		if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
			v.fail(at("references", i), "%q is not an absolute https URL", text)
		}
	}
	v.set("sources", r.Sources)
}

func (v *validator) match() {
	m := v.rule.Match
	v.matches("match", m)
	if m.isZero() && strings.TrimSpace(v.rule.When) == "" && v.rule.Sequence == nil { // the steps of a sequence have their own
		v.fail("match", "missing, and so is when: the rule would match every event")
	}
}

func (v *validator) matches(field string, m Match) {
	v.patterns(field+".source", m.Source)
	v.patterns(field+".event", m.Event)
	if !slices.Contains([]Outcome{Any, Success, Failure}, m.Outcome) {
		v.fail(field+".outcome", "unknown outcome %q", m.Outcome)
	}
}

func (v *validator) patterns(field string, list []string) {
	for i, p := range list {
		if p == "" || strings.ContainsAny(p, " \t\r\n") {
			v.fail(at(field, i), "%q is no pattern: names have no spaces", p)
		}
	}
}

// condition checks an expression that may be left out.
func (v *validator) condition(field, expression string) {
	if strings.TrimSpace(expression) != "" && !v.skip.skipExpressions {
		v.issues(field, expression, 0, celenv.CheckCondition(expression, v.rule.scope()))
	}
}

func (v *validator) value(field, expression string) {
	if strings.TrimSpace(expression) == "" {
		v.fail(field, "empty")
		return
	}
	if !v.skip.skipExpressions {
		v.issues(field, expression, 0, celenv.CheckValue(expression, v.rule.scope()))
	}
}

func (v *validator) message() {
	message := v.rule.Message
	segments, errs := template.Parse(message)
	for _, e := range errs {
		v.add("message", message, e.Offset, "", e)
	}
	for _, s := range segments {
		if s.Expr != "" && !v.skip.skipExpressions {
			v.issues("message", message, s.Offset, celenv.CheckValue(s.Expr, v.rule.inMessage(s.Expr)))
		}
	}
}

// issues takes over what is wrong with an expression that starts at a character of a field's text.
func (v *validator) issues(field, text string, start int, issues []celenv.Issue) {
	for _, issue := range issues {
		v.add(field, text, start+issue.Offset, issue.Hint, errors.New(issue.Message))
	}
}

func (v *validator) schedules(field string, all map[string]Schedule) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v.name(field, name)
		_, errs := all[name].compile()
		for _, e := range errs {
			v.add(field+"."+name+"."+e.Field, "", 0, e.Hint, e.Err)
		}
	}
}

var identifier = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*$`)

func (v *validator) params() {
	for _, name := range slices.Sorted(maps.Keys(v.rule.Params)) {
		p, field := v.rule.Params[name], "params."+name
		if !identifier.MatchString(name) {
			v.fail(field, "%q cannot be written as params.%s: letters, digits and _ only", name, name)
		}
		switch {
		case !slices.Contains(paramTypes, string(p.Type)):
			v.fail(field+".type", "missing or unknown")
		case p.Default == nil:
			v.fail(field+".default", "missing")
		default:
			if _, err := p.Type.Value(p.Default); err != nil {
				v.fail(field+".default", "%v", err)
			}
		}
	}
}

// scope is what conditions may refer to. Lists may come from the program.
func (r *Rule) scope() celenv.Scope {
	s := celenv.Scope{Params: map[string]bool{}, Lookups: map[string]bool{}}
	for name := range r.Params {
		s.Params[name] = true
	}
	for _, name := range r.Needs {
		s.Lookups[name] = true
	}
	return s
}

func (v *validator) exceptions() {
	seen := map[string]int{}
	for i, e := range v.rule.Exceptions {
		field := at("exceptions", i)
		if v.required(field+".name", e.Name) {
			if j, ok := seen[e.Name]; ok {
				v.fail(field+".name", "exceptions[%d] is called %q already", j, e.Name)
			} else {
				seen[e.Name] = i
			}
		}
		if v.required(field+".when", e.When) {
			v.condition(field+".when", e.When)
		}
		v.required(field+".reason", e.Reason)
	}
}

func (v *validator) tests() {
	seen := map[string]int{}
	for i, t := range v.rule.Tests {
		field := at("tests", i)
		if v.required(field+".name", t.Name) {
			if j, ok := seen[t.Name]; ok {
				v.fail(field+".name", "tests[%d] is called %q already", j, t.Name)
			} else {
				seen[t.Name] = i
			}
		}
		switch {
		case len(t.Events) > 0 && !t.Event.isZero():
			v.fail(field+".event", "either event or events, not both")
		case len(t.Events) == 0:
			v.record(field+".event", t.Event)
		}
		for j, rec := range t.Events {
			v.record(at(field+".events", j), rec)
		}
		v.schedules(field+".schedules", t.Schedules)
		for name := range t.Lists {
			v.name(field+".lists", name)
		}
		for _, name := range slices.Sorted(maps.Keys(t.Lookups)) {
			if !slices.Contains(v.rule.Needs, name) {
				v.add(field+".lookups."+name, "", 0, nearest.Name(name, v.rule.Needs), errors.New("the rule needs no such lookup"))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(t.Params)) {
			p, ok := v.rule.Params[name]
			if !ok {
				v.add(field+".params."+name, "", 0, nearest.Name(name, slices.Sorted(maps.Keys(v.rule.Params))), errors.New("the rule declares no such parameter"))
			} else if _, err := p.Type.Value(t.Params[name]); err != nil {
				v.fail(field+".params."+name, "%v", err)
			}
		}
	}
}

func (r *Record) isZero() bool {
	return r.Base == "" && r.File == "" && len(r.Whole) == 0 && len(r.Set) == 0 && len(r.Unset) == 0
}

// maxRepeat bounds how often one event of a case happens.
const maxRepeat = 10_000

func (v *validator) record(field string, r Record) {
	from := 0
	for _, is := range []bool{r.Base != "", r.File != "", len(r.Whole) > 0} {
		if is {
			from++
		}
	}
	switch {
	case r.isZero():
		v.fail(field, "missing: a base such as {base: user-call, set: {...}}, or a whole record")
	case from == 0:
		v.fail(field+".base", "set and unset change a base, and there is none")
	case from > 1 || len(r.Whole) > 0 && (len(r.Set) > 0 || len(r.Unset) > 0):
		v.fail(field, "either a base, a file or a whole record, not several")
	}
	if r.File != "" && !fs.ValidPath(r.File) {
		v.fail(field+".file", "%q is no path below the root of the rules", r.File)
	}
	if r.Repeat > maxRepeat {
		v.fail(field+".repeat", "at most %d times", maxRepeat)
	}
	v.prose(field+".unset", r.Unset)
}
