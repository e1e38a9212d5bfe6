package celenv

import (
	"fmt"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/parser"
)

// A Mutant is a condition with one thing changed.
type Mutant struct {
	Text   string
	What   string // what was done: "&& became ||"
	Offset int    // of what was changed, in characters of the source
}

// Mutants returns conditions that differ from src in one place each: a conjunct or disjunct left
// out, && and || exchanged, a test negated, a comparison moved over its bound, a literal changed.
// Those that do not compile are left out, and those that plainly mean what src or another one
// means. There are none of an src that does not compile.
func Mutants(src string) []Mutant { return MutantsIn(src, Scope{}) }

// MutantsIn is Mutants for a condition that may name what is in the scope.
func MutantsIn(src string, scope Scope) []Mutant {
	whole, issues := checked(src, scope, true)
	if issues != nil {
		return nil
	}
	// Without macros the tree is what was written: exists(x, test) is a call like any other.
	p, err := parser.NewParser()
	if err != nil {
		return nil
	}
	tree, errs := p.Parse(common.NewTextSource(src))
	if len(errs.GetErrors()) > 0 {
		return nil
	}
	m := &mutator{scope: scope, tree: tree, make: ast.NewExprFactory(), seen: map[string]bool{canonical(whole.Expr(), nil): true}}
	m.condition(tree.Expr())
	return m.found
}

// A mutator changes its tree in place, writes it out, and changes it back.
type mutator struct {
	scope Scope
	tree  *ast.AST
	make  ast.ExprFactory
	seen  map[string]bool // canonical forms
	found []Mutant
}

// try notes the mutant in which e is what to makes of it.
func (m *mutator) try(e ast.Expr, to func(e ast.Expr) ast.Expr, what string, args ...any) {
	kept := m.make.NewUnspecifiedExpr(e.ID())
	kept.SetKindCase(e)
	e.SetKindCase(to(kept))
	text := m.text(m.tree.Expr())
	e.SetKindCase(kept)
	c, issues := newCompiler(text, m.scope, true)
	if issues != nil {
		return
	}
	if _, issues := c.compile(true); issues != nil {
		return
	}
	form := canonical(c.tree.Expr(), nil)
	if m.seen[form] {
		return
	}
	m.seen[form] = true
	at := 0
	if r, ok := m.tree.SourceInfo().GetOffsetRange(e.ID()); ok {
		at = int(r.Start)
	}
	m.found = append(m.found, Mutant{Text: text, What: fmt.Sprintf(what, args...), Offset: at})
}

func (m *mutator) text(e ast.Expr) string {
	text, err := parser.Unparse(e, m.tree.SourceInfo())
	if err != nil {
		return "" // which does not compile
	}
	return text
}

func (m *mutator) call(name string, args ...ast.Expr) func(ast.Expr) ast.Expr {
	return func(e ast.Expr) ast.Expr { return m.make.NewCall(e.ID(), name, args...) }
}

func instead(by ast.Expr) func(ast.Expr) ast.Expr { return func(ast.Expr) ast.Expr { return by } }

func (m *mutator) not(e ast.Expr) ast.Expr {
	return m.make.NewCall(e.ID(), operators.LogicalNot, e)
}

var (
	exchanged = map[string]string{operators.LogicalAnd: operators.LogicalOr, operators.LogicalOr: operators.LogicalAnd}
	bounds    = map[string]string{
		operators.Less: operators.LessEquals, operators.LessEquals: operators.Less,
		operators.Greater: operators.GreaterEquals, operators.GreaterEquals: operators.Greater,
	}
	turned = map[string]string{
		operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals,
		operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals,
	}
	symbols = map[string]string{
		operators.LogicalAnd: "&&", operators.LogicalOr: "||",
		operators.Less: "<", operators.LessEquals: "<=", operators.Greater: ">", operators.GreaterEquals: ">=",
	}
)

// condition mutates an expression that is true or false.
func (m *mutator) condition(e ast.Expr) {
	name := ""
	if e.Kind() == ast.CallKind {
		name = e.AsCall().FunctionName()
	}
	switch name {
	case operators.LogicalAnd, operators.LogicalOr:
		args := e.AsCall().Args()
		for i, a := range args {
			if a.Kind() != ast.CallKind || a.AsCall().FunctionName() != name { // else its parts are dropped one by one
				m.try(e, instead(args[1-i]), "dropped %s", m.text(a))
			}
		}
		m.try(e, m.call(exchanged[name], args...), "%s became %s", symbols[name], symbols[exchanged[name]])
		m.condition(args[0])
		m.condition(args[1])
	case operators.LogicalNot:
		inner := e.AsCall().Args()[0]
		m.try(e, instead(inner), "dropped the ! of !(%s)", m.text(inner))
		m.condition(inner)
	case operators.Conditional:
		for _, a := range e.AsCall().Args() {
			m.condition(a)
		}
	default:
		if e.Kind() != ast.LiteralKind {
			m.try(e, m.not, "negated %s", m.text(e))
		}
		m.operand(e)
	}
}

// operand mutates what stands in a test.
func (m *mutator) operand(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		m.literal(e)
	case ast.SelectKind:
		m.operand(e.AsSelect().Operand())
	case ast.ListKind:
		for _, x := range e.AsList().Elements() {
			m.operand(x)
		}
	case ast.MapKind:
		for _, x := range e.AsMap().Entries() {
			m.operand(x.AsMapEntry().Key())
			m.operand(x.AsMapEntry().Value())
		}
	case ast.CallKind:
		m.function(e)
	}
}

// loops are the macros whose second argument is a test.
var loops = map[string]bool{"exists": true, "all": true, "exists_one": true, "existsOne": true, "filter": true}

func (m *mutator) function(e ast.Expr) {
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	switch {
	case exchanged[name] != "" || name == operators.LogicalNot || name == operators.Conditional:
		m.condition(e)
		return
	case bounds[name] != "":
		m.try(e, m.call(bounds[name], args...), "%s became %s", symbols[name], symbols[bounds[name]])
		m.try(e, m.call(turned[name], args...), "%s became %s", symbols[name], symbols[turned[name]])
	case name == "list" && !call.IsMemberFunction():
		return // another name is another program
	case name == "lookup" && !call.IsMemberFunction():
		m.operand(args[1])
		return
	}
	if call.IsMemberFunction() {
		m.operand(call.Target())
		if loops[name] && len(args) == 2 || name == "map" && len(args) == 3 {
			m.condition(args[1])
			args = args[2:]
		}
	}
	for _, a := range args {
		m.operand(a)
	}
}

func (m *mutator) literal(e ast.Expr) {
	var to ref.Val
	switch v := e.AsLiteral().(type) {
	case types.String:
		to = v + "x"
	case types.Int:
		to = v + 1
	case types.Uint:
		to = v + 1
	case types.Double:
		to = v + 1
	case types.Bool:
		to = !v
	default:
		return
	}
	changed := m.make.NewLiteral(e.ID(), to)
	m.try(e, instead(changed), "%s became %s", m.text(e), m.text(changed))
}
