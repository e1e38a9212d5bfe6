package ruleset

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/internal/template"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A memory is what a rule makes of events over time, compiled. Its programs look at one event,
// but for having, which looks at what was measured.
type memory struct {
	rule    *rule.Rule
	defined string  // see definition
	by      []piece // of a sequence's step, see steps
	lets    []let
	having  *program
	trigger *program // nil: every event
	steps   []step
	of      *program // of an anomaly
	kept    int      // values of each member of a window

	// What the rule's spans and bounds are with its parameters.
	span     time.Duration // window, within, history; period for plain matches
	period   time.Duration // of findings: those of one group in one period are one
	bucket   time.Duration
	learning time.Duration // 0 for what does not learn

	minBuckets, maxShare, deviations, atLeast float64
}

// A let is one measure.
type let struct {
	measure.Measure
	name string
	arg  *program // nil for count
	time bool     // arg is a time
	slot int      // among a member's values, or its bit among the flags
}

// A step is one step of a sequence.
type step struct {
	rule.Step
	need celenv.Need
	when *program
	by   []piece
}

// The flags of a member. A measure's or step's bit is behind them.
const (
	flagTrigger = 1 << iota
	flagFolded      // a member that counts those of a bucket
	flagMarked      // a member that says that a bucket had a trigger
	firstFlag   = 8 // the number of the first bit behind the flags, not a flag
)

// defaultPeriod is the least time in which findings of a group are one, unless the rule says.
const defaultPeriod = time.Hour

func (k *builder) memory() *memory {
	r := k.rule
	if !r.HasMemory() {
		return nil
	}
	m := &memory{rule: r}
	field, by := r.Grouping()
	switch {
	case r.Aggregate != nil:
		k.aggregate(m, r.Aggregate)
	case r.Sequence != nil:
		k.sequence(m, r.Sequence)
	case r.Anomaly != nil:
		m.of = k.program("anomaly.of", r.Anomaly.Of, 0, r.Anomaly.Of, false)
		m.trigger = k.optional("anomaly.trigger", r.Anomaly.Trigger)
	}
	if r.Sequence == nil {
		m.by = k.pieces(field, by)
	}
	m.resolve(k.values)
	if err := m.check(k.cfg.lateness); err != nil {
		field := "new_terms.history"
		if r.Anomaly != nil {
			field = "anomaly.history"
		}
		k.errs = append(k.errs, r.Problem(field, "", 0, "", err))
	}
	return m
}

func (k *builder) pieces(field string, by []string) []piece {
	var out []piece
	for i, path := range by {
		out = append(out, piece{text: path, value: k.program(fmt.Sprintf("%s[%d]", field, i), path, 0, path, false)})
	}
	return out
}

// optional is nil for a condition that is left out.
func (k *builder) optional(field, src string) *program {
	if strings.TrimSpace(src) == "" {
		return nil
	}
	return k.program(field, src, 0, src, true)
}

func (k *builder) aggregate(m *memory, a *rule.Aggregate) {
	flag := firstFlag
	for _, name := range slices.Sorted(maps.Keys(a.Let)) {
		src := a.Let[name]
		read, _ := measure.Parse(src) // Validate reported what is wrong with it
		l := let{Measure: read, name: name}
		if read.Arg != "" {
			l.arg = k.program("aggregate.let."+name, src, read.Offset, read.Arg, read.Conditional())
		}
		switch {
		case read.Conditional():
			l.slot = flag
			flag++
		case read.Arg != "":
			l.slot, l.time = m.kept, l.arg != nil && l.arg.IsTime()
			m.kept++
		}
		m.lets = append(m.lets, l)
	}
	m.trigger = k.optional("aggregate.trigger", a.Trigger)
	vars := measure.Vars(a.Let)
	if m.having = k.measured("aggregate.having", a.Having, 0, a.Having, vars, true); m.having != nil {
		scope := k.values.scope()
		scope.Vars = vars
		k.issues("aggregate.having", a.Having, 0, celenv.CheckRising(a.Having, scope))
	}
}

func (k *builder) sequence(m *memory, s *rule.Sequence) {
	for i, st := range s.Steps {
		field := fmt.Sprintf("sequence.steps[%d]", i)
		x := step{Step: st, need: matchNeed(st.Match, k.rule.Match.Source), when: k.optional(field+".when", st.When)}
		if st.By != nil {
			x.by = k.pieces(field+".by", st.By)
		} else {
			field, by := k.rule.Grouping()
			x.by = k.pieces(field, by)
		}
		m.steps = append(m.steps, x)
	}
}

// need is what must hold of an event for one of the steps, as far as it is compiled.
func (m *memory) need() celenv.Need {
	if m == nil || len(m.steps) == 0 {
		return celenv.Need{}
	}
	any := celenv.Need{Op: celenv.Any}
	for _, s := range m.steps {
		n := s.need
		if s.when != nil {
			n = celenv.Need{Op: celenv.All, Of: []celenv.Need{n, s.when.Need()}}
		}
		any.Of = append(any.Of, n)
	}
	return any
}

