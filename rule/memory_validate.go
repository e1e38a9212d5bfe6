package rule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/internal/nearest"
)

// Bounds on what one rule may keep of an event.
const (
	maxSteps  = 10
	maxFields = 8
	maxLets   = 16
)

func (v *validator) memory() {
	r := v.rule
	kinds := r.kinds()
	if len(kinds) > 1 {
		v.fail(kinds[1], "a rule is of one kind, and this one is of kind %s", kinds[0])
	}
	if len(kinds) > 0 && len(r.GroupBy) > 0 {
		field, _ := r.Grouping()
		v.fail("group_by", "the events of this rule are grouped by %s", field)
	}
	if r.Dedup != "" {
		v.span("dedup", r.Dedup)
	}
	switch {
	case r.Aggregate != nil:
		v.aggregate(r.Aggregate)
	case r.Sequence != nil:
		v.sequence(r.Sequence)
	case r.NewTerms != nil:
		v.newTerms(r.NewTerms)
	case r.Anomaly != nil:
		v.anomaly(r.Anomaly)
	}
	v.needs()
}

// needs checks the names of lookups. Which of them conditions ask for is checked with the conditions.
func (v *validator) needs() {
	v.set("needs", v.rule.Needs)
	for i, name := range v.rule.Needs {
		if name != "" && !kebab.MatchString(name) {
			v.fail(at("needs", i), "%q is not in kebab-case: small letters and digits, parted by single hyphens", name)
		}
	}
}

func (v *validator) span(field string, s Span) {
	if s == "" {
		v.fail(field, "missing")
		return
	}
	if name, ok := s.Param(); ok {
		v.paramOf(field, name, DurationParam)
	} else if _, err := ParseSpan(string(s)); err != nil {
		v.fail(field, "%v", err)
	}
}

func (v *validator) paramOf(field, name string, types ...ParamType) {
	p, ok := v.rule.Params[name]
	switch {
	case !ok:
		var names []string
		for n := range v.rule.Params {
			names = append(names, "params."+n)
		}
		slices.Sort(names)
		v.add(field, "", 0, nearest.Name("params."+name, names), fmt.Errorf("the rule declares no parameter %q", name))
	case !slices.Contains(types, p.Type):
		v.fail(field, "the parameter %q is of type %s, and of type %s here", name, p.Type, types[0])
	}
}

func (v *validator) bound(field string, b Bound) {
	if b == "" {
		return
	}
	if name, ok := b.Param(); ok {
		v.paramOf(field, name, NumberParam, IntParam)
	} else if n, err := strconv.ParseFloat(string(b), 64); err != nil || !(n >= 0) || math.IsInf(n, 0) {
		v.fail(field, "%q is no number from 0", string(b))
	}
}

func (v *validator) by(field string, by []string) {
	if len(by) > maxFields {
		v.fail(field, "%d values, at most %d", len(by), maxFields)
	}
	for i, expression := range by {
		v.value(at(field, i), expression)
	}
}

func (v *validator) aggregate(a *Aggregate) {
	v.by("aggregate.by", a.By)
	v.span("aggregate.window", a.Window)
	if len(a.Let) > maxLets {
		v.fail("aggregate.let", "%d measures, at most %d", len(a.Let), maxLets)
	}
	for _, name := range a.letNames() {
		v.let("aggregate.let."+name, name, a.Let[name])
	}
	v.condition("aggregate.trigger", a.Trigger)
	if v.required("aggregate.having", a.Having) && !v.skip.skipExpressions && !v.broken("aggregate.let") {
		v.issues("aggregate.having", a.Having, 0, celenv.CheckRising(a.Having, v.rule.measured()))
	}
}

// broken tells whether something below a field is wrong.
func (v *validator) broken(field string) bool {
	return slices.ContainsFunc(v.errs, func(e *Error) bool { return strings.HasPrefix(e.Field, field) })
}

// taken are names that mean something else in a condition over measures or in a message.
var taken = []string{"event", "actor", "params", "count", "first", "last", "list", "lookup", "has", "size", "true", "false", "null", "in",
	"duration", "timestamp", "int", "double", "string", "bool", "type", "dyn", "if", "else", "for", "var", "let", "while", "return", "void",
	"function", "import", "package", "namespace", "const", "loop", "break", "continue", "as"}

func (v *validator) let(field, name, src string) {
	switch {
	case !identifier.MatchString(name):
		v.fail(field, "%q is no name for a measure: letters, digits and _ only", name)
	case slices.Contains(taken, name):
		v.fail(field, "%q is taken: choose another name", name)
	}
	m, err := measure.Parse(src)
	switch {
	case err != nil:
		v.add(field, "", 0, err.Hint, err)
	case m.Arg == "" || v.skip.skipExpressions:
	case m.Conditional():
		v.issues(field, src, m.Offset, celenv.CheckCondition(m.Arg, v.rule.scope()))
	default:
		v.issues(field, src, m.Offset, celenv.CheckValue(m.Arg, v.rule.scope()))
	}
}

