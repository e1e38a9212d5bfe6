package celenv

import (
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Reference evaluates a condition with cel-go's own evaluator over a record decoded to maps,
// with this package's functions bound to it. It reports false where cel-go has no answer.
func Reference(src string, event, actor map[string]any, lists map[string][]string) (verdict, ok bool, err error) {
	opts := []cel.EnvOption{
		cel.Variable("event", cel.DynType), cel.Variable("actor", cel.DynType), cel.CrossTypeNumericComparisons(true),
	}
	for _, f := range library {
		call := func(args ...ref.Val) ref.Val {
			values := make([]Value, len(args))
			for i, a := range args {
				values[i] = fromRef(a)
			}
			switch f.name {
			case "ingress", "policy", "arn", "lookup": // their results are Go values, which cel-go cannot look into
				return types.NewErr("no value")
			}
			if f.name == "list" && f.receiver == "" {
				return types.DefaultTypeAdapter.NativeToValue(lists[values[0].str])
			}
			fn := f.call
			if fn == nil {
				bound, err := f.bind(values[f.literal])
				if err != nil {
					return types.NewErr("%v", err)
				}
				fn = bound
			}
			if out := fn(values).toRef(); out != nil {
				return out
			}
			return types.NewErr("no value")
		}
		dynamic := make([]*cel.Type, len(f.args))
		for i := range dynamic {
			dynamic[i] = cel.DynType
		}
		overload := cel.Overload(f.name+"_"+f.receiver, dynamic, cel.DynType, cel.FunctionBinding(call))
		if f.receiver != "" {
			overload = cel.MemberOverload(f.name+"_"+f.receiver, dynamic, cel.DynType, cel.FunctionBinding(call))
		}
		opts = append(opts, cel.Function(f.name, overload))
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return false, false, err
	}
	tree, iss := env.Compile(src)
	if iss.Err() != nil {
		return false, false, iss.Err()
	}
	prog, err := env.Program(tree)
	if err != nil {
		return false, false, err
	}
	out, _, err := prog.Eval(map[string]any{"event": event, "actor": actor})
	if err != nil {
		return false, false, nil
	}
	b, isBool := out.(types.Bool)
	return bool(b), isBool, nil
}

// PlainTree describes the syntax tree of a plain path as it is made without cel-go; "" when it is not.
func PlainTree(src string, scope Scope) string {
	tree := plainTree(src, scope)
	if tree == nil {
		return ""
	}
	return describe(tree)
}

// ReadyTree describes the syntax tree that is made without cel-go, plain path or not; "" when there is none.
func ReadyTree(src string, scope Scope) string {
	tree := readyTree(src, scope)
	if tree == nil {
		return ""
	}
	return describe(tree)
}

// CheckedTree describes the syntax tree as cel-go makes it; "" when it finds something wrong.
func CheckedTree(src string, scope Scope) string {
	tree, issues := checked(src, scope, false)
	if issues != nil {
		return ""
	}
	return describe(tree)
}

// describe writes each part of a tree with its type.
func describe(tree *ast.AST) string {
	var b strings.Builder
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		fmt.Fprintf(&b, "%v %v", e.Kind(), tree.GetType(e.ID()))
		switch e.Kind() {
		case ast.LiteralKind:
			fmt.Fprintf(&b, " %v %#v", e.AsLiteral().Type(), e.AsLiteral().Value())
		case ast.IdentKind:
			fmt.Fprintf(&b, " %s", e.AsIdent())
		case ast.SelectKind:
			fmt.Fprintf(&b, " %s %v", e.AsSelect().FieldName(), e.AsSelect().IsTestOnly())
		case ast.ListKind:
			fmt.Fprintf(&b, " %d", len(e.AsList().Elements()))
		case ast.CallKind:
			fmt.Fprintf(&b, " %s %v %d", e.AsCall().FunctionName(), e.AsCall().IsMemberFunction(), len(e.AsCall().Args()))
			if ids := tree.GetOverloadIDs(e.ID()); len(ids) == 1 { // of several, the arguments choose
				fmt.Fprintf(&b, " %s", ids[0])
			}
		case ast.ComprehensionKind:
			fmt.Fprintf(&b, " %s %s %s", e.AsComprehension().IterVar(), e.AsComprehension().IterVar2(), e.AsComprehension().AccuVar())
		}
		b.WriteByte('\n')
	}))
	return b.String()
}

// Members are the members of a type of the schema.
func Members(typ string) []string { return memberNames(typ) }