// resolve gives spans and bounds the values of the parameters that they name.
func (m *memory) resolve(v *values) {
	span := func(s rule.Span, otherwise time.Duration) time.Duration {
		text := string(s)
		if name, ok := s.Param(); ok {
			text, _ = v.param(name).(string)
		}
		if d, err := rule.ParseSpan(text); err == nil {
			return d
		}
		return otherwise
	}
	bound := func(b rule.Bound, otherwise float64) float64 {
		if name, ok := b.Param(); ok {
			switch n := v.param(name).(type) {
			case int64:
				return float64(n)
			case float64:
				return n
			}
		}
		if n, err := strconv.ParseFloat(string(b), 64); err == nil {
			return n
		}
		return otherwise
	}
	r := m.rule
	switch {
	case r.Aggregate != nil:
		m.span = span(r.Aggregate.Window, 0)
		m.period = max(m.span, defaultPeriod)
	case r.Sequence != nil:
		m.span = span(r.Sequence.Within, 0)
		m.period = max(m.span, defaultPeriod)
	case r.NewTerms != nil:
		m.span = span(r.NewTerms.History, 0)
		m.period, m.learning = m.span, span(r.NewTerms.Learning, m.span)
	case r.Anomaly != nil:
		a := r.Anomaly
		m.span, m.bucket = span(a.History, 0), span(a.Bucket, 0)
		m.learning = span(a.Learning, m.span)
		m.period = m.span
		if a.Function == rule.HighDistinct {
			m.period = max(m.bucket, defaultPeriod)
		}
		m.minBuckets, m.maxShare = bound(a.MinBuckets, 24), bound(a.MaxShare, 0.01)
		m.deviations, m.atLeast = bound(a.Deviations, 3), bound(a.AtLeast, 10)
	default:
		m.period = span(r.Dedup, defaultPeriod)
		m.span = m.period
	}
	m.period = span(r.Dedup, m.period)
	m.defined = m.definition()
}

// check reports spans that do not go together with the values at hand.
func (m *memory) check(lateness time.Duration) error {
	if m.rule.NewTerms == nil && m.rule.Anomaly == nil {
		return nil
	}
	least := 4 * lateness
	if a := m.rule.Anomaly; a != nil && a.Function == rule.Rare {
		// The slots of a sighting reach back for a quarter more than the history. A late event asks for those before its
		// own lateness, down to the start of a bucket.
		least = 8*lateness + 4*m.bucket
	}
	if m.span < least {
		return fmt.Errorf("a history of %v is too short where events may be late by %v: it must be %v at least", m.span, lateness, least)
	}
	if m.rule.Anomaly == nil {
		return nil
	}
	if n := m.span / max(m.bucket, time.Second); n > rule.MaxBuckets {
		return fmt.Errorf("a history of %v has %d buckets of %v, at most %d are kept", m.span, n, m.bucket, rule.MaxBuckets)
	}
	return nil
}

// with is the same memory with other values: the programs are shared.
func (m *memory) with(v *values) *memory {
	if m == nil {
		return nil
	}
	out := *m
	pieces := func(in []piece) []piece {
		out := slices.Clone(in)
		for i := range out {
			out[i].value = out[i].value.with(v)
		}
		return out
	}
	out.by, out.lets, out.steps = pieces(m.by), slices.Clone(m.lets), slices.Clone(m.steps)
	for i := range out.lets {
		out.lets[i].arg = out.lets[i].arg.with(v)
	}
	for i := range out.steps {
		out.steps[i].when, out.steps[i].by = out.steps[i].when.with(v), pieces(out.steps[i].by)
	}
	out.having, out.trigger, out.of = m.having.with(v), m.trigger.with(v), m.of.with(v)
	out.resolve(v)
	return &out
}

// programs are all of them, for the names that they ask for.
func (m *memory) programs() []*program {
	if m == nil {
		return nil
	}
	out := []*program{m.having, m.trigger, m.of}
	for _, p := range m.by {
		out = append(out, p.value)
	}
	for _, l := range m.lets {
		out = append(out, l.arg)
	}
	for _, s := range m.steps {
		out = append(out, s.when)
		for _, p := range s.by {
			out = append(out, p.value)
		}
	}
	return out
}

// keep is for how long before the latest event of a group its window reaches: the window itself,
// before an event that is late, and before that the window over which settled measures go.
func (m *memory) keep(lateness time.Duration) state.Keep {
	keep := m.span + 2*lateness
	if m.rule.Anomaly != nil {
		keep += 2 * m.bucket
	}
	return state.Keep{Keep: keep, Values: m.kept}
}

// messageVars are what a placeholder may name beside the event.
func messageVars(r *rule.Rule) []celenv.Var {
	if !r.HasMemory() {
		return nil
	}
	var names map[string]string
	if r.Aggregate != nil {
		names = r.Aggregate.Let
	}
	return measure.MessageVars(names)
}

// message compiles what a finding says. A placeholder that names what was measured is evaluated over that,
// any other over the event.
func (k *builder) message() []piece {
	var out []piece
	vars := messageVars(k.rule)
	segments, _ := template.Parse(k.rule.Message) // Validate reported what is wrong with it
	for _, s := range segments {
		p := piece{text: s.Text}
		switch {
		case s.Expr == "":
		case vars != nil && celenv.ReadsAny(s.Expr, vars):
			p.value = k.measured("message", k.rule.Message, s.Offset, s.Expr, vars, false)
		default:
			p.value = k.program("message", k.rule.Message, s.Offset, s.Expr, false)
		}
		out = append(out, p)
	}
	return out
}

// holds reports whether the step's own part is true of the event.
func (s *step) holds(f *celenv.Frame, ev *event.Event) (bool, error) {
	if !s.need.Holds(func(field event.Field) string { return field.Of(ev) }) {
		return false, nil
	}
	if o := s.Match.Outcome; o != rule.Any && string(o) != string(ev.Outcome()) {
		return false, nil
	}
	if s.when == nil {
		return true, nil
	}
	return s.when.holds(f)
}
