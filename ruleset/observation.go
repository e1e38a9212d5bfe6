package ruleset

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/ruleset/state"
)

// An observation is an event that a rule with memory looks at, in one of its groups. What the store makes of it comes
// apart from evaluation, because the order of the store's operations is to be that of the input also where events are
// evaluated in parallel.
type observation struct {
	rule  *compiled
	tuned *tuned
	parts *parts
	event *event.Event

	by       []piece  // what the event is grouped by
	group    []string // and the values
	key      state.Key
	member   state.Member
	texts    []string  // of the distinct values, for showing; "" for others
	of       string    // the value that an anomaly is about
	observed time.Time // when not zero, nothing but that there was an event at this time
}

// maxTuples bounds the groups that one event can be in.
const maxTuples = 64

var errTooManyTuples = fmt.Errorf("the event belongs to more than %d groups", maxTuples)

// errNoTime is the fault of a rule with memory over an event that does not say when it happened.
var errNoTime = errors.New("the event has no time, and cannot be put in order with others")

// tuples evaluates a grouping, and yields the values of each group. A value that is a list gives a group for each
// element. There is none where a value is absent or empty, unless that is to be a group, too.
func tuples(f *celenv.Frame, by []piece, absent bool, yield func(group []string)) error {
	out := [][]string{make([]string, 0, len(by))}
	for _, p := range by {
		v, err := p.value.eval(f)
		if err != nil {
			return err
		}
		if text := v.Text(); !v.IsList() || v.Empty() { // nearly always
			if v.Empty() {
				text = ""
			}
			if text == "" && !absent {
				return nil
			}
			for i := range out {
				out[i] = append(out[i], text)
			}
			continue
		}
		var next [][]string
		for e := range v.Each {
			if text := e.Text(); text != "" {
				for _, t := range out {
					next = append(next, append(slices.Clone(t), text))
				}
			}
			if len(next) > maxTuples {
				return errTooManyTuples
			}
		}
		out = next
	}
	for _, group := range out {
		yield(group)
	}
	return nil
}

// fingerprint hashes texts with their lengths.
func fingerprint(what string, texts ...string) state.Fingerprint {
	var scratch [256]byte
	buf := append(binary.AppendUvarint(scratch[:0], uint64(len(what))), what...)
	for _, s := range texts {
		buf = append(binary.AppendUvarint(buf, uint64(len(s))), s...)
	}
	sum := sha256.Sum256(buf)
	return state.Fingerprint(sum[:16])
}

// definition is what of a rule decides what its memory holds: memories of a rule that groups or measures
// otherwise do not mix.
func (m *memory) definition() string {
	r := m.rule
	switch {
	case r.Aggregate != nil:
		return fmt.Sprintf("aggregate %q %v %q", r.Aggregate.By, r.Aggregate.Let, r.Aggregate.Trigger)
	case r.Sequence != nil:
		return fmt.Sprintf("sequence %q %q", r.Sequence.By, r.Sequence.Steps)
	case r.NewTerms != nil:
		return fmt.Sprintf("new_terms %q", r.NewTerms.Fields)
	case r.Anomaly != nil:
		return fmt.Sprintf("%s %q %q %v", r.Anomaly.Function, r.Anomaly.Of, r.Anomaly.By, m.bucket)
	}
	return "match"
}

// plain reports whether the rule looks at one event alone, and only takes matches together.
func (m *memory) plain() bool {
	r := m.rule
	return r.Aggregate == nil && r.Sequence == nil && r.NewTerms == nil && r.Anomaly == nil
}

// in is the observation in one of its groups.
func (o observation) in(m *memory, by []piece, group []string) observation {
	o.by, o.group = by, group
	o.key = state.Key{Rule: m.rule.ID, Group: fingerprint(m.defined, group...)}
	return o
}

// fields are the names and values of the group.
func (o *observation) fields() []GroupField {
	var out []GroupField
	for i, value := range o.group {
		out = append(out, GroupField{Field: o.by[i].text, Value: value})
	}
	return out
}

// observe notes that a rule with memory looks at the event.
func (c *compiled) observe(t *tuned, p *parts, f *celenv.Frame, ev *event.Event, out *verdict) error {
	m := p.memory
	if ev.EventTime.IsZero() {
		return errNoTime
	}
	base := observation{rule: c, tuned: t, parts: p, event: ev, member: state.Member{ID: memberID(ev), Time: ev.EventTime}}
	if len(m.steps) > 0 {
		return m.observeSteps(base, f, ev, out)
	}
	if err := m.measure(&base, f); err != nil {
		return err
	}
	var of celenv.Value
	if m.of != nil {
		var err error
		if of, err = m.of.eval(f); err != nil {
			return err
		}
	}
	// A plain match is a finding whatever its group: taking matches together must not lose one.
	return tuples(f, m.by, m.plain(), func(group []string) {
		o := base.in(m, m.by, group)
		if m.of == nil {
			out.pending = append(out.pending, o)
			return
		}
		for e := range of.Each {
			if o.of = e.Text(); o.of != "" {
				out.pending = append(out.pending, o)
			}
		}
	})
}

// observeSteps notes an event that is a step of a sequence. One that is several steps, with one key, is one member.
func (m *memory) observeSteps(base observation, f *celenv.Frame, ev *event.Event, out *verdict) error {
	first := len(out.pending)
	for i := range m.steps {
		s := &m.steps[i]
		ok, err := s.holds(f, ev)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		err = tuples(f, s.by, false, func(group []string) {
			o := base.in(m, s.by, group)
			o.member.Flags = 1 << (firstFlag + i)
			if i == len(m.steps)-1 {
				o.member.Flags |= flagTrigger
			}
			for k := first; k < len(out.pending); k++ {
				if out.pending[k].key == o.key {
					out.pending[k].member.Flags |= o.member.Flags
					return
				}
			}
			out.pending = append(out.pending, o)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// measure takes from the event what the rule's measures and trigger ask of it.
func (m *memory) measure(o *observation, f *celenv.Frame) error {
	o.member.Flags = flagTrigger
	if m.trigger != nil {
		holds, err := m.trigger.holds(f)
		if err != nil {
			return err
		}
		if !holds {
			o.member.Flags = 0
		}
	}
	if m.kept > 0 {
		o.member.Values = make([]uint64, m.kept)
		o.texts = make([]string, m.kept)
	}
	for i := range m.lets {
		l := &m.lets[i]
		if l.arg == nil {
			continue
		}
		v, err := l.arg.eval(f)
		if err != nil {
			return err
		}
		switch {
		case l.Conditional():
			if v.Truth() {
				o.member.Flags |= 1 << l.slot
			}
		case l.Function == measure.Distinct:
			o.texts[l.slot] = v.Text()
			o.member.Values[l.slot] = hashText(v.Text())
		default:
			n, ok := v.Number()
			if !ok {
				n = math.NaN()
			}
			o.member.Values[l.slot] = math.Float64bits(n)
		}
	}
	return nil
}

// hashText is 0 for an absent value only.
func hashText(s string) uint64 {
	if s == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(s))
	return max(h.Sum64(), 1)
}

// memberID identifies the event: by its content where it has no id.
func memberID(ev *event.Event) state.EventID {
	if ev.EventID != "" {
		return state.EventIDOf(ev.EventID)
	}
	return state.EventID(fingerprint("event", findingID("", ev)))
}