// measured is what a condition over measures may refer to.
func (r *Rule) measured() celenv.Scope {
	s := r.scope()
	s.Vars = measure.Vars(r.Aggregate.Let)
	return s
}

// inMessage is what a placeholder may refer to: what was measured, where it names that, else the event.
func (r *Rule) inMessage(placeholder string) celenv.Scope {
	s := r.scope()
	if !r.HasMemory() {
		return s
	}
	var let map[string]string
	if r.Aggregate != nil {
		let = r.Aggregate.Let
	}
	if vars := measure.MessageVars(let); celenv.ReadsAny(placeholder, vars) {
		s.Vars = vars
	}
	return s
}

func (v *validator) sequence(s *Sequence) {
	v.by("sequence.by", s.By)
	v.span("sequence.within", s.Within)
	if n := len(s.Steps); n < 2 || n > maxSteps {
		v.fail("sequence.steps", "a sequence has from 2 to %d steps, this one %d", maxSteps, n)
	}
	values := len(s.By)
	if s.By == nil {
		values = 1
	}
	seen := map[string]bool{}
	for i, step := range s.Steps {
		field := at("sequence.steps", i)
		if v.required(field+".name", step.Name) && seen[step.Name] {
			v.fail(field+".name", "another step is called %q", step.Name)
		}
		seen[step.Name] = true
		v.matches(field+".match", step.Match)
		v.condition(field+".when", step.When)
		if step.Match.isZero() && strings.TrimSpace(step.When) == "" {
			v.fail(field, "neither match nor when: the step would be any event of the rule")
		}
		if step.By != nil {
			v.by(field+".by", step.By)
			if len(step.By) != values {
				v.fail(field+".by", "the step is joined by %d, the others are by %d", len(step.By), values)
			}
		}
	}
}

func (v *validator) newTerms(t *NewTerms) {
	if len(t.Fields) == 0 {
		v.fail("new_terms.fields", "missing")
	}
	v.by("new_terms.fields", t.Fields)
	v.span("new_terms.history", t.History)
	if t.Learning != "" {
		v.span("new_terms.learning", t.Learning)
	}
}

func (v *validator) anomaly(a *Anomaly) {
	switch {
	case a.Function == "":
		v.fail("anomaly.function", "missing")
	case !slices.Contains(anomalyFunctions, string(a.Function)):
		v.fail("anomaly.function", "unknown function %q", a.Function)
	}
	if v.required("anomaly.of", a.Of) {
		v.value("anomaly.of", a.Of)
	}
	v.by("anomaly.by", a.By)
	v.span("anomaly.bucket", a.Bucket)
	v.span("anomaly.history", a.History)
	if a.Learning != "" {
		v.span("anomaly.learning", a.Learning)
	}
	for _, b := range []struct {
		field string
		bound Bound
		of    AnomalyFunction
	}{{"min_buckets", a.MinBuckets, a.Function}, {"max_share", a.MaxShare, Rare}, {"deviations", a.Deviations, HighDistinct}, {"at_least", a.AtLeast, HighDistinct}} {
		v.bound("anomaly."+b.field, b.bound)
		if b.bound != "" && b.of != a.Function && slices.Contains(anomalyFunctions, string(a.Function)) {
			v.fail("anomaly."+b.field, "says something to %s only", b.of)
		}
	}
	v.condition("anomaly.trigger", a.Trigger)
	bucket, history := v.length(a.Bucket), v.length(a.History)
	if bucket == 0 || history == 0 {
		return // reported already
	}
	buckets := history / bucket
	if buckets > MaxBuckets {
		v.fail("anomaly.history", "%d buckets, at most %d", buckets, MaxBuckets)
	}
	if least := v.number(a.MinBuckets, DefaultMinBuckets); least > float64(buckets) {
		v.fail("anomaly.history", "%d buckets, and min_buckets asks for %v: there never is a finding", buckets, least)
	}
}

// length is a span with the defaults of parameters, 0 when it is none.
func (v *validator) length(s Span) time.Duration {
	text := string(s)
	if name, ok := s.Param(); ok {
		text, _ = v.rule.Params[name].Default.(string)
	}
	d, _ := ParseSpan(text)
	return d
}

// number is a bound with the defaults of parameters.
func (v *validator) number(b Bound, otherwise float64) float64 {
	if name, ok := b.Param(); ok {
		if n, ok := number(v.rule.Params[name].Default); ok {
			return n
		}
	}
	if n, err := strconv.ParseFloat(string(b), 64); err == nil {
		return n
	}
	return otherwise
}

// MaxBuckets is how many buckets the history of an anomaly may have, DefaultMinBuckets how many it must have when
// MinBuckets is left out.
const (
	MaxBuckets        = 1024
	DefaultMinBuckets = 24
)
