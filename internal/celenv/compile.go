package celenv

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A compiler turns a checked syntax tree into nodes.
type compiler struct {
	tree    *ast.AST
	known   Scope
	program *Program
	scope   []string // comprehension variables in sight; the index is the slot
	loops   int
	issues  []Issue
	trace   *Trace // nil unless evaluations are to be explained
	depth   int    // of the part of trace that is compiled
}

func newCompiler(src string, scope Scope, condition bool) (*compiler, []Issue) {
	tree, issues := checked(src, scope, condition)
	if issues != nil {
		return nil, issues
	}
	return &compiler{tree: tree, known: scope, program: &Program{}}, nil
}

func (c *compiler) compile(condition bool) (*Program, []Issue) {
	if condition {
		c.program.need = need(c.tree, c.tree.Expr())
		c.program.root, c.program.rest = c.conjunction(c.tree.Expr())
	} else {
		c.program.root = c.node(c.tree.Expr())
	}
	c.program.time = c.tree.GetType(c.tree.Expr().ID()).Kind() == types.TimestampKind
	if c.issues != nil {
		slices.SortStableFunc(c.issues, func(a, b Issue) int { return a.Offset - b.Offset })
		return nil, c.issues
	}
	return c.program, nil
}

// conjunction compiles a condition twice over the same nodes: all of it, and what is left when
// its need is known to hold, nil where the need decides it.
func (c *compiler) conjunction(e ast.Expr) (all, rest node) {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		args := e.AsCall().Args()
		a, aRest := c.conjunction(args[0])
		b, bRest := c.conjunction(args[1])
		switch all = (and{asCondition(a), asCondition(b)}); {
		case aRest == nil:
			return all, bRest
		case bRest == nil:
			return all, aRest
		}
		return all, and{asCondition(aRest), asCondition(bRest)}
	}
	all = c.node(e)
	if need(c.tree, e).Exact {
		return all, nil
	}
	return all, all
}

// fail records what is wrong with e and yields a node in its place.
func (c *compiler) fail(e ast.Expr, hint, format string, args ...any) node {
	at := 0
	if r, ok := c.tree.SourceInfo().GetOffsetRange(e.ID()); ok {
		at = int(r.Start)
	}
	c.issues = append(c.issues, Issue{Offset: at, Message: fmt.Sprintf(format, args...), Hint: hint})
	return constant{}
}

func (c *compiler) node(e ast.Expr) node {
	if c.trace != nil {
		return c.traced(e)
	}
	return c.plain(e)
}

func (c *compiler) plain(e ast.Expr) node {
	switch e.Kind() {
	case ast.LiteralKind:
		return c.literal(e)
	case ast.IdentKind:
		return c.ident(e)
	case ast.SelectKind:
		return c.selection(e)
	case ast.CallKind:
		return c.call(e)
	case ast.ListKind:
		return c.list(e.AsList())
	case ast.MapKind:
		return c.object(e)
	case ast.ComprehensionKind:
		return c.loop(e)
	}
	return c.fail(e, "", "messages cannot be built in a condition")
}

func (c *compiler) nodes(es []ast.Expr) []node {
	out := make([]node, len(es))
	for i, e := range es {
		out[i] = c.node(e)
	}
	return out
}

func (c *compiler) literal(e ast.Expr) node {
	if e.AsLiteral().Type() == types.NullType {
		return c.fail(e, "has(...)", "JSON null is an absent member: test it with has()")
	}
	return constant{fromRef(e.AsLiteral())}
}

func (c *compiler) ident(e ast.Expr) node {
	name := e.AsIdent()
	for i := len(c.scope) - 1; i >= 0; i-- {
		if c.scope[i] == name {
			return local(i)
		}
	}
	if i := slices.IndexFunc(c.known.Vars, func(v Var) bool { return v.Name == name }); i >= 0 {
		return variableSlot(i)
	}
	if c.known.Vars != nil && (name == tEvent || name == tActor) {
		return c.fail(e, "", "many events are looked at here: %s of which is not said. Measure it under let", name)
	}
	switch name {
	case tEvent:
		return theEvent{}
	case tActor:
		return theActor{}
	}
	return c.fail(e, "", "%s cannot be used as a value", name)
}

