package ruleset

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/state"
)

// remember lets the store take up what the events of out were observed to be, and adds the findings that are due.
func (w *worker) remember(ctx context.Context, s *Set, out *verdict) {
	if len(out.pending) == 0 {
		return
	}
	before := len(out.Findings) + len(out.Shadow)
	for i := range out.pending {
		o := &out.pending[i]
		if !o.observed.IsZero() {
			s.observe(ctx, o.observed, out)
			continue
		}
		emissions, err := w.apply(ctx, s, o)
		if err != nil {
			out.Faults = append(out.Faults, newFault(o.rule.def.ID, "state", o.event, err))
			o.stats().faults.Add(1)
			continue
		}
		if len(emissions) > 0 {
			w.frame.Reset(o.event)
		}
		for i := range emissions {
			o.rule.deliver(o.tuned, o.rule.remembered(o, &w.frame, &emissions[i]), out)
		}
	}
	clear(out.pending) // so that it keeps no events
	out.pending = nil
	if len(out.Findings)+len(out.Shadow) > before {
		place := func(a, b Finding) int { return s.places[a.Rule] - s.places[b.Rule] }
		slices.SortStableFunc(out.Findings, place)
		slices.SortStableFunc(out.Shadow, place)
	}
}

func (o *observation) stats() *counters {
	if o.tuned != nil {
		return &o.tuned.stats
	}
	return &o.rule.stats
}

// apply does one operation of the store, or those of an anomaly.
func (w *worker) apply(ctx context.Context, s *Set, o *observation) (out []emission, err error) {
	m := o.parts.memory
	switch {
	case m.rule.NewTerms != nil:
		out, err = w.newTerm(ctx, s, o)
	case m.rule.Anomaly != nil && m.rule.Anomaly.Function == rule.Rare:
		out, err = w.rare(ctx, s, o)
	case m.rule.Anomaly != nil:
		out, err = w.highDistinct(ctx, s, o)
	default:
		err = s.store.Add(ctx, o.key, o.member, m.keep(s.cfg.lateness), func(window *state.Window, at int) {
			out = w.judgeWindow(o, window, at, s.cfg.lateness)
		})
	}
	if err != nil || len(out) == 0 {
		return nil, err
	}
	if m.learning > 0 {
		learning, err := s.learning(ctx, m.learning, o.member.Time)
		if err != nil {
			return nil, err
		}
		for i := range out {
			out[i].episode.Learning = learning
		}
	}
	if slices.ContainsFunc(out, func(e emission) bool { return e.episode.Late }) {
		o.stats().late.Add(1)
	}
	return out, nil
}

// remembered is the finding of an emission.
func (c *compiled) remembered(o *observation, f *celenv.Frame, e *emission) Finding {
	vars := append([]celenv.Value{celenv.Int(int64(e.episode.Count)), moment(e.episode.First), moment(e.episode.Last)}, e.vars...)
	out := c.finding(o.parts, f, o.event, vars)
	out.ID = episodeID(c.def.ID, o.key.Group, e.period)
	out.Group = o.fields()
	out.Episode = &e.episode
	if len(e.eventIDs) > 0 {
		out.EventIDs = e.eventIDs
	}
	return out
}

func moment(t time.Time) celenv.Value { return celenv.Moment(t.Unix(), t.Nanosecond()) }

// observed is since when a store has watched, as far as this Set knows: Unix seconds, 0 for not yet.
type observed struct{ since atomic.Int64 }

// observedKey is where a store keeps since when it has watched.
var observedKey = state.Key{Group: state.FingerprintOf("observed")}

// forEver is longer than any history.
const forEver = 100 * 365 * 24 * time.Hour

// observe notes that there was an event at t, which tells rules that learn since when they have watched.
func (s *Set) observe(ctx context.Context, t time.Time, out *verdict) {
	if since := s.observed.since.Load(); since != 0 && since <= t.Unix() {
		return
	}
	if err := s.ask(ctx, t); err != nil {
		out.Faults = append(out.Faults, Fault{Part: "state", Err: err})
	}
}

// ask tells the store of an event at t, and learns since when it has watched.
func (s *Set) ask(ctx context.Context, t time.Time) error {
	return s.store.Sight(ctx, observedKey, state.Sight{Time: t, History: forEver}, func(x *state.Sighting) {
		s.observed.since.Store(x.First().Unix())
	})
}

// earlier reports whether an event at t would change what observe knows.
func (s *Set) earlier(ev *event.Event) bool {
	if s.learners == 0 || ev.EventTime.IsZero() {
		return false
	}
	since := s.observed.since.Load()
	return since == 0 || ev.EventTime.Unix() < since
}

// learning reports whether at t there have not yet been events for as long as a rule has to learn.
func (s *Set) learning(ctx context.Context, span time.Duration, t time.Time) (bool, error) {
	is := func() bool {
		since := s.observed.since.Load()
		return since == 0 || t.Before(time.Unix(since, 0).Add(span))
	}
	if !s.cfg.since.IsZero() && !t.Before(s.cfg.since.Add(span)) || !is() {
		return false, nil
	}
	// Another process that shares the store may have watched for longer.
	err := s.ask(ctx, t)
	return is(), err
}

// newTerm finds out whether the tuple was not seen in the history before the event. What was seen in the allowed
// lateness before it does not count, since other events from that time may still be on their way: all events
// of that time make one finding.
func (w *worker) newTerm(ctx context.Context, s *Set, o *observation) (out []emission, err error) {
	m, late := o.parts.memory, s.cfg.lateness
	sight := state.Sight{Time: o.member.Time, History: m.span}
	err = s.store.Sight(ctx, o.key, sight, func(x *state.Sighting) {
		out = out[:0]
		until := o.member.Time.Add(-late)
		if !x.SeenIn(until.Add(-m.span), until) {
			out = o.first(x, late, out)
		}
	})
	return out, err
}

// first gives out the finding of a sighting, unless another event did.
func (o *observation) first(x *state.Sighting, lateness time.Duration, out []emission) []emission {
	p := periodOf(o.member.Time, o.parts.memory.period)
	announced, mine := x.AnnouncedBy(p, o.member.ID)
	if announced && !mine {
		return out
	}
	x.Announce(p, o.member.ID)
	e := emission{period: p, episode: Episode{Start: periodStart(p, o.parts.memory.period), Update: announced, Count: 1, First: o.member.Time.UTC(), Last: o.member.Time.UTC(),
		Late: o.member.Time.Before(x.Last().Add(-lateness))}}
	return append(out, e)
}
