package celenv

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// cel-go takes a third of a millisecond to parse and check an expression, which makes it most of what a program waits
// for when it starts with the catalogue. Expressions of which the checked syntax tree is known beforehand are
// therefore spared that: plain paths (plainTree), and those of the catalogue, whose trees the tests of this package write as
// Go (trees_generated.go). A tree that is ready has no positions, so that whatever turns out to be wrong with it is
// found once more, by the long way.

//go:generate go test . -run ^TestCatalogueTrees$ -update

// readyTree is the checked syntax tree of an expression that cel-go need not look at, nil for any other.
func readyTree(src string, scope Scope) *ast.AST {
	if tree := plainTree(src, scope); tree != nil {
		return tree
	}
	grow := catalogueTrees[scope.key(src)]
	if grow == nil {
		return nil
	}
	t := newTree()
	return t.checked(grow(t))
}

// key tells expressions apart that have different trees: of the scope only the variables matter.
func (s Scope) key(src string) string {
	if len(s.Vars) == 0 {
		return src
	}
	var b strings.Builder
	for _, v := range s.Vars {
		b.WriteString(v.Name + " " + v.Type.cel().String() + ", ")
	}
	b.WriteString(src)
	return b.String()
}

// A tree is a checked syntax tree that is being made.
type tree struct {
	make       ast.ExprFactory
	last       int64 // id
	types      map[int64]*types.Type
	references map[int64]*ast.ReferenceInfo
}

func newTree() *tree {
	return &tree{make: ast.NewExprFactory(), types: map[int64]*types.Type{}, references: map[int64]*ast.ReferenceInfo{}}
}

func (t *tree) checked(root ast.Expr) *ast.AST {
	return ast.NewCheckedAST(ast.NewAST(root, ast.NewSourceInfo(nil)), t.types, t.references)
}

// id is that of a new part, of the type.
func (t *tree) id(typ *types.Type) int64 {
	t.last++
	t.types[t.last] = typ
	return t.last
}

func (t *tree) ident(typ *types.Type, name string) ast.Expr {
	return t.make.NewIdent(t.id(typ), name)
}

func (t *tree) literal(value ref.Val) ast.Expr {
	return t.make.NewLiteral(t.id(value.Type().(*types.Type)), value)
}

func (t *tree) member(typ *types.Type, operand ast.Expr, name string) ast.Expr {
	return t.make.NewSelect(t.id(typ), operand, name)
}

func (t *tree) has(operand ast.Expr, name string) ast.Expr {
	return t.make.NewPresenceTest(t.id(types.BoolType), operand, name)
}

func (t *tree) list(typ *types.Type, elements ...ast.Expr) ast.Expr {
	return t.make.NewList(t.id(typ), elements, nil)
}

// call is a function's, or, where there is a target, a method's. The overload is "" where only the arguments tell.
func (t *tree) call(typ *types.Type, overload, name string, target ast.Expr, args ...ast.Expr) ast.Expr {
	id := t.id(typ)
	if overload != "" {
		t.references[id] = ast.NewFunctionReference(overload)
	}
	if target != nil {
		return t.make.NewMemberCall(id, name, target, args...)
	}
	return t.make.NewCall(id, name, args...)
}

func (t *tree) loop(typ *types.Type, over ast.Expr, item, accu string, start, while, step, result ast.Expr) ast.Expr {
	return t.make.NewComprehension(t.id(typ), over, item, accu, start, while, step, result)
}