func (c *compiler) selection(e ast.Expr) node {
	sel := e.AsSelect()
	if sel.Operand().Kind() == ast.IdentKind && sel.Operand().AsIdent() == tParams && !slices.Contains(c.scope, tParams) {
		return c.param(e, sel.FieldName())
	}
	operand := c.node(sel.Operand())
	if l, ok := operand.(lookup); ok {
		if known, ok := lookupMembers[l.name]; ok && !slices.Contains(known, sel.FieldName()) {
			return c.fail(e, nearest.Name(sel.FieldName(), known), "lookup(%q) has no %q, it has %s", l.name, sel.FieldName(), strings.Join(known, ", "))
		}
	}
	if t := c.tree.GetType(sel.Operand().ID()); t.Kind() == types.StructKind {
		m := findMember(t.TypeName(), sel.FieldName())
		if m == nil {
			return c.fail(e, "", "there is no field %q", sel.FieldName())
		}
		if _, ok := operand.(theEvent); ok {
			return eventMember{m, sel.IsTestOnly()}
		}
		return recordMember{operand: operand, get: m.get, test: sel.IsTestOnly()}
	}
	switch o := operand.(type) {
	case eventMember:
		if o.doc != nil {
			return docMember{o.doc, []string{sel.FieldName()}, sel.IsTestOnly()}
		}
	case docMember:
		return docMember{o.doc, append(slices.Clip(o.path), sel.FieldName()), sel.IsTestOnly()}
	}
	return objectMember{operand: operand, name: sel.FieldName(), test: sel.IsTestOnly()}
}

func (c *compiler) list(l ast.ListExpr) node {
	return listOf(c.nodes(l.Elements()))
}

// listOf folds a list of literals into one value.
func listOf(elements []node) node {
	values := make([]Value, len(elements))
	texts := make([]string, 0, len(elements))
	for i, n := range elements {
		k, ok := n.(constant)
		if !ok {
			return makeList(elements)
		}
		values[i] = k.v
		if k.v.kind == kText {
			texts = append(texts, k.v.str)
		}
	}
	if len(texts) == len(values) {
		return constant{Value{kind: kList, ref: NewList(texts)}}
	}
	return constant{Value{kind: kList, ref: values}}
}

func (c *compiler) object(e ast.Expr) node {
	out := makeObject{}
	for _, entry := range e.AsMap().Entries() {
		m := entry.AsMapEntry()
		out.names = append(out.names, c.node(m.Key()))
		out.values = append(out.values, c.node(m.Value()))
	}
	return out
}

func (c *compiler) call(e ast.Expr) node {
	call := e.AsCall()
	name := call.FunctionName()
	exprs := call.Args()
	if call.IsMemberFunction() {
		exprs = append([]ast.Expr{call.Target()}, exprs...)
	}
	if name == "list" && !call.IsMemberFunction() {
		return c.namedList(e, exprs[0])
	}
	if name == "lookup" && !call.IsMemberFunction() {
		return c.lookup(e, exprs)
	}
	args := c.nodes(exprs)
	if n := c.operator(name, args); n != nil {
		return n
	}
	if name == "matches" {
		return c.bound(e, function{name: name, bind: bindMatches, literal: 1}, args)
	}
	for _, f := range library {
		if f.name == name && (f.receiver != "") == call.IsMemberFunction() {
			return c.bound(e, f, args)
		}
	}
	n, err := newForeign(c.tree.GetOverloadIDs(e.ID()), name, args)
	if err != nil {
		return c.fail(e, "", "%v", err)
	}
	return n
}

// bound prepares a function for the argument that is literal.
func (c *compiler) bound(e ast.Expr, f function, args []node) node {
	if f.bind != nil {
		if k, ok := args[f.literal].(constant); ok {
			call, err := f.bind(k.v)
			if err != nil {
				return c.fail(e, "", "%s: %v", f.name, err)
			}
			return invoke{call: call, args: args}
		}
		if f.call == nil {
			return c.fail(e, "", "%s needs a literal text as its argument", f.name)
		}
	}
	return invoke{call: f.call, args: args}
}

