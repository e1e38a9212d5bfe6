package celenv

import (
	"math"
	"slices"
	"strings"

	"github.com/google/cel-go/common/operators"

	"github.com/trailsift/trailsift/event"
)

// A node is one operation of a compiled expression. eval is total.
type node interface {
	eval(f *Frame) Value
}

type constant struct{ v Value }

func (n constant) eval(*Frame) Value { return n.v }

type theEvent struct{}

func (theEvent) eval(f *Frame) Value { return Value{kind: kRecord, ref: f.event} }

type theActor struct{}

func (theActor) eval(f *Frame) Value {
	if !f.acted {
		f.actor, f.acted = f.event.Actor(), true
	}
	return Value{kind: kRecord, ref: &f.actor}
}

// local is a comprehension's variable.
type local int

func (n local) eval(f *Frame) Value { return f.locals[n] }

// listSlot is a named list.
type listSlot int

func (n listSlot) eval(f *Frame) Value {
	if int(n) >= len(f.bound.Lists) {
		return absent
	}
	return Value{kind: kList, ref: f.bound.Lists[n]}
}

// paramSlot is a parameter of the rule.
type paramSlot int

func (n paramSlot) eval(f *Frame) Value {
	if int(n) >= len(f.bound.Params) {
		return absent
	}
	return f.bound.Params[n]
}

// eventMember is event.name, the commonest of all nodes.
type eventMember struct {
	*member
	test bool // has(event.name)
}

func (n eventMember) eval(f *Frame) Value {
	v := n.get(f.event)
	if n.test {
		return boolean(isSet(v))
	}
	return v
}

// recordMember selects a typed member of anything else.
type recordMember struct {
	operand node
	get     func(any) Value
	test    bool
}

func (n recordMember) eval(f *Frame) Value {
	v := n.operand.eval(f)
	if v.kind != kRecord {
		if n.test {
			return no
		}
		return absent
	}
	v = n.get(v.ref)
	if n.test {
		return boolean(isSet(v))
	}
	return v
}

// objectMember selects from a free-form document.
type objectMember struct {
	operand node
	name    string
	test    bool
}

func (n objectMember) eval(f *Frame) Value {
	v := n.operand.eval(f).member(n.name)
	if n.test {
		return boolean(v.kind != kAbsent)
	}
	return v
}

// docMember selects from a free-form member of the event, which is parsed only where that takes more than a look.
type docMember struct {
	doc  func(*event.Event) event.Doc
	path []string
	test bool
}

func (n docMember) eval(f *Frame) Value {
	doc := n.doc(f.event)
	kind, spelt := doc.Peek(n.path...)
	var v Value
	switch kind {
	case event.KindAbsent, event.KindNull:
	case event.KindText:
		v = text(spelt)
	case event.KindBool:
		v = boolean(spelt == "true")
	default:
		v = fromJSON(doc.Value())
		for _, name := range n.path {
			v = v.member(name)
		}
	}
	if n.test {
		return boolean(v.kind != kAbsent)
	}
	return v
}

// A condition is a node that says whether its value is true without making the value.
type condition interface {
	node
	holds(f *Frame) bool
}

// asCondition makes a condition of any node.
func asCondition(n node) condition {
	if c, ok := n.(condition); ok {
		return c
	}
	return truth{n}
}

type truth struct{ node }

func (n truth) holds(f *Frame) bool { return n.node.eval(f).truth() }

type and struct{ a, b condition }

func (n and) holds(f *Frame) bool { return n.a.holds(f) && n.b.holds(f) }
func (n and) eval(f *Frame) Value { return boolean(n.holds(f)) }

type or struct{ a, b condition }

func (n or) holds(f *Frame) bool { return n.a.holds(f) || n.b.holds(f) }
func (n or) eval(f *Frame) Value { return boolean(n.holds(f)) }

type not struct{ a condition }

func (n not) holds(f *Frame) bool { return !n.a.holds(f) }
func (n not) eval(f *Frame) Value { return boolean(n.holds(f)) }

// notFalse is what CEL's loops ask before each turn.
type notFalse struct{ a node }

func (n notFalse) eval(f *Frame) Value {
	v := n.a.eval(f)
	return boolean(v.kind != kBool || v.num == 1)
}

type choose struct{ cond, a, b node }

func (n choose) eval(f *Frame) Value {
	if n.cond.eval(f).truth() {
		return n.a.eval(f)
	}
	return n.b.eval(f)
}

type equal struct{ a, b node }

func (n equal) eval(f *Frame) Value { return boolean(n.a.eval(f).equal(n.b.eval(f))) }

type equalText struct {
	a node
	s string
}

func (n equalText) holds(f *Frame) bool {
	v := n.a.eval(f)
	return v.kind == kText && v.str == n.s
}
func (n equalText) eval(f *Frame) Value { return boolean(n.holds(f)) }

// equalMember is equalText of a text of the event.
type equalMember struct {
	text func(any) string
	s    string
}

func (n equalMember) holds(f *Frame) bool { return n.text(f.event) == n.s }
func (n equalMember) eval(f *Frame) Value { return boolean(n.holds(f)) }

func equals(a, b node) node {
	if k, ok := a.(constant); ok && k.v.kind == kText {
		a, b = b, a
	}
	if k, ok := b.(constant); ok && k.v.kind == kText {
		if m, ok := a.(eventMember); ok && m.text != nil && !m.test {
			return equalMember{m.text, k.v.str}
		}
		return equalText{a, k.v.str}
	}
	return equal{a, b}
}

