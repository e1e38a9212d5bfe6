package ruleset

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
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

	group    []GroupField
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

// A tuple is what one event has in the place of a rule's grouping.
type tuple []celenv.Value

// tuples evaluates a grouping. A value that is a list gives a group for each element. There is none where a value is
// absent or empty.
func tuples(f *celenv.Frame, by []piece) ([]tuple, error) {
	out := []tuple{nil}
	for _, p := range by {
		v, err := p.value.eval(f)
		if err != nil {
			return nil, err
		}
		var next []tuple
		for e := range v.Each {
			if e.Text() == "" {
				continue
			}
			for _, t := range out {
				next = append(next, append(t[:len(t):len(t)], e))
			}
			if len(next) > maxTuples {
				return nil, errTooManyTuples
			}
		}
		out = next
	}
	return out, nil
}

// fingerprint hashes texts with their lengths.
func fingerprint(what string, texts func(add func(string))) state.Fingerprint {
	buf := make([]byte, 0, 256)
	add := func(s string) {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	add(what)
	texts(add)
	sum := sha256.Sum256(buf)
	return state.Fingerprint(sum[:16])
}

// definition is what of a rule decides what its memory holds: memories of a rule that groups or measures
// otherwise do not mix.
func (m *memory) definition() string {
	r := m.rule
	switch {
	case r.Aggregate != nil:
		return fmt.Sprintf("aggregate %q %v", r.Aggregate.By, r.Aggregate.Let)
	case r.Sequence != nil:
		return fmt.Sprintf("sequence %q %d", r.Sequence.By, len(r.Sequence.Steps))
	case r.NewTerms != nil:
		return fmt.Sprintf("new_terms %q", r.NewTerms.Fields)
	case r.Anomaly != nil:
		return fmt.Sprintf("%s %q %q %v", r.Anomaly.Function, r.Anomaly.Of, r.Anomaly.By, m.bucket)
	}
	return "match"
}

func (m *memory) key(by []piece, t tuple) (state.Key, []GroupField) {
	var group []GroupField
	print := fingerprint(m.defined, func(add func(string)) {
		for i, v := range t {
			text := v.Text()
			add(text)
			group = append(group, GroupField{Field: by[i].text, Value: text})
		}
	})
	return state.Key{Rule: m.rule.ID, Group: print}, group
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
	all, err := tuples(f, m.by)
	if err != nil {
		return err
	}
	for _, tu := range all {
		o := base
		o.key, o.group = m.key(m.by, tu)
		if m.of == nil {
			out.pending = append(out.pending, o)
			continue
		}
		v, err := m.of.eval(f)
		if err != nil {
			return err
		}
		for e := range v.Each {
			if o.of = e.Text(); o.of != "" {
				out.pending = append(out.pending, o)
			}
		}
	}
	return nil
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
		all, err := tuples(f, s.by)
		if err != nil {
			return err
		}
	next:
		for _, tu := range all {
			o := base
			o.key, o.group = m.key(s.by, tu)
			o.member.Flags = 1 << (firstFlag + i)
			if i == len(m.steps)-1 {
				o.member.Flags |= flagTrigger
			}
			for k := first; k < len(out.pending); k++ {
				if out.pending[k].key == o.key {
					out.pending[k].member.Flags |= o.member.Flags
					continue next
				}
			}
			out.pending = append(out.pending, o)
		}
	}
	return nil
}

// measure takes from the event what the rule's measures and trigger ask of it.
func (m *memory) measure(o *observation, f *celenv.Frame) error {
	o.member.Flags = flagTrigger
	if m.trigger != nil {
		v, err := m.trigger.eval(f)
		if err != nil {
			return err
		}
		if !v.Truth() {
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
	return state.EventID(fingerprint("event", func(add func(string)) { add(findingID("", ev)) }))
}