func (c *compiler) operator(name string, a []node) node {
	switch name {
	case operators.LogicalAnd:
		return and{asCondition(a[0]), asCondition(a[1])}
	case operators.LogicalOr:
		return or{asCondition(a[0]), asCondition(a[1])}
	case operators.LogicalNot:
		return not{asCondition(a[0])}
	case operators.Conditional:
		return choose{a[0], a[1], a[2]}
	case operators.NotStrictlyFalse:
		return notFalse{a[0]}
	case operators.Equals:
		return equals(a[0], a[1])
	case operators.NotEquals:
		return not{asCondition(equals(a[0], a[1]))}
	case operators.Less:
		return order{a[0], a[1], func(c int) bool { return c < 0 }}
	case operators.LessEquals:
		return order{a[0], a[1], func(c int) bool { return c <= 0 }}
	case operators.Greater:
		return order{a[0], a[1], func(c int) bool { return c > 0 }}
	case operators.GreaterEquals:
		return order{a[0], a[1], func(c int) bool { return c >= 0 }}
	case operators.In:
		return within{a[0], a[1]}
	case operators.Index:
		return index{a[0], a[1]}
	case "size":
		return size{a[0]}
	case "startsWith", "endsWith", "contains":
		return textTest{textTests[name], a[0], a[1]}
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo:
		return arithmetic{name, a[0], a[1]}
	case operators.Negate:
		return arithmetic{operators.Subtract, constant{integer(0)}, a[0]}
	}
	return nil
}

// namedList binds list("name") to a slot that the caller of Eval fills.
func (c *compiler) namedList(e, arg ast.Expr) node {
	k, ok := c.node(arg).(constant)
	if !ok || k.v.kind != kText {
		return c.fail(e, "", "list needs the name of a list as a literal text")
	}
	name := k.v.str
	if c.known.Lists != nil && !c.known.Lists[name] {
		return c.fail(arg, nearest.Name(name, slices.Sorted(maps.Keys(c.known.Lists))), "there is no list named %q", name)
	}
	return listSlot(slot(&c.program.lists, name))
}

// param binds params.name likewise.
func (c *compiler) param(e ast.Expr, name string) node {
	if e.AsSelect().IsTestOnly() {
		return c.fail(e, "", "a parameter always has a value")
	}
	if c.known.Params != nil && !c.known.Params[name] {
		return c.fail(e, nearest.Name(name, slices.Sorted(maps.Keys(c.known.Params))), "the rule declares no parameter named %q", name)
	}
	return paramSlot(slot(&c.program.params, name))
}

// slot is the place of name among names, to which it is added when it is new.
func slot(names *[]string, name string) int {
	i := slices.Index(*names, name)
	if i < 0 {
		i = len(*names)
		*names = append(*names, name)
	}
	return i
}

func (c *compiler) loop(e ast.Expr) node {
	x := e.AsComprehension()
	if x.HasIterVar2() {
		return c.fail(e, "", "loops over two variables are not supported")
	}
	l := loop{source: c.node(x.IterRange()), start: c.node(x.AccuInit()), item: len(c.scope), accu: len(c.scope) + 1}
	if c.loops++; c.loops > maxLoops {
		return c.fail(e, "", "loops are nested more than %d deep", maxLoops)
	}
	c.scope = append(c.scope, x.IterVar(), x.AccuVar())
	c.program.slots = max(c.program.slots, len(c.scope))
	l.while = c.node(x.LoopCondition())
	l.step = c.appending(x.LoopStep(), l.accu)
	l.result = c.node(x.Result())
	c.scope = c.scope[:len(c.scope)-2]
	c.loops--
	return l
}

// appending compiles a loop's step. The macros map and filter grow a list by
// `accu + [x]`, which would copy it at each turn; grow appends instead.
func (c *compiler) appending(e ast.Expr, accu int) node {
	if e.Kind() == ast.CallKind {
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.Add:
			if args[0].Kind() == ast.IdentKind && args[0].AsIdent() == c.scope[accu] && args[1].Kind() == ast.ListKind {
				if l := args[1].AsList().Elements(); len(l) == 1 {
					return grow{accu, c.node(l[0])}
				}
			}
		case operators.Conditional:
			return choose{c.node(args[0]), c.appending(args[1], accu), c.appending(args[2], accu)}
		}
	}
	return c.node(e)
}