type order struct {
	a, b node
	ok   func(int) bool
}

func (n order) eval(f *Frame) Value {
	c, ok := n.a.eval(f).compare(n.b.eval(f))
	return boolean(ok && n.ok(c))
}

type within struct{ a, b node }

func (n within) eval(f *Frame) Value { return boolean(n.b.eval(f).contains(n.a.eval(f))) }

type index struct{ a, b node }

func (n index) eval(f *Frame) Value { return n.a.eval(f).index(n.b.eval(f)) }

type size struct{ a node }

func (n size) eval(f *Frame) Value { return integer(n.a.eval(f).size()) }

type textTest struct {
	test func(s, part string) bool
	a, b node
}

var textTests = map[string]func(s, part string) bool{
	"startsWith": strings.HasPrefix,
	"endsWith":   strings.HasSuffix,
	"contains":   strings.Contains,
}

func (n textTest) eval(f *Frame) Value {
	a, b := n.a.eval(f), n.b.eval(f)
	return boolean(a.kind == kText && b.kind == kText && n.test(a.str, b.str))
}

// arithmetic yields an absent value where CEL's would fail: on overflow, on division
// by zero, on operands that do not go together.
type arithmetic struct {
	op   string
	a, b node
}

func (n arithmetic) eval(f *Frame) Value {
	a, b := n.a.eval(f), n.b.eval(f)
	switch {
	case a.kind == kInt && b.kind == kInt:
		return integers(n.op, a.num, b.num)
	case a.isNumber() && b.isNumber():
		return doubles(n.op, a.float(), b.float())
	case n.op == operators.Add && a.kind == kText && b.kind == kText:
		return text(a.str + b.str)
	case n.op == operators.Add && a.kind == kList && b.kind == kList:
		out := make([]Value, 0, a.len()+b.len())
		for i := range a.len() {
			out = append(out, a.at(i))
		}
		for i := range b.len() {
			out = append(out, b.at(i))
		}
		return Value{kind: kList, ref: out}
	}
	return moments(n.op, a, b)
}

func integers(op string, a, b int64) Value {
	switch op {
	case operators.Add:
		if s := a + b; (s > a) == (b > 0) {
			return integer(s)
		}
	case operators.Subtract:
		if d := a - b; (d < a) == (b > 0) {
			return integer(d)
		}
	case operators.Multiply:
		if a == 0 || b == 0 {
			return integer(0)
		}
		if p := a * b; p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64) {
			return integer(p)
		}
	case operators.Divide:
		if b != 0 && !(a == math.MinInt64 && b == -1) {
			return integer(a / b)
		}
	case operators.Modulo:
		if b != 0 && !(a == math.MinInt64 && b == -1) {
			return integer(a % b)
		}
	}
	return absent
}

func doubles(op string, a, b float64) Value {
	switch op {
	case operators.Add:
		return double(a + b)
	case operators.Subtract:
		return double(a - b)
	case operators.Multiply:
		return double(a * b)
	case operators.Divide:
		return double(a / b)
	}
	return absent
}

type makeList []node

func (n makeList) eval(f *Frame) Value {
	out := make([]Value, len(n))
	for i, e := range n {
		out[i] = e.eval(f)
	}
	return Value{kind: kList, ref: out}
}

type makeObject struct{ names, values []node }

func (n makeObject) eval(f *Frame) Value {
	out := make(map[string]Value, len(n.names))
	for i := range n.names {
		if k, ok := n.names[i].eval(f).spell(); ok {
			out[k] = n.values[i].eval(f)
		}
	}
	return Value{kind: kObject, ref: out}
}

// invoke calls a function of the library.
type invoke struct {
	call func([]Value) Value
	args []node
}

func (n invoke) eval(f *Frame) Value {
	var args [3]Value
	for i, a := range n.args {
		args[i] = a.eval(f)
	}
	return n.call(args[:len(n.args)])
}

// loop is CEL's comprehension, which exists, all, filter and map expand to.
type loop struct {
	source, start, while, step, result node
	item, accu                         int // slots
}

func (n loop) eval(f *Frame) Value {
	v := n.source.eval(f)
	accu := n.start.eval(f)
	visit := func(item Value) bool {
		f.locals[n.item], f.locals[n.accu] = item, accu
		if f.steps++; f.steps > maxSteps || !n.while.eval(f).truth() {
			return false
		}
		accu = n.step.eval(f)
		return true
	}
	switch v.kind {
	case kList:
		for i := range v.len() {
			if !visit(v.at(i)) {
				break
			}
		}
	case kObject: // CEL visits an object's names
		names := v.keys()
		slices.Sort(names) // so that what a loop builds does not depend on the map's order
		for _, name := range names {
			if !visit(text(name)) {
				break
			}
		}
	}
	f.locals[n.item], f.locals[n.accu] = absent, accu
	return n.result.eval(f)
}

// grow appends to the list that a loop builds, which nothing else can see yet.
type grow struct {
	accu int
	item node
}

func (n grow) eval(f *Frame) Value {
	item := n.item.eval(f)
	list, _ := f.locals[n.accu].ref.([]Value)
	return Value{kind: kList, ref: append(list, item)}
}
