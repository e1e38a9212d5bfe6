package ruleset

import (
	"math"
	"slices"
	"time"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A tally measures the events of a window that slides over time. A rule that measures nothing holds at every event.
type tally struct {
	memory  *memory
	window  *state.Window
	order   []int // the window's members by time
	frame   *celenv.Frame
	settled time.Duration // how far back the window of settled measures ends

	live, old slide
	vars      []celenv.Value
	bound     celenv.Bindings // scratch
}

// A slide is the part of the window that is being measured: from lo to before hi in order.
type slide struct {
	lo, hi int
	count  int64
	counts []int64            // by let
	values []map[uint64]int32 // by let: how often each value stands in it
}

// reset makes t measure another window. What it allocated serves again.
func (t *tally) reset(w *state.Window, m *memory, lateness time.Duration, frame *celenv.Frame) {
	t.memory, t.window, t.settled, t.frame = m, w, lateness, frame
	t.order = t.order[:0]
	sorted := true
	var last time.Time
	for i := range w.Len() {
		at := w.At(i).Time
		sorted = sorted && !at.Before(last)
		last = at
		t.order = append(t.order, i)
	}
	if !sorted {
		slices.SortStableFunc(t.order, func(a, b int) int { return w.At(a).Time.Compare(w.At(b).Time) })
	}
	t.live.reset(len(m.lets))
	t.old.reset(len(m.lets))
	t.vars = slices.Grow(t.vars[:0], len(m.lets))[:len(m.lets)]
}

func (s *slide) reset(lets int) {
	s.lo, s.hi, s.count = 0, 0, 0
	s.counts = slices.Grow(s.counts[:0], lets)[:lets]
	clear(s.counts)
	for i := range s.values {
		if len(s.values[i]) > maxIdleValues {
			s.values[i] = nil // clearing it would take as long for each event to come
		}
		clear(s.values[i])
	}
	for len(s.values) < lets {
		s.values = append(s.values, nil)
	}
}

// maxIdleValues bounds the maps that a worker keeps for the next window.
const maxIdleValues = 256

// to moves a slide to the events after from, up to and with until.
func (t *tally) to(s *slide, from, until time.Time, settled bool) {
	for s.lo == s.hi && s.hi < len(t.order) && !t.window.At(t.order[s.hi]).Time.After(from) {
		s.lo, s.hi = s.lo+1, s.hi+1 // not in it at any time
	}
	for s.hi < len(t.order) && !t.window.At(t.order[s.hi]).Time.After(until) {
		t.count(s, t.order[s.hi], 1, settled)
		s.hi++
	}
	for s.lo < s.hi && !t.window.At(t.order[s.lo]).Time.After(from) {
		t.count(s, t.order[s.lo], -1, settled)
		s.lo++
	}
}

func (t *tally) count(s *slide, at int, n int64, settled bool) {
	m := t.window.At(at)
	s.count += n
	for i := range t.memory.lets {
		l := &t.memory.lets[i]
		switch {
		case l.Settled != settled || l.Function == measure.Count:
		case l.Conditional():
			if m.Flags&(1<<l.slot) != 0 {
				s.counts[i] += n
			}
		default:
			if s.values[i] == nil {
				s.values[i] = map[uint64]int32{}
			}
			v := m.Values[l.slot]
			if s.values[i][v] += int32(n); s.values[i][v] <= 0 {
				delete(s.values[i], v)
			}
		}
	}
}

func (t *tally) holds(end state.Member) bool {
	m := t.memory
	t.to(&t.live, end.Time.Add(-m.span), end.Time, false)
	if m.having == nil {
		return true
	}
	if slices.ContainsFunc(m.lets, func(l let) bool { return l.Settled }) {
		until := end.Time.Add(-t.settled - time.Millisecond) // an event exactly as late may still come
		t.to(&t.old, until.Add(-m.span), until, true)
	}
	for i := range m.lets {
		s := &t.live
		if m.lets[i].Settled {
			s = &t.old
		}
		t.vars[i] = m.lets[i].value(s, i)
	}
	t.bound = *m.having.bound
	t.bound.Vars = t.vars
	holds, err := m.having.Holds(t.frame, &t.bound)
	return err == nil && holds // the error is about loops over lists, which having does not have
}

func (l *let) value(s *slide, i int) celenv.Value {
	switch l.Function {
	case measure.Count:
		return celenv.Int(s.count)
	case measure.CountIf:
		return celenv.Int(s.counts[i])
	case measure.Ratio:
		if s.count == 0 {
			return celenv.None()
		}
		return celenv.Float(float64(s.counts[i]) / float64(s.count))
	case measure.Distinct:
		n := len(s.values[i])
		if s.values[i][0] > 0 {
			n-- // absent values
		}
		return celenv.Int(int64(n))
	}
	best := math.NaN()
	for v := range s.values[i] {
		n := math.Float64frombits(v)
		if math.IsNaN(n) {
			continue
		}
		if math.IsNaN(best) || l.Function == measure.Min && n < best || l.Function == measure.Max && n > best {
			best = n
		}
	}
	switch {
	case math.IsNaN(best):
		return celenv.None()
	case l.time:
		return celenv.Moment(fromSeconds(best).Unix(), fromSeconds(best).Nanosecond())
	case best == math.Trunc(best) && math.Abs(best) < 1<<53:
		return celenv.Int(int64(best))
	}
	return celenv.Float(best)
}

func (t *tally) emission(state.Member) emission {
	m := t.memory
	in := t.order[t.live.lo:t.live.hi]
	out := emission{vars: slices.Clone(t.vars)}
	out.episode.Count = len(in)
	var ids []state.EventID
	for _, i := range in {
		ids = append(ids, t.window.At(i).ID)
	}
	out.eventIDs = sampled(ids)
	out.episode.First, out.episode.Last = t.window.At(in[0]).Time.UTC(), t.window.At(in[len(in)-1]).Time.UTC()
	if len(m.lets) == 0 {
		return out
	}
	out.episode.Measures = map[string]any{}
	for i := range m.lets {
		l := &m.lets[i]
		if x := t.vars[i].Go(); x != nil {
			out.episode.Measures[l.name] = x
		}
		if l.Function != measure.Distinct || l.Settled {
			continue
		}
		var texts []string
		for v := range t.live.values[i] {
			if text, ok := t.window.Text(v); ok {
				texts = append(texts, text)
			}
		}
		slices.Sort(texts)
		if len(texts) > 0 {
			if out.episode.Values == nil {
				out.episode.Values = map[string][]string{}
			}
			out.episode.Values[l.name] = texts[:min(len(texts), maxSampled)]
		}
	}
	return out
}
