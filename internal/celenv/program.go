package celenv

import (
	"errors"
	"slices"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
)

// ErrTooMuchWork says that a condition's loops were cut off: the event holds lists so long
// that loops inside each other would run for minutes. It is a fault of the rule for that event,
// not a verdict.
var ErrTooMuchWork = errors.New("the condition's loops ran too long over this event")

// maxSteps bounds the iterations of all loops of one evaluation.
const maxSteps = 1 << 22

// A Program is a compiled expression. It is immutable and safe for concurrent use;
// the Frame it runs in is not.
type Program struct {
	root   node
	rest   node     // of a condition: what its need leaves to evaluate, nil when that is nothing
	slots  int      // local variables of its comprehensions
	lists  []string // names that it asks for, in the order of Bindings.Lists
	params []string // likewise
	finds  []string // lookups likewise
	time   bool     // it yields a time
	need   Need
}

// A Scope is what an expression may refer to beside the event: names of lists, of the rule's
// parameters and of lookups. A nil map allows any name. Where there are variables, they are in the
// place of the event.
type Scope struct {
	Lists, Params, Lookups map[string]bool
	Vars                   []Var
}

// Bindings are the values of the names that a program asks for, in the order of Lists, Params and
// Lookups; and of the variables of its scope.
type Bindings struct {
	Lists   []*List
	Params  []Value
	Lookups []Lookup
	Vars    []Value
}

// Lists are the names of the lists that the program asks for.
func (p *Program) Lists() []string { return p.lists }

// Params are the names of the parameters that the program asks for.
func (p *Program) Params() []string { return p.params }

// Lookups are the names of the lookups that the program asks for.
func (p *Program) Lookups() []string { return p.finds }

// IsTime reports whether the program yields a time, if anything.
func (p *Program) IsTime() bool { return p.time }

// Need says what must hold of an event's skimmed members for a condition to be true.
func (p *Program) Need() Need { return p.need }

// A Frame is what evaluation needs of one event. It may be used again after Reset,
// for any number of programs, by one goroutine at a time.
type Frame struct {
	event  *event.Event
	actor  identity.Actor
	acted  bool // actor is known
	bound  *Bindings
	locals []Value
	steps  int
	found  []found // by lookup, of this event
	trace  *Trace  // nil but when an evaluation is to be explained
}

// Reset makes f evaluate over ev.
func (f *Frame) Reset(ev *event.Event) {
	f.event, f.acted = ev, false
	f.found = f.found[:0]
	clear(f.locals[:cap(f.locals)])
}

// Eval evaluates p over the frame's event, with what b binds its names to.
// The only error is ErrTooMuchWork.
func (p *Program) Eval(f *Frame, b *Bindings) (Value, error) { return p.eval(p.root, f, b) }

// Holds reports whether p, a condition, is true.
func (p *Program) Holds(f *Frame, b *Bindings) (bool, error) { return p.holds(p.root, f, b) }

// HoldsRest is Holds for an event of which p.Need is known to hold: what that proves is not
// evaluated again.
func (p *Program) HoldsRest(f *Frame, b *Bindings) (bool, error) {
	if p.rest == nil {
		return true, nil
	}
	return p.holds(p.rest, f, b)
}

func (p *Program) holds(n node, f *Frame, b *Bindings) (bool, error) {
	c, ok := n.(condition)
	if !ok {
		v, err := p.eval(n, f, b)
		return v.truth(), err
	}
	p.prepare(f, b)
	holds := c.holds(f)
	if f.steps > maxSteps {
		return false, ErrTooMuchWork
	}
	return holds, nil
}

func (p *Program) prepare(f *Frame, b *Bindings) {
	f.bound, f.steps = b, 0
	if cap(f.locals) < p.slots {
		f.locals = slices.Grow(f.locals[:0], p.slots)
	}
	f.locals = f.locals[:p.slots]
}

func (p *Program) eval(n node, f *Frame, b *Bindings) (Value, error) {
	p.prepare(f, b)
	v := n.eval(f)
	if f.steps > maxSteps {
		return absent, ErrTooMuchWork
	}
	return v, nil
}

// Compile compiles an expression. A condition must be of type bool or free-form, and is true
// only when it yields true.
func Compile(src string, scope Scope, condition bool) (*Program, []Issue) {
	if tree := readyTree(src, scope); tree != nil && notVerdict(tree, condition) == nil {
		c := &compiler{tree: tree, known: scope, program: &Program{}}
		if p, issues := c.compile(condition); issues == nil {
			return p, nil
		}
	}
	c, issues := newCompiler(src, scope, condition)
	if issues != nil {
		return nil, issues
	}
	return c.compile(condition)
}
