package celenv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// canonical writes e such that expressions of the same meaning, as far as that shows, are the same
// text. It is made for comparison only. bound are the variables in sight.
func canonical(e ast.Expr, bound []string) string {
	switch e.Kind() {
	case ast.LiteralKind:
		if s, ok := e.AsLiteral().(types.String); ok {
			return fmt.Sprintf("%q", string(s))
		}
		return fmt.Sprintf("%s(%v)", e.AsLiteral().Type().TypeName(), e.AsLiteral().Value())
	case ast.IdentKind:
		for n := len(bound) - 1; n >= 0; n-- {
			if bound[n] == e.AsIdent() {
				return fmt.Sprintf("$%d", n)
			}
		}
		return e.AsIdent()
	case ast.SelectKind:
		s := canonical(e.AsSelect().Operand(), bound) + memberStep(e.AsSelect().FieldName())
		if e.AsSelect().IsTestOnly() {
			return "has(" + s + ")"
		}
		return s
	case ast.CallKind:
		return canonicalCall(e, bound)
	case ast.ListKind:
		return "[" + strings.Join(canonicals(e.AsList().Elements(), bound), ", ") + "]"
	case ast.MapKind:
		var entries []string
		for _, x := range e.AsMap().Entries() {
			entries = append(entries, canonical(x.AsMapEntry().Key(), bound)+": "+canonical(x.AsMapEntry().Value(), bound))
		}
		slices.Sort(entries)
		return "{" + strings.Join(entries, ", ") + "}"
	case ast.ComprehensionKind:
		x := e.AsComprehension()
		inside := append(slices.Clip(bound), x.IterVar(), x.AccuVar())
		return fmt.Sprintf("loop(%s, %s, %s, %s, %s)", canonical(x.IterRange(), bound), canonical(x.AccuInit(), bound),
			canonical(x.LoopCondition(), inside), canonical(x.LoopStep(), inside), canonical(x.Result(), inside))
	}
	return ""
}

func canonicals(es []ast.Expr, bound []string) []string {
	out := make([]string, len(es))
	for n, e := range es {
		out[n] = canonical(e, bound)
	}
	return out
}

func canonicalCall(e ast.Expr, bound []string) string {
	call := e.AsCall()
	name := call.FunctionName()
	switch name {
	case operators.LogicalAnd, operators.LogicalOr:
		var parts []string
		for _, o := range flatten(e, false, name == operators.LogicalOr, nil) {
			s := canonical(o.expr, bound)
			if o.negated {
				s = negation(s)
			}
			parts = append(parts, s)
		}
		slices.Sort(parts)
		return "(" + strings.Join(slices.Compact(parts), " "+name+" ") + ")"
	case operators.LogicalNot:
		return negation(canonical(call.Args()[0], bound))
	case operators.Equals, operators.NotEquals:
		sides := canonicals(call.Args(), bound)
		slices.Sort(sides)
		s := "(" + strings.Join(sides, " == ") + ")"
		if name == operators.NotEquals {
			return negation(s)
		}
		return s
	case operators.In:
		if list := call.Args()[1]; list.Kind() == ast.ListKind {
			values := canonicals(list.AsList().Elements(), bound)
			slices.Sort(values)
			values = slices.Compact(values)
			x := canonical(call.Args()[0], bound)
			if len(values) == 1 { // x in ["a"] is x == "a"
				sides := []string{x, values[0]}
				slices.Sort(sides)
				return "(" + strings.Join(sides, " == ") + ")"
			}
			return "(" + x + " in [" + strings.Join(values, ", ") + "])"
		}
	case operators.Index:
		if k := call.Args()[1]; k.Kind() == ast.LiteralKind {
			if s, ok := k.AsLiteral().(types.String); ok {
				return canonical(call.Args()[0], bound) + memberStep(string(s))
			}
		}
	}
	return name + "(" + strings.Join(canonicals(operands(call), bound), ", ") + ")"
}

// negation undoes a negation rather than nest it.
func negation(s string) string {
	if rest, ok := strings.CutPrefix(s, "!"); ok {
		return rest
	}
	return "!" + s
}
