package celenv

import (
	"slices"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/parser"
)

// A Var is a value that stands in the place of the event: what was measured over many events.
type Var struct {
	Name  string
	Type  VarType
	Moves Moves
}

// A VarType is the type of a Var.
type VarType uint8

// The types.
const (
	IntVar VarType = iota
	NumberVar
	AnyVar // a number or a time, which may be absent
)

func (t VarType) cel() *cel.Type {
	switch t {
	case IntVar:
		return cel.IntType
	case NumberVar:
		return cel.DoubleType
	}
	return cel.DynType
}

// Moves says how a variable changes when one more event is counted.
type Moves uint8

// The ways. A value that stays may be asked for anything.
const (
	Stays Moves = iota
	Rises
	Falls
)

// variableSlot is a variable.
type variableSlot int

func (n variableSlot) eval(f *Frame) Value {
	if int(n) >= len(f.bound.Vars) {
		return absent
	}
	return f.bound.Vars[n]
}

// Int, Float and Moment make the values of variables, None that of one that is not known.
func Int(n int64) Value             { return integer(n) }
func Float(f float64) Value         { return double(f) }
func Moment(sec int64, n int) Value { return Value{kind: kTime, num: sec, nano: int32(n)} }
func None() Value                   { return absent }

// Number is the value as a number, a time as the seconds since 1970. It reports false for anything else.
func (v Value) Number() (float64, bool) {
	switch v.kind {
	case kInt, kDouble:
		return v.float(), true
	case kTime:
		return float64(v.num) + float64(v.nano)/1e9, true
	}
	return 0, false
}

// IsList reports whether the value is a list.
func (v Value) IsList() bool { return v.kind == kList }

// Empty reports whether the value is a list of nothing.
func (v Value) Empty() bool { return v.kind == kList && v.len() == 0 }

// Each yields the values of a list, and any other value that is present as the only one.
func (v Value) Each(yield func(Value) bool) {
	if v.kind != kList {
		if v.kind != kAbsent {
			yield(v)
		}
		return
	}
	for i := range v.len() {
		if e := v.at(i); e.kind != kAbsent && !yield(e) {
			return
		}
	}
}

// CheckRising is CheckCondition for one over variables, and reports where it could turn false again when one more
// event is counted. A condition that cannot gives the same verdict in whatever order the events come.
func CheckRising(src string, scope Scope) []Issue {
	if issues := CheckCondition(src, scope); issues != nil {
		return issues
	}
	if tree := readyTree(src, scope); tree != nil && fallings(tree, scope) == nil {
		return nil
	}
	tree, issues := checked(src, scope, true)
	if issues != nil {
		return issues
	}
	return fallings(tree, scope)
}

// fallings are the places at which a condition could turn false again.
func fallings(tree *ast.AST, scope Scope) []Issue {
	r := &rising{tree: tree, vars: map[string]Var{}}
	for _, v := range scope.Vars {
		r.vars[v.Name] = v
	}
	r.condition(tree.Expr(), true)
	return r.issues
}

type rising struct {
	tree   *ast.AST
	vars   map[string]Var
	issues []Issue
}

func (r *rising) fail(e ast.Expr, what string) {
	at := 0
	if o, ok := r.tree.SourceInfo().GetOffsetRange(e.ID()); ok {
		at = int(o.Start)
	}
	if slices.ContainsFunc(r.issues, func(is Issue) bool { return is.Offset == at }) {
		return // a comparison of two
	}
	r.issues = append(r.issues, Issue{Offset: at, Message: what + " could turn false again when one more event comes, and the order in which events come is chance. " +
		"Ask for at least, or measure settled(...)"})
}

