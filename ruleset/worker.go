package ruleset

import (
	"fmt"
	"runtime/debug"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/jsonscan"
)

// A worker is what one goroutine needs to evaluate a Set, kept from event to event.
type worker struct {
	set   *Set
	frame celenv.Frame
	memo  map[string][]candidate // by source, NUL, name: few pairs make up a trail
	key   []byte                 // scratch, for looking memo up

	// The event under evaluation, decoded or not. get reads from whichever is there, and
	// sets blurred when the skimmed record does not say what a member is.
	event   *event.Event
	raw     *event.Raw
	blurred bool
	get     func(event.Field) string
}

// maxMemo bounds worker.memo against trails with invented event names.
const maxMemo = 1 << 15

func newWorker(s *Set) *worker {
	w := &worker{set: s, memo: map[string][]candidate{}}
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

// candidates looks up the rules for the event at hand.
func (w *worker) candidates() []candidate {
	source, name := w.get(event.FieldEventSource), w.get(event.FieldEventName)
	w.key = append(append(append(w.key[:0], source...), 0), name...)
	c, ok := w.memo[string(w.key)]
	if !ok {
		if len(w.memo) >= maxMemo {
			clear(w.memo)
		}
		key := string(w.key)
		c = w.set.index.candidates(key[:len(source)], key[len(source)+1:])
		w.memo[key] = c
	}
	return c
}

// eval judges a decoded event.
func (w *worker) eval(ev *event.Event) Result {
	w.event, w.raw = ev, nil
	w.frame.Reset(ev)
	var out Result
	for _, c := range w.candidates() {
		w.judge(c, &out)
	}
	w.event = nil
	return out
}

// scan judges a record that is not decoded yet, and decodes it when some rule could match.
func (w *worker) scan(raw *event.Raw) (out Result, decoded bool, err error) {
	w.event, w.raw, w.blurred = nil, raw, false
	for _, c := range w.candidates() {
		if w.blurred || c.need.Holds(w.get) || w.blurred {
			// From here on the decoded event answers.
			ev, err := raw.Decode()
			if err != nil {
				return Result{}, true, err
			}
			return w.eval(ev), true, nil
		}
	}
	if w.blurred {
		ev, err := raw.Decode()
		if err != nil {
			return Result{}, true, err
		}
		return w.eval(ev), true, nil
	}
	return Result{}, false, nil
}

// judge evaluates one candidate. A panic below it, which no event should cause, is a fault
// of that rule over that event; the other rules are still evaluated.
func (w *worker) judge(c candidate, out *Result) {
	if !c.need.Holds(w.get) {
		return
	}
	c.rule.stats.candidates.Add(1)
	defer func() {
		if p := recover(); p != nil {
			c.rule.fault(w.event, "evaluation", fmt.Errorf("panic: %v\n%s", p, debug.Stack()), out)
		}
	}()
	c.rule.judge(&w.frame, w.event, out)
}
