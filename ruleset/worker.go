package ruleset

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/jsonscan"
)

// A worker is what one goroutine needs to evaluate a Set, kept from event to event.
type worker struct {
	core  *core
	frame celenv.Frame

	*room

	// What the index answered before: few sources, names and user agents make up a trail.
	calls  map[string]*call // by source, NUL, name, NUL, type of the identity
	tested []memo           // one for each of index.byField, by value
	recent [64]*call        // a few of calls, found without hashing
	key    []byte           // scratch, for looking up calls
	hits   []*candidate     // scratch

	tally tally // scratch

	// The event under evaluation, decoded or not. get reads from whichever is there, and
	// sets blurred when the skimmed record does not say what a member is.
	event   *event.Event
	raw     *event.Raw
	blurred bool
	get     func(event.Field) string
}

// A room is what judging a record fills, to be filled again by another one: findings keep none of it.
type room struct {
	decoded event.Event // of scan
	pending []observation
}

var rooms = sync.Pool{New: func() any { return new(room) }}

// A call is what the index says of one source, name and type of identity.
type call struct {
	source, name, identity string
	found                  []candidate
}

type memo map[string][]*candidate

// A memo is bounded against trails with invented names, and against long ones.
const (
	maxMemo    = 1 << 15
	maxMemoKey = 4 << 10
)

func (m memo) put(key string, c []*candidate) {
	if len(key) > maxMemoKey {
		return
	}
	if len(m) >= maxMemo {
		clear(m)
	}
	m[key] = c
}

func newWorker(c *core) *worker {
	w := &worker{core: c, room: new(room), calls: map[string]*call{}, tested: make([]memo, len(c.index.byField))}
	for i := range w.tested {
		w.tested[i] = memo{}
	}
	w.get = w.member
	return w
}

func (w *worker) member(f event.Field) string {
	if w.event != nil {
		return f.Of(w.event)
	}
	text, exact := w.raw.Field(f)
	if !exact {
		w.blurred = true
	}
	return jsonscan.Alias(text) // used while the record's bytes stand
}

// call looks up what the index says of a source, name and type of identity.
func (w *worker) call(source, name, identity string) *call {
	is := func(c *call) bool { return c.name == name && c.source == source && c.identity == identity }
	slot := len(source) + 7*len(name) + 5*len(identity)
	if name != "" {
		slot += int(name[0]) + 31*int(name[len(name)-1])
	}
	recent := &w.recent[slot%len(w.recent)]
	if c := *recent; c != nil && is(c) {
		return c
	}
	w.key = append(append(append(w.key[:0], source...), 0), name...)
	w.key = append(append(w.key, 0), identity...)
	c, ok := w.calls[string(w.key)]
	if !ok || !is(c) { // a text may hold a NUL
		key := string(w.key)
		c = &call{source: key[:len(source)], name: key[len(source)+1 : len(source)+1+len(name)], identity: key[len(source)+len(name)+2:]}
		c.found = w.core.index.call(c.source, c.name, c.identity)
		if len(key) > maxMemoKey {
			return c
		}
		if len(w.calls) >= maxMemo {
			clear(w.calls)
		}
		w.calls[key] = c
	}
	*recent = c
	return c
}

// candidates looks up the rules of s that could match the event at hand, in the order of the set. Where the event is
// blurred, the list is cut short.
func (w *worker) candidates(s *Set) []*candidate {
	w.hits = w.hits[:0]
	found := w.call(w.member(event.FieldEventSource), w.member(event.FieldEventName), w.member(event.FieldIdentityType)).found
	for i := range found {
		if c := &found[i]; s.on(c) && c.need.Holds(w.get) {
			w.hits = append(w.hits, c)
		}
	}
	byCall := len(w.hits)
	index := w.core.index
	for i := range index.byField {
		x := &index.byField[i]
		if x.off && s.tuned == nil {
			continue
		}
		for _, c := range w.valued(x, i) {
			if s.on(c) && c.need.Holds(w.get) {
				w.hits = append(w.hits, c)
			}
		}
		if w.blurred {
			break
		}
	}
	if len(w.hits) > max(byCall, 1) {
		slices.SortFunc(w.hits, func(a, b *candidate) int { return a.at - b.at })
	}
	return w.hits
}

// valued are the rules that stand under the i-th member of the index and could match its value in the event at hand.
func (w *worker) valued(x *fieldIndex, i int) []*candidate {
	value := w.member(x.field)
	if value == "" {
		return x.absent
	}
	if x.byTest == nil {
		return x.byValue[value]
	}
	found, ok := w.tested[i][value]
	if !ok {
		value := strings.Clone(value) // it may live in the record's bytes
		found = x.find(value)
		w.tested[i].put(value, found)
	}
	return found
}

// eval judges a decoded event by the rules of s, which has w's core.
func (w *worker) eval(s *Set, ev *event.Event) verdict {
	w.event, w.raw, w.blurred = ev, nil, false
	return w.judgeAll(s, w.candidates(s))
}

// scan judges a record that is not decoded yet, and decodes it when some rule could match. The first record of an
// input tells rules that learn since when there have been events.
func (w *worker) scan(s *Set, raw *event.Raw, first bool) (out verdict, decoded bool, err error) {
	w.event, w.raw, w.blurred = nil, raw, false
	hits := w.candidates(s)
	if len(hits) == 0 && !w.blurred {
		if first && s.learners > 0 {
			if ev, err := raw.Decode(); err == nil && s.earlier(ev) {
				out.pending = append(out.pending, observation{observed: ev.EventTime})
			}
		}
		return out, false, nil
	}
	if err := raw.DecodeInto(&w.decoded); err != nil {
		return verdict{}, true, err
	}
	if w.blurred { // only the decoded event can tell
		return w.eval(s, &w.decoded), true, nil
	}
	w.event = &w.decoded
	return w.judgeAll(s, hits), true, nil
}

// judgeAll judges the event at hand by its candidates.
func (w *worker) judgeAll(s *Set, hits []*candidate) verdict {
	w.frame.Reset(w.event)
	out := verdict{pending: w.pending[:0]}
	if s.earlier(w.event) {
		out.pending = append(out.pending, observation{observed: w.event.EventTime})
	}
	for _, c := range hits {
		w.judge(c, s.tuned[c.at], &out)
	}
	w.event, w.pending = nil, out.pending
	return out
}

// judge evaluates one candidate. A panic below it, which no event should cause, is a fault
// of that rule over that event; the other rules are still evaluated.
func (w *worker) judge(c *candidate, t *tuned, out *verdict) {
	stats := &c.rule.stats
	if t != nil {
		stats = &t.stats
	}
	stats.candidates.Add(1)
	defer func() {
		if p := recover(); p != nil {
			stats.faults.Add(1)
			err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			out.Faults = append(out.Faults, newFault(c.rule.def.ID, "evaluation", w.event, err))
		}
	}()
	c.rule.judge(t, &w.frame, w.event, out)
}
