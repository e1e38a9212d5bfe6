package celenv

import (
	"iter"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// Facts are what the syntax of an expression tells, for checks that judge how it is written. They
// say nothing about any event.
type Facts struct {
	// Reads are the paths that the expression reads, each as far as it goes, in no certain order.
	Reads []Read

	// Atoms are the tests of which && || ! and the loops make the whole, in the order of the source.
	Atoms []*Atom

	// Canonical is the expression in a form that is the same for expressions that differ in
	// spacing, in parentheses, in the order of && || == and of the literals of a list, and in the
	// names of loop variables.
	Canonical string
}

// A Read is a path and where it starts.
type Read struct {
	Path
	Offset int // of the character (rune) in the source
}

// A Literal is a text that stands in the source.
type Literal struct {
	Text   string
	Offset int
}

// An Atom is one test, such as a comparison or has(...).
type Atom struct {
	// Op is what is asked: "==", "<", "in", "startsWith" and so on by its name in the source; "has";
	// "" for a path that is itself true or false; "member" for a literal text in a path; "exists" and
	// "all" for loops, whose own tests are atoms as well. != is a negated "==".
	Op      string
	Path    Path      // what is asked about, zero when that is no path
	Others  []Path    // other paths that take part
	Values  []Literal // literal texts that take part
	Negated bool      // the expression holds, as far as this test goes, when the test does not
	Offset  int       // of the test's first character

	// everywhere says that the test is asked of all elements of a loop.
	everywhere bool
	beside     *beside
}

// A beside is what is joined to a test by && or, when either is set, by ||; and around that, up.
type beside struct {
	either bool
	atoms  []*Atom
	up     *beside
}

// Beside gives the tests that stand beside a, and whether each holds wherever a matters: in
// x && a it is x that holds, in x || a the contrary of x.
func (a *Atom) Beside() iter.Seq2[*Atom, bool] {
	return func(yield func(*Atom, bool) bool) {
		for b := a.beside; b != nil; b = b.up {
			for _, other := range b.atoms {
				if other != a && !yield(other, other.Negated == b.either) {
					return
				}
			}
		}
	}
}

// Unguarded returns the first free-form part that a reads and of which nothing beside it says that
// it is there; "" when there is none. An accessor that says what an absent part counts as, such
// as bool() or list(), is as good as a guard.
func (a *Atom) Unguarded() string {
	for _, p := range append([]Path{a.Path}, a.Others...) {
		if p.Part != "" && !p.settled && !a.guarded(p.Part) {
			return p.Part
		}
	}
	return ""
}

func (a *Atom) guarded(part string) bool {
	for other, holds := range a.Beside() {
		if holds && other.proves(part) {
			return true
		}
	}
	return false
}

// proves reports whether a part is there when the test is passed: every test on an absent part
// fails, but for `all`, and for the comparison of what list() makes of it with an empty list.
func (a *Atom) proves(part string) bool {
	if a.Op == "all" || a.Op == "==" && a.Path.settled {
		return false
	}
	inside := func(path string) bool {
		rest, ok := strings.CutPrefix(path, part)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	if a.Op == "member" {
		for _, v := range a.Values {
			if inside(a.Path.Part + memberStep(v.Text)) {
				return true
			}
		}
	}
	return inside(a.Path.Part) || slices.ContainsFunc(a.Others, func(p Path) bool { return inside(p.Part) })
}

// TrueOfAbsent returns the free-form part whose absence alone makes the test turn out as the
// expression wants it, "" when there is none. A test of all elements of a list is not meant: that
// none is so is just what it asks.
func (a *Atom) TrueOfAbsent() string {
	switch {
	case a.everywhere, a.Op == "has", a.Op == "member":
		return ""
	case a.Negated == (a.Op == "all"):
		return ""
	}
	return a.Unguarded()
}

// Inspect reads the facts off an expression. It reports false for one that does not compile.
func Inspect(src string) (Facts, bool) {
	tree, issues := checked(src, Scope{}, false)
	if issues != nil {
		return Facts{}, false
	}
	i := &inspector{tree: tree}
	i.formula(tree.Expr(), false, nil, false)
	slices.SortStableFunc(i.facts.Atoms, func(a, b *Atom) int { return a.Offset - b.Offset })
	i.scope = nil
	i.reads(tree.Expr())
	i.facts.Canonical = canonical(tree.Expr(), nil)
	return i.facts, true
}

type inspector struct {
	tree  *ast.AST
	scope []variable
	facts Facts
}

// start is the first character of e.
func (i *inspector) start(e ast.Expr) int {
	first := -1
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if r, ok := i.tree.SourceInfo().GetOffsetRange(e.ID()); ok && (first < 0 || int(r.Start) < first) {
			first = int(r.Start)
		}
	}))
	return max(first, 0)
}

