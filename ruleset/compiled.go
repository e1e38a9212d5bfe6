package ruleset

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
)

// A compiled is one rule of a Set.
type compiled struct {
	def   *rule.Rule
	need  celenv.Need // of the skimmed members: match and, unless lazy, what the condition proves
	stats counters

	missing []string // lookups that it needs and the program does not give

	// conditioned says that need holds what the condition proves, so that the rest of it is
	// all that is left to evaluate.
	conditioned bool

	parts func() (*parts, error) // computed once
}

// The parts are what it takes to judge an event.
type parts struct {
	when       *program // nil when there is no condition
	active     *activity
	exceptions []exception
	message    []piece
	group      []piece
	memory     *memory // nil for a rule that looks at one event alone
}

// A program is an expression with the values of the names that it asks for.
type program struct {
	*celenv.Program
	bound    *celenv.Bindings
	measured bool // it asks for what was measured
}

func (p *program) eval(f *celenv.Frame) (celenv.Value, error) { return p.Eval(f, p.bound) }
func (p *program) holds(f *celenv.Frame) (bool, error)        { return p.Holds(f, p.bound) }

// with is the same expression with other values.
func (p *program) with(v *values) *program {
	if p == nil {
		return nil
	}
	return &program{p.Program, v.bind(p.Program), p.measured}
}

// with is the same parts with other values: the programs are shared.
func (p *parts) with(v *values) *parts {
	out := &parts{when: p.when.with(v), active: p.active, memory: p.memory.with(v)}
	for _, x := range p.exceptions {
		out.exceptions = append(out.exceptions, exception{x.Exception, x.when.with(v)})
	}
	pieces := func(in []piece) (out []piece) {
		for _, m := range in {
			out = append(out, piece{m.text, m.value.with(v)})
		}
		return out
	}
	out.message, out.group = pieces(p.message), pieces(p.group)
	return out
}

// The values of a rule are what its lists and parameters hold: the tuned ones, else the
// program's, else the rule's defaults.
type values struct {
	rule   *rule.Rule
	cfg    *config
	lists  map[string][]string // tuned
	params map[string]any      // tuned
}

func (v *values) bind(p *celenv.Program) *celenv.Bindings {
	b := new(celenv.Bindings)
	for _, name := range p.Lists() {
		list, ok := v.lists[name]
		if !ok {
			list, ok = v.cfg.lists[name]
		}
		if !ok {
			list = v.rule.Lists[name].Default
		}
		b.Lists = append(b.Lists, celenv.NewList(list))
	}
	for _, name := range p.Params() {
		b.Params = append(b.Params, celenv.FromGo(v.param(name)))
	}
	for _, name := range p.Lookups() {
		b.Lookups = append(b.Lookups, v.cfg.lookups[name])
	}
	return b
}

func (v *values) param(name string) any {
	if value, ok := v.params[name]; ok {
		return value
	}
	return v.rule.Params[name].Default
}

// scope is what the rule's expressions may refer to.
func (v *values) scope() celenv.Scope {
	s := celenv.Scope{Lists: map[string]bool{}, Params: map[string]bool{}, Lookups: map[string]bool{}}
	for name := range v.rule.Lists {
		s.Lists[name] = true
	}
	for name := range v.cfg.lists {
		s.Lists[name] = true
	}
	for name := range v.rule.Params {
		s.Params[name] = true
	}
	for _, name := range v.rule.Needs {
		s.Lookups[name] = true
	}
	return s
}

type exception struct {
	rule.Exception
	when *program
}

// An activity is when a rule is awake.
type activity struct {
	calendar *rule.Calendar
	inside   bool // awake inside the calendar's windows, else outside
}

// at reports whether the rule is awake at t. A time that could not be read keeps it awake:
// a schedule must not hide what it cannot judge.
func (a *activity) at(t time.Time) bool {
	return a == nil || t.IsZero() || a.calendar.Contains(t) == a.inside
}

// A piece is a stretch of a message: text, or a field of the event.
type piece struct {
	text  string // or the field's path, in a group
	value *program
}

// compileRule checks a rule and compiles it: now, or when an event first asks for it. A lazy
// rule that is confined to no call is compiled now all the same, because every event asks for it,
// unless it is inactive.
func compileRule(r *rule.Rule, cfg *config) (*compiled, error) {
	if err := r.Validate(rule.SkipExpressions(), rule.SkipTests()); err != nil { // what follows checks the expressions
		return nil, err
	}
	r = r.WithDefaults()
	r.Params = maps.Clone(r.Params)
	for name, p := range r.Params { // in Go a default may be any number, in YAML it has been read as its type
		p.Default, _ = p.Type.Value(p.Default)
		r.Params[name] = p
	}
	c := &compiled{def: r, need: ruleNeed(r)}
	for _, name := range r.Needs {
		if cfg.lookups[name] == nil {
			c.missing = append(c.missing, name)
		}
	}
	c.parts = sync.OnceValues(func() (*parts, error) { return build(r, cfg) })
	if cfg.lazy && (len(r.Match.Source)+len(r.Match.Event) > 0 || c.missing != nil) {
		return c, nil
	}
	p, err := c.parts()
	if err == nil && p.memory != nil {
		c.need = celenv.Need{Op: celenv.All, Of: []celenv.Need{c.need, p.memory.need()}}
	}
	if err == nil && p.when != nil {
		c.need = celenv.Need{Op: celenv.All, Of: []celenv.Need{c.need, p.when.Need()}}
		c.conditioned = true
	}
	return c, err
}

