package ruleset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/glob"
	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
)

// An Explanation says why a rule matched an event, or did not. It prints well, and is made for
// people: programs should rely on Matched alone.
type Explanation struct {
	Rule    string `json:"rule"`
	File    string `json:"file,omitempty"` // the rule's
	EventID string `json:"event_id,omitempty"`
	Matched bool   `json:"matched"`          // Eval reports a finding, in shadow mode or not; a rule with memory takes the event up
	Shadow  bool   `json:"shadow,omitempty"` // it is reported apart
	Reason  string `json:"reason"`           // what decided

	Match      []Check            `json:"match,omitempty"`     // in the order of asking; what follows a failed one is not asked
	Condition  *Step              `json:"condition,omitempty"` // nil when there is none, or match failed
	Active     *Check             `json:"active,omitempty"`
	Exceptions []ExceptionVerdict `json:"exceptions,omitempty"`
	Steps      []Check            `json:"steps,omitempty"` // which steps of a sequence the event is
	Fault      string             `json:"fault,omitempty"` // what could not be evaluated; of an exception, it keeps the finding
}

// A Check is one thing asked of an event.
type Check struct {
	What string `json:"what"` // "match.event"
	Want string `json:"want"`
	Got  string `json:"got"`
	OK   bool   `json:"ok"`
}

// A Step is one part of a condition.
type Step struct {
	Text      string  `json:"text"`
	Value     string  `json:"value"`  // as JSON, "absent", or "not evaluated"
	Line      int     `json:"line"`   // from 1, in the file of the rule; in the condition where there is none, and for what a tuning adds
	Column    int     `json:"column"` // likewise, of the part's operator or name
	Decisive  bool    `json:"decisive"`
	Steps     []*Step `json:"steps,omitempty"`
	evaluated bool
	truth     bool
	op        string // "&&", "||", "!" or ""
}

// An ExceptionVerdict says what an exception made of a match.
type ExceptionVerdict struct {
	Name      string `json:"name"`
	Owner     string `json:"owner,omitempty"`
	Why       string `json:"why"`             // its reason
	Tuned     bool   `json:"tuned,omitempty"` // a tuning added it
	Expired   bool   `json:"expired,omitempty"`
	Applied   bool   `json:"applied"` // it removed the finding
	Condition *Step  `json:"condition,omitempty"`
}

// Explain says why the rule of that id matches ev, or does not. An id that the set lacks is an
// error, and so is that of ctx. The expressions are compiled anew, with every part noting its
// value: Explain is made for looking into one verdict, not for every event.
func (s *Set) Explain(ctx context.Context, id string, ev *event.Event) (*Explanation, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(s.rules, func(c *compiled) bool { return c.def.ID == id })
	if at < 0 {
		var ids []string
		for _, c := range s.rules {
			ids = append(ids, c.def.ID)
		}
		if hint := nearest.Name(id, ids); hint != "" {
			return nil, fmt.Errorf("the set has no rule %q (did you mean %q?)", id, hint)
		}
		return nil, fmt.Errorf("the set has no rule %q", id)
	}
	c := s.rules[at]
	x := &explainer{Explanation: Explanation{Rule: id, File: c.def.File(), EventID: ev.EventID}, event: ev, rule: c.def, values: &values{rule: c.def, cfg: s.cfg}}
	x.frame.Reset(ev)
	_, err := c.parts() // of a lazy rule, this is when it is compiled
	t := s.tuned[at]
	if t != nil {
		x.values, x.added = &t.values, t.exceptions
	}
	switch {
	case s.enabled(at):
		x.explain(err)
		x.Shadow = x.Matched && t != nil && t.shadow
	case c.missing != nil && s.wanted(at):
		x.Reason = "the rule is inactive: it needs the lookup " + strings.Join(c.missing, ", ")
	case c.def.Disabled:
		x.Reason = "the rule is off by default"
	default:
		x.Reason = "a tuning turned the rule off"
	}
	return &x.Explanation, nil
}

type explainer struct {
	Explanation
	event  *event.Event
	rule   *rule.Rule
	values *values
	added  []exception // by tuning
	frame  celenv.Frame
}

func (x *explainer) explain(broken error) {
	switch {
	case !x.match():
	case broken != nil:
		x.Fault, x.Reason = broken.Error(), "the rule does not compile"
	case !x.condition():
	case !x.awake():
	case x.excepted():
	case x.rule.HasMemory():
		x.memory()
	default:
		x.Matched = true
		x.Reason = "everything that the rule asks for holds"
	}
}

// memory says whether and how a rule with memory takes the event up. What it makes of it depends on other events.
func (x *explainer) memory() {
	k := &builder{rule: x.rule, cfg: x.values.cfg, values: x.values}
	m := k.memory()
	if k.errs != nil {
		x.Fault, x.Reason = k.err().Error(), "the rule does not compile"
		return
	}
	m = m.with(x.values)
	c := &compiled{def: x.rule}
	var out verdict
	if err := c.observe(nil, &parts{memory: m}, &x.frame, x.event, &out); err != nil {
		x.Fault, x.Reason = "grouping: "+err.Error(), "the event could not be put in a group"
		return
	}
	for i := range m.steps {
		ok, _ := m.steps[i].holds(&x.frame, x.event)
		x.Steps = append(x.Steps, Check{What: "step", Want: m.steps[i].Name, OK: ok})
	}
	switch {
	case len(m.steps) > 0 && !slices.ContainsFunc(x.Steps, func(c Check) bool { return c.OK }):
		x.Reason = "the event is no step of the sequence"
	case len(out.pending) == 0:
		x.Reason = "the event lacks a value of the rule's grouping"
	default:
		x.Matched = true
		var groups []string
		for _, o := range out.pending {
			var group []string
			for _, g := range o.fields() {
				group = append(group, fmt.Sprintf("%s %q", g.Field, g.Value))
			}
			groups = append(groups, strings.Join(group, ", "))
		}
		x.Reason = "the rule takes the event up, in the group " + strings.Join(groups, "; and ")
	}
}

