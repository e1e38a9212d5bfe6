package celenv

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// WriteTree is the entry of catalogueTrees for an expression, as Go; "" where it needs none, as its tree is ready without.
func WriteTree(src string, scope Scope) (string, error) {
	if plainTree(src, scope) != nil {
		return "", nil
	}
	tree, issues := checked(src, scope, false)
	if issues != nil {
		return "", fmt.Errorf("%s: %v", src, issues)
	}
	w := &treeWriter{tree: tree}
	e := w.expr(tree.Expr())
	return fmt.Sprintf("%q: func(t *tree) ast.Expr { return %s },\n", scope.key(src), e), w.err
}

// A treeWriter writes a tree as calls of the methods of type tree.
type treeWriter struct {
	tree *ast.AST
	err  error
}

func (w *treeWriter) expr(e ast.Expr) string {
	typ := w.typ(w.tree.GetType(e.ID()))
	switch e.Kind() {
	case ast.LiteralKind:
		return w.literal(e)
	case ast.IdentKind:
		return fmt.Sprintf("t.ident(%s, %q)", typ, e.AsIdent())
	case ast.SelectKind:
		sel := e.AsSelect()
		if sel.IsTestOnly() {
			return fmt.Sprintf("t.has(%s, %q)", w.expr(sel.Operand()), sel.FieldName())
		}
		return fmt.Sprintf("t.member(%s, %s, %q)", typ, w.expr(sel.Operand()), sel.FieldName())
	case ast.ListKind:
		return fmt.Sprintf("t.list(%s%s)", typ, w.exprs(e.AsList().Elements()))
	case ast.CallKind:
		call, target, overload := e.AsCall(), "nil", ""
		if call.IsMemberFunction() {
			target = w.expr(call.Target())
		}
		if ids := w.tree.GetOverloadIDs(e.ID()); len(ids) == 1 {
			overload = ids[0]
		}
		return fmt.Sprintf("t.call(%s, %q, %q, %s%s)", typ, overload, call.FunctionName(), target, w.exprs(call.Args()))
	case ast.ComprehensionKind:
		x := e.AsComprehension()
		if !x.HasIterVar2() {
			parts := []ast.Expr{x.AccuInit(), x.LoopCondition(), x.LoopStep(), x.Result()}
			return fmt.Sprintf("t.loop(%s, %s, %q, %q%s)", typ, w.expr(x.IterRange()), x.IterVar(), x.AccuVar(), w.exprs(parts))
		}
	}
	w.err = fmt.Errorf("no way to write a part of kind %v", e.Kind())
	return "nil"
}

func (w *treeWriter) exprs(es []ast.Expr) string {
	var b strings.Builder
	for _, e := range es {
		b.WriteString(", " + w.expr(e))
	}
	return b.String()
}

func (w *treeWriter) literal(e ast.Expr) string {
	switch v := e.AsLiteral().(type) {
	case types.String:
		return fmt.Sprintf("t.literal(types.String(%q))", string(v))
	case types.Int:
		return fmt.Sprintf("t.literal(types.Int(%d))", int64(v))
	case types.Double:
		return fmt.Sprintf("t.literal(types.Double(%v))", float64(v))
	case types.Bool:
		return fmt.Sprintf("t.literal(types.Bool(%v))", bool(v))
	}
	w.err = fmt.Errorf("no way to write a literal %v", e.AsLiteral().Type())
	return "nil"
}

var simpleTypes = map[string]string{
	"bool": "types.BoolType", "int": "types.IntType", "double": "types.DoubleType", "string": "types.StringType", "dyn": "types.DynType",
	"timestamp": "types.TimestampType", "duration": "types.DurationType",
}

func (w *treeWriter) typ(t *types.Type) string {
	switch {
	case simpleTypes[t.String()] != "":
		return simpleTypes[t.String()]
	case t.Kind() == types.StructKind:
		return fmt.Sprintf("types.NewObjectType(%q)", t.TypeName())
	case t.Kind() == types.ListKind:
		return fmt.Sprintf("types.NewListType(%s)", w.typ(t.Parameters()[0]))
	}
	w.err = fmt.Errorf("no way to write the type %v", t)
	return "nil"
}