// condition checks that e can only become true, or, where up is false, only become false.
func (r *rising) condition(e ast.Expr, up bool) {
	if !r.moves(e) {
		return
	}
	if e.Kind() == ast.CallKind {
		args := e.AsCall().Args()
		switch name := e.AsCall().FunctionName(); name {
		case operators.LogicalAnd, operators.LogicalOr:
			r.condition(args[0], up)
			r.condition(args[1], up)
			return
		case operators.LogicalNot:
			r.condition(args[0], !up)
			return
		case operators.GreaterEquals, operators.Greater, operators.LessEquals, operators.Less:
			if name := r.absent(e); name != "" && !up {
				r.fail(e, "the negation of a comparison with "+name+", true as long as there is no value,")
				return
			}
			greater := name == operators.GreaterEquals || name == operators.Greater
			r.number(e, args[0], greater == up)
			r.number(e, args[1], greater != up)
			return
		}
	}
	r.fail(e, "this")
}

// number checks that the number e can only grow, or, where up is false, only shrink.
func (r *rising) number(in, e ast.Expr, up bool) {
	if !r.moves(e) {
		return
	}
	switch e.Kind() {
	case ast.IdentKind:
		if moves := r.vars[e.AsIdent()].Moves; (moves == Rises) != up {
			r.fail(in, "a comparison with "+e.AsIdent())
		}
		return
	case ast.CallKind:
		args := e.AsCall().Args()
		switch e.AsCall().FunctionName() {
		case operators.Add:
			r.number(in, args[0], up)
			r.number(in, args[1], up)
			return
		case operators.Subtract:
			r.number(in, args[0], up)
			r.number(in, args[1], !up)
			return
		case operators.Multiply:
			if positive(args[1]) {
				r.number(in, args[0], up)
				return
			}
			if positive(args[0]) {
				r.number(in, args[1], up)
				return
			}
		case operators.Divide: // a whole number is divided without a rest, and the next one may have a fraction
			if positive(args[1]) && (r.absent(args[0]) == "" || args[1].AsLiteral().Type() == types.DoubleType) {
				r.number(in, args[0], up)
				return
			}
		}
	}
	r.fail(in, "this")
}

// maxFactor keeps products of whole numbers from overflowing, which would make them absent.
const maxFactor = 1000

func positive(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		return false
	}
	switch n := e.AsLiteral().(type) {
	case types.Int:
		return 0 < n && n <= maxFactor
	case types.Double:
		return 0 < n && n <= maxFactor
	}
	return false
}

// moves tells whether e reads a variable that does not stay.
func (r *rising) moves(e ast.Expr) bool {
	return r.reads(e, func(v Var) bool { return v.Moves != Stays }) != ""
}

// absent is a variable that e reads which may be absent at first, and whole or a fraction later; "" when there is none.
func (r *rising) absent(e ast.Expr) string {
	return r.reads(e, func(v Var) bool { return v.Moves != Stays && v.Type == AnyVar })
}

func (r *rising) reads(e ast.Expr, is func(Var) bool) (name string) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind && is(r.vars[e.AsIdent()]) {
			name = e.AsIdent()
		}
	}))
	return name
}

// ReadsAny reports whether an expression names one of the variables.
func ReadsAny(src string, vars []Var) bool {
	if !slices.ContainsFunc(vars, func(v Var) bool { return strings.Contains(src, v.Name) }) {
		return false
	}
	if names := pathNames(src); names != nil {
		return slices.ContainsFunc(vars, func(v Var) bool { return v.Name == names[0] })
	}
	p, err := parser.NewParser()
	if err != nil {
		return false
	}
	tree, errs := p.Parse(common.NewTextSource(src))
	if len(errs.GetErrors()) > 0 {
		return false
	}
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			found = found || slices.ContainsFunc(vars, func(v Var) bool { return v.Name == e.AsIdent() })
		}
	}))
	return found
}

// Go is a number as int64 or float64, a time as time.Time, and nil for anything else.
func (v Value) Go() any {
	switch v.kind {
	case kInt:
		return v.num
	case kDouble:
		return v.float()
	case kTime:
		return time.Unix(v.num, int64(v.nano)).UTC()
	}
	return nil
}