func (x *explainer) match() bool {
	m := x.rule.Match
	check := func(what string, want []string, got string, ok bool) bool {
		x.Match = append(x.Match, Check{What: what, Want: strings.Join(want, " or "), Got: got, OK: ok})
		if !ok {
			x.Reason = fmt.Sprintf("%s is %q", what, got)
		}
		return ok
	}
	if len(m.Source) > 0 && !check("match.source", m.Source, x.event.EventSource, anyMatch(m.Source, x.event.EventSource)) {
		return false
	}
	if len(m.Event) > 0 {
		t := eventTest(x.rule.Match, nil)
		if !check("match.event", m.Event, x.event.EventName, t.Match(x.event.EventName)) {
			return false
		}
	}
	got := string(x.event.Outcome())
	return m.Outcome == rule.Any || check("match.outcome", []string{string(m.Outcome)}, got, string(m.Outcome) == got)
}

func anyMatch(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return glob.Match(p, s) })
}

func (x *explainer) condition() bool {
	if strings.TrimSpace(x.rule.When) == "" {
		return true
	}
	step, ok := x.trace("when", x.rule.When, x.inFile("when"))
	x.Condition = step
	if !ok && x.Fault == "" {
		x.Reason = "the condition is not true"
	}
	return ok
}

// trace evaluates a condition and returns its steps and whether it is true.
func (x *explainer) trace(field, src string, place placing) (*Step, bool) {
	p, trace, issues := celenv.CompileTraced(src, x.values.scope(), true)
	if issues != nil {
		x.Fault = fmt.Sprintf("%s: %s", field, issues[0].Message)
		x.Reason = "the condition does not compile"
		return nil, false
	}
	v, err := p.EvalTraced(&x.frame, x.values.bind(p), trace)
	if err != nil {
		x.Fault = fmt.Sprintf("%s: %v", field, err)
		x.Reason = "the condition could not be evaluated"
		return nil, false
	}
	whole := &Step{Text: src, Value: v.Describe(), evaluated: true, truth: v.Truth()}
	whole.Line, whole.Column = place(src, 0)
	for i, part := range trace.Parts {
		if part.Depth == 0 {
			whole.Steps = append(whole.Steps, stepOf(src, trace, i, place))
		}
	}
	// There is one part, the whole, but for a literal.
	if len(whole.Steps) == 1 {
		whole = whole.Steps[0]
	}
	whole.decide()
	return whole, v.Truth()
}

// A placing says where a character of a condition stands.
type placing func(src string, offset int) (line, column int)

func stepOf(src string, trace *celenv.Trace, i int, place placing) *Step {
	part := trace.Parts[i]
	s := &Step{Text: part.Text, Value: "not evaluated", op: part.Op}
	if v, ok := trace.Value(i); ok {
		s.Value, s.evaluated, s.truth = v.Describe(), true, v.Truth()
	}
	s.Line, s.Column = place(src, part.Offset)
	for _, k := range trace.Inside(i) {
		s.Steps = append(s.Steps, stepOf(src, trace, k, place))
	}
	return s
}

// inFile places the characters of a field of the rule in its file.
func (x *explainer) inFile(field string) placing {
	return func(src string, offset int) (line, column int) {
		if line, column = x.rule.Locate(field, offset); line == 0 {
			return inCondition(src, offset)
		}
		return line, column
	}
}

func inCondition(src string, offset int) (line, column int) {
	before := string([]rune(src)[:min(offset, len([]rune(src)))])
	last := before[strings.LastIndexByte(before, '\n')+1:]
	return strings.Count(before, "\n") + 1, len([]rune(last)) + 1
}

func (x *explainer) awake() bool {
	a := x.rule.Active
	if a == nil {
		return true
	}
	k := &builder{rule: x.rule, cfg: x.values.cfg, values: x.values}
	active := k.activity()
	if k.errs != nil {
		x.Fault, x.Reason = k.err().Error(), "the schedule cannot be read"
		return false
	}
	want := "inside " + a.Inside
	if a.Outside != "" {
		want = "outside " + a.Outside
	}
	x.Active = &Check{What: "active", Want: want, Got: x.event.EventTimeText, OK: active.at(x.event.EventTime)}
	if !x.Active.OK {
		x.Reason = fmt.Sprintf("the event is not %s", want)
	}
	return x.Active.OK
}

func (x *explainer) excepted() bool {
	all := slices.Clone(x.rule.Exceptions)
	for _, e := range x.added {
		all = append(all, e.Exception)
	}
	for i, e := range all {
		field := fmt.Sprintf("exceptions[%d].when", i)
		place := x.inFile(field)
		v := ExceptionVerdict{Name: e.Name, Owner: e.Owner, Why: e.Reason, Expired: !e.HoldsAt(x.event.EventTime)}
		if i >= len(x.rule.Exceptions) {
			v.Tuned, place = true, inCondition
		}
		if !v.Expired {
			fault, reason := x.Fault, x.Reason
			v.Condition, v.Applied = x.trace(field, e.When, place)
			if !v.Applied && x.Fault != fault {
				x.Reason = reason // an exception that faults keeps the finding
			}
		}
		x.Exceptions = append(x.Exceptions, v)
		if v.Applied {
			x.Reason = fmt.Sprintf("the exception %s removes it", e.Name)
			return true
		}
	}
	return false
}