// formula takes e apart. negated says that e counts for the whole when it does not hold; below is
// what stands beside it. It returns the tests that e joins, and whether it joins them by ||.
func (i *inspector) formula(e ast.Expr, negated bool, below *beside, everywhere bool) *beside {
	e, negated = unwrap(e, negated)
	here := &beside{up: below}
	if e.Kind() == ast.CallKind {
		switch call := e.AsCall(); call.FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr:
			here.either = joinsEither(e, negated)
			var nested []operand
			for _, o := range flatten(e, negated, here.either, nil) {
				if isTest(o.expr) {
					i.test(o.expr, o.negated, here, everywhere)
				} else {
					nested = append(nested, o)
				}
			}
			for _, o := range nested {
				i.formula(o.expr, o.negated, here, everywhere)
			}
			return here
		case operators.Conditional:
			args := call.Args()
			c := i.formula(args[0], false, below, everywhere)
			yes, no := &beside{up: below}, &beside{up: below, either: true}
			if !c.either {
				yes.atoms = c.atoms
			}
			if x, _ := unwrap(args[0], false); c.either || isTest(x) {
				no.atoms = c.atoms
			}
			i.formula(args[1], negated, yes, everywhere)
			i.formula(args[2], negated, no, everywhere)
			return &beside{}
		}
	}
	if e.Kind() == ast.LiteralKind {
		return here
	}
	i.test(e, negated, here, everywhere)
	return here
}

type operand struct {
	expr    ast.Expr
	negated bool
}

func unwrap(e ast.Expr, negated bool) (ast.Expr, bool) {
	for e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalNot {
		e, negated = e.AsCall().Args()[0], !negated
	}
	return e, negated
}

// joinsEither tells whether && or || joins its operands by || once negations have moved inwards.
func joinsEither(e ast.Expr, negated bool) bool {
	return (e.AsCall().FunctionName() == operators.LogicalOr) != negated
}

// flatten lists the operands of a row of && or ||, with negations moved inwards.
func flatten(e ast.Expr, negated, either bool, into []operand) []operand {
	e, negated = unwrap(e, negated)
	if e.Kind() == ast.CallKind {
		if name := e.AsCall().FunctionName(); (name == operators.LogicalAnd || name == operators.LogicalOr) && joinsEither(e, negated) == either {
			for _, a := range e.AsCall().Args() {
				into = flatten(a, negated, either, into)
			}
			return into
		}
	}
	return append(into, operand{e, negated})
}

func isTest(e ast.Expr) bool {
	if e.Kind() == ast.CallKind {
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr, operators.Conditional:
			return false
		}
	}
	return e.Kind() != ast.LiteralKind
}

var spelled = map[string]string{
	operators.Equals: "==", operators.NotEquals: "==", operators.In: "in",
	operators.Less: "<", operators.LessEquals: "<=", operators.Greater: ">", operators.GreaterEquals: ">=",
}

// test notes an atom, and those inside it.
func (i *inspector) test(e ast.Expr, negated bool, here *beside, everywhere bool) {
	a := &Atom{Negated: negated, Offset: i.start(e), everywhere: everywhere, beside: here}
	here.atoms = append(here.atoms, a)
	i.facts.Atoms = append(i.facts.Atoms, a)
	if p, ok := i.path(e); ok {
		a.Path = p
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
			a.Op = "has"
		}
		return
	}
	switch e.Kind() {
	case ast.ComprehensionKind:
		i.loop(e, a, here)
		return
	case ast.CallKind:
	default:
		return
	}
	call := e.AsCall()
	args := operands(call)
	a.Op = call.FunctionName()
	if name, ok := spelled[a.Op]; ok {
		a.Op = name
	}
	if call.FunctionName() == operators.NotEquals {
		a.Negated = !negated
	}
	for n, arg := range args {
		a.Values = i.literals(arg, a.Values)
		p, ok := i.path(arg)
		switch {
		case !ok:
			i.inside(arg, here)
		case a.Path.Text != "":
			a.Others = append(a.Others, p)
		default:
			a.Path = p
			if a.Op == "in" && n == 1 && len(a.Values) > 0 {
				a.Op = "member"
			}
		}
	}
}