func build(r *rule.Rule, cfg *config) (*parts, error) {
	k := &builder{rule: r, cfg: cfg, values: &values{rule: r, cfg: cfg}}
	p := &parts{active: k.activity()}
	if strings.TrimSpace(r.When) != "" {
		p.when = k.program("when", r.When, 0, r.When, true)
	}
	for i, x := range r.Exceptions {
		p.exceptions = append(p.exceptions, exception{x, k.program(fmt.Sprintf("exceptions[%d].when", i), x.When, 0, x.When, true)})
	}
	p.message = k.message()
	if p.memory = k.memory(); p.memory == nil {
		p.group = k.pieces("group_by", r.GroupBy)
	}
	return p, k.err()
}

// A builder gathers the errors of one rule.
type builder struct {
	rule   *rule.Rule
	cfg    *config
	values *values
	errs   []*rule.Error
}

// err joins the errors by their place, as package rule does.
func (k *builder) err() error {
	slices.SortStableFunc(k.errs, func(a, b *rule.Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []error
	for _, e := range k.errs {
		all = append(all, e)
	}
	return errors.Join(all...)
}

// program compiles src, which starts at a character of a field's text.
func (k *builder) program(field, text string, start int, src string, condition bool) *program {
	return k.compile(field, text, start, src, k.values.scope(), condition)
}

// measured compiles an expression over what was measured.
func (k *builder) measured(field, text string, start int, src string, vars []celenv.Var, condition bool) *program {
	scope := k.values.scope()
	scope.Vars = vars
	p := k.compile(field, text, start, src, scope, condition)
	if p != nil {
		p.measured = true
	}
	return p
}

func (k *builder) issues(field, text string, start int, issues []celenv.Issue) {
	for _, is := range issues {
		k.errs = append(k.errs, k.rule.Problem(field, text, start+is.Offset, is.Hint, errors.New(is.Message)))
	}
}

func (k *builder) compile(field, text string, start int, src string, scope celenv.Scope, condition bool) *program {
	p, issues := celenv.Compile(src, scope, condition)
	if k.issues(field, text, start, issues); issues != nil {
		return nil
	}
	return &program{Program: p, bound: k.values.bind(p)}
}

func (k *builder) activity() *activity {
	a := k.rule.Active
	if a == nil {
		return nil
	}
	name := a.Inside + a.Outside // Validate saw to it that there is just one
	s, ok := k.cfg.schedules[name]
	if !ok {
		s, ok = k.rule.Schedules[name]
	}
	if !ok {
		known := slices.Concat(slices.Sorted(maps.Keys(k.rule.Schedules)), slices.Sorted(maps.Keys(k.cfg.schedules)))
		err := fmt.Errorf("there is no schedule named %q: declare it under schedules, or give it to Compile", name)
		k.errs = append(k.errs, k.rule.Problem("active", "", 0, nearest.Name(name, known), err))
		return nil
	}
	calendar, err := s.Compile()
	if err != nil {
		k.errs = append(k.errs, k.rule.Problem("active", "", 0, "", fmt.Errorf("schedule %q: %w", name, err)))
		return nil
	}
	return &activity{calendar, a.Inside != ""}
}

// ruleNeed is what the rule's `match`, and those of its steps, ask of the skimmed members.
func ruleNeed(r *rule.Rule) celenv.Need {
	need := matchNeed(r.Match, nil)
	if r.Sequence == nil {
		return need
	}
	steps := celenv.Need{Op: celenv.Any}
	for _, s := range r.Sequence.Steps {
		steps.Of = append(steps.Of, matchNeed(s.Match, r.Match.Source))
	}
	return celenv.Need{Op: celenv.All, Of: []celenv.Need{need, steps}}
}

// matchNeed is a match as a formula over the skimmed members. around are the sources that the rule confines a step to.
func matchNeed(m rule.Match, around []string) celenv.Need {
	all := celenv.Need{Op: celenv.All, Exact: true}
	add := func(t celenv.Test) {
		all.Of = append(all.Of, celenv.Need{Op: celenv.Is, Test: t, Exact: true})
	}
	if len(m.Source) > 0 {
		add(celenv.Globs(event.FieldEventSource, m.Source))
	}
	if len(m.Event) > 0 {
		add(eventTest(m, around))
	}
	if m.Outcome == rule.Success {
		// What package event's Outcome asks first; the rest of it needs the whole record.
		add(celenv.Test{Field: event.FieldErrorCode, Kind: celenv.Equal, Values: []string{""}})
		add(celenv.Test{Field: event.FieldErrorMessage, Kind: celenv.Equal, Values: []string{""}})
	}
	return all
}

// eventTest is what match.event asks of an event's name. Where Lambda is a source, "CreateFunction"
// stands for CreateFunction20150331 and its like as well.
func eventTest(m rule.Match, around []string) celenv.Test {
	t := celenv.Globs(event.FieldEventName, m.Event)
	t.Undated = anyMatch(m.Source, "lambda.amazonaws.com") || len(m.Source) == 0 && anyMatch(around, "lambda.amazonaws.com")
	return t
}

// lists are the names of the lists that the rule's expressions ask for.
func (p *parts) lists() []string {
	programs := append([]*program{p.when}, p.memory.programs()...)
	for _, x := range p.exceptions {
		programs = append(programs, x.when)
	}
	for _, m := range slices.Concat(p.message, p.group) {
		programs = append(programs, m.value)
	}
	var names []string
	for _, q := range programs {
		if q != nil {
			names = append(names, q.Lists()...)
		}
	}
	return names
}

// judge evaluates the rule, as t tunes it, over an event of which c.need holds. A fault of an
// exception does not hide the finding.
func (c *compiled) judge(t *tuned, f *celenv.Frame, ev *event.Event, out *verdict) {
	parts, stats := c.parts, &c.stats
	if t != nil {
		parts, stats = t.parts, &t.stats
	}
	fault := func(part string, err error) {
		stats.faults.Add(1)
		out.Faults = append(out.Faults, newFault(c.def.ID, part, ev, err))
	}
	stats.evaluated.Add(1)
	p, err := parts()
	if err != nil {
		fault("compilation", err)
		return
	}
	if o := c.def.Match.Outcome; o != rule.Any && string(o) != string(ev.Outcome()) {
		return
	}
	if p.when != nil {
		var holds bool
		if c.conditioned {
			holds, err = p.when.HoldsRest(f, p.when.bound)
		} else {
			holds, err = p.when.holds(f)
		}
		if err != nil {
			fault("when", err)
			return
		}
		if !holds {
			return
		}
	}
	if !p.active.at(ev.EventTime) {
		stats.suppressed.Add(1)
		return
	}
	for i := range p.exceptions {
		x := &p.exceptions[i]
		if !x.HoldsAt(ev.EventTime) {
			continue
		}
		holds, err := x.when.holds(f)
		if err != nil {
			fault(fmt.Sprintf("exceptions[%d].when", i), err)
			continue
		}
		if holds {
			stats.suppressed.Add(1)
			return
		}
	}
	if p.memory != nil {
		if err := c.observe(t, p, f, ev, out); err != nil {
			fault("grouping", err)
		}
		return
	}
	finding := c.finding(p, f, ev, nil)
	finding.ID = findingID(c.def.ID, ev)
	for _, g := range p.group {
		v, _ := g.value.eval(f)
		finding.Group = append(finding.Group, GroupField{Field: g.text, Value: v.Text()})
	}
	c.deliver(t, finding, out)
}

// deliver adds a finding of the rule, as t tunes it.
func (c *compiled) deliver(t *tuned, finding Finding, out *verdict) {
	shadow := finding.Episode != nil && finding.Episode.Learning
	stats := &c.stats
	if t != nil {
		stats = &t.stats
		if t.severity != 0 {
			finding.Severity, finding.Risk = t.severity, t.severity.DefaultRisk()
		}
		shadow = shadow || t.shadow
	}
	stats.matched.Add(1)
	if shadow {
		out.Shadow = append(out.Shadow, finding)
	} else {
		out.Findings = append(out.Findings, finding)
	}
}

// ordinaryMessage is as long as most messages are.
const ordinaryMessage = 192

// nothing is what a message shows where the event lacks a field.
const nothing = "-"

// finding is what the event says of it. vars are what was measured, for the message.
func (c *compiled) finding(p *parts, f *celenv.Frame, ev *event.Event, vars []celenv.Value) Finding {
	r := c.def
	out := Finding{
		Rule: r.ID, Version: r.Version, Title: r.Title,
		Severity: r.Severity, Risk: r.Risk, Sources: r.Sources, Attack: r.Attack, Tags: r.Tags,
		Time: ev.EventTime, Actor: ev.Actor(), Account: ev.AccountID(), Region: ev.AWSRegion,
		EventSource: ev.EventSource, EventName: ev.EventName, SourceIPAddress: ev.SourceIPAddress,
		Resources: resourcesOf(ev), Location: ev.Location,
	}
	if ev.EventID != "" {
		out.EventIDs = []string{ev.EventID}
	}
	var message strings.Builder
	message.Grow(ordinaryMessage)
	for _, m := range p.message {
		text := m.text
		if m.value != nil {
			// A value whose loops run too long shows as an absent one.
			bound := m.value.bound
			if m.value.measured {
				measured := *bound
				measured.Vars = vars
				bound = &measured
			}
			v, _ := m.value.Eval(f, bound)
			text = cmp.Or(v.Text(), nothing)
		}
		message.WriteString(text)
	}
	out.Message = cmp.Or(message.String(), r.Title)
	return out
}