func operands(call ast.CallExpr) []ast.Expr {
	if call.IsMemberFunction() {
		return append([]ast.Expr{call.Target()}, call.Args()...)
	}
	return call.Args()
}

// literals collects the literal texts that e is, or lists.
func (i *inspector) literals(e ast.Expr, into []Literal) []Literal {
	switch e.Kind() {
	case ast.LiteralKind:
		if s, ok := e.AsLiteral().(types.String); ok {
			return append(into, Literal{string(s), i.start(e)})
		}
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			into = i.literals(x, into)
		}
	}
	return into
}

// loop notes exists and all as the test a, with the tests of the elements.
func (i *inspector) loop(e ast.Expr, a *Atom, here *beside) {
	x := e.AsComprehension()
	kind, body := quantifier(x)
	if kind == "" { // exists_one
		i.inside(e, here)
		return
	}
	a.Op = kind
	a.Path, _ = i.path(x.IterRange())
	if a.Path.Text == "" {
		i.inside(x.IterRange(), here)
	}
	i.element(x, func() { i.formula(body, a.Negated, here, (kind == "all") != a.Negated) })
}

// quantifier recognises what the macros exists and all expand to.
func quantifier(x ast.ComprehensionExpr) (kind string, body ast.Expr) {
	if step := x.LoopStep(); step.Kind() == ast.CallKind && x.Result().Kind() == ast.IdentKind {
		if args := step.AsCall().Args(); len(args) == 2 && args[0].Kind() == ast.IdentKind && args[0].AsIdent() == x.AccuVar() {
			switch step.AsCall().FunctionName() {
			case operators.LogicalOr:
				return "exists", args[1]
			case operators.LogicalAnd:
				return "all", args[1]
			}
		}
	}
	return "", nil
}

// inside looks for conditions in what is no condition: those of filter and exists_one, and truth
// values that are compared. Whether they are wanted true is not known, so none counts as negated.
func (i *inspector) inside(e ast.Expr, here *beside) {
	switch e.Kind() {
	case ast.CallKind:
		if !isTest(e) || e.AsCall().FunctionName() == operators.LogicalNot {
			i.formula(e, false, here, true)
			return
		}
		for _, arg := range operands(e.AsCall()) {
			i.inside(arg, here)
		}
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			i.inside(x, here)
		}
	case ast.SelectKind:
		i.inside(e.AsSelect().Operand(), here)
	case ast.ComprehensionKind:
		x := e.AsComprehension()
		if kind, _ := quantifier(x); kind != "" {
			i.formula(e, false, here, true)
			return
		}
		i.inside(x.IterRange(), here)
		i.element(x, func() {
			if step := x.LoopStep(); step.Kind() == ast.CallKind && step.AsCall().FunctionName() == operators.Conditional {
				args := step.AsCall().Args()
				i.formula(args[0], false, &beside{up: here}, false)
				i.inside(args[1], here)
				return
			}
			i.inside(x.LoopStep(), here)
		})
	}
}

// reads notes every path of e that is no part of a longer one.
func (i *inspector) reads(e ast.Expr) {
	if p, ok := i.path(e); ok {
		if p.Text != tEvent && p.Text != tActor {
			i.facts.Reads = append(i.facts.Reads, Read{p, i.start(e)})
		}
		return
	}
	switch e.Kind() {
	case ast.SelectKind:
		i.reads(e.AsSelect().Operand())
	case ast.CallKind:
		for _, arg := range operands(e.AsCall()) {
			i.reads(arg)
		}
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			i.reads(x)
		}
	case ast.MapKind:
		for _, x := range e.AsMap().Entries() {
			i.reads(x.AsMapEntry().Key())
			i.reads(x.AsMapEntry().Value())
		}
	case ast.ComprehensionKind:
		x := e.AsComprehension()
		i.reads(x.IterRange())
		i.element(x, func() { i.reads(x.LoopStep()) })
	}
}
