package celenv

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"github.com/trailsift/trailsift/internal/nearest"
)

// An Issue is one thing wrong with an expression.
type Issue struct {
	Offset  int // of the character (rune) in the source at which it shows
	Message string
	Hint    string // what was probably meant, "" when there is no guess
}

// CheckCondition checks an expression that must yield true or false.
func CheckCondition(src string, scope Scope) []Issue {
	_, issues := Compile(src, scope, true)
	return issues
}

// CheckValue checks an expression of any type: a placeholder of a message, a path of group_by.
func CheckValue(src string, scope Scope) []Issue {
	_, issues := Compile(src, scope, false)
	return issues
}

// checked parses and checks src.
func checked(src string, scope Scope, condition bool) (*ast.AST, []Issue) {
	env, err := scope.env()
	if err != nil {
		return nil, []Issue{{Message: err.Error()}}
	}
	if strings.TrimSpace(src) == "" {
		return nil, []Issue{{Message: "the expression is empty"}}
	}
	parsed, iss := env.Parse(src)
	if iss.Err() != nil {
		return nil, issuesOf(src, nil, iss, scope)
	}
	if n := ast.NodeCount(parsed.NativeRep()); n > maxNodes {
		return nil, []Issue{{Message: fmt.Sprintf("the expression has %d parts, the limit is %d", n, maxNodes), Hint: `a named list: list("name")`}}
	}
	c, iss := env.Check(parsed)
	if iss.Err() != nil {
		return nil, issuesOf(src, parsed.NativeRep(), iss, scope)
	}
	if issues := notVerdict(c.NativeRep(), condition); issues != nil {
		return nil, issues
	}
	return c.NativeRep(), nil
}

// notVerdict is what is wrong with the type of a condition.
func notVerdict(tree *ast.AST, condition bool) []Issue {
	if t := tree.GetType(tree.Expr().ID()); condition && t.Kind() != types.BoolKind && t.Kind() != types.DynKind {
		return []Issue{{Message: fmt.Sprintf("a condition must be true or false, this is %s", cel.FormatCELType(t))}}
	}
	return nil
}

var (
	undefinedField = regexp.MustCompile(`^undefined field '([^']*)'`)
	undeclared     = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
)

// issuesOf turns cel-go's errors into ours: with the character at which each shows,
// without its container's name, and with the nearest name for a misspelt one.
func issuesOf(src string, tree *ast.AST, iss *cel.Issues, scope Scope) []Issue {
	var out []Issue
	for _, e := range iss.Errors() {
		is := Issue{Offset: offset(src, e.Location), Message: strings.TrimSuffix(e.Message, " (in container '')")}
		is.Message = strings.TrimPrefix(is.Message, "Syntax error: ")
		if m := undefinedField.FindStringSubmatch(e.Message); m != nil && tree != nil {
			is.Message = fmt.Sprintf("there is no field %q", m[1])
			if typ := operandType(tree, e.ExprID); typ != "" {
				is.Message += " in " + typ
				is.Hint = nearest.Name(m[1], memberNames(typ))
			}
			is.Offset = fieldOffset(src, is.Offset, m[1])
		} else if m := undeclared.FindStringSubmatch(e.Message); m != nil {
			is.Message = fmt.Sprintf("there is no name %q", m[1])
			is.Hint = nearest.Name(m[1], scope.names())
		}
		out = append(out, is)
	}
	return out
}

// offset turns a line and column of cel-go's into a character of src.
func offset(src string, loc common.Location) int {
	line, col := loc.Line(), loc.Column()
	if line < 1 || col < 0 {
		return 0
	}
	n := 0
	for i, text := range strings.SplitAfter(src, "\n") {
		runes := len([]rune(text))
		if i == line-1 {
			return n + min(col, runes)
		}
		n += runes
	}
	return n
}

// fieldOffset moves from the dot, where cel-go places a selection, to the field's name.
func fieldOffset(src string, at int, field string) int {
	runes := []rune(src)
	if at < len(runes) {
		if i := strings.Index(string(runes[at:]), field); i >= 0 {
			return at + len([]rune(string(runes[at:])[:i]))
		}
	}
	return at
}

// operandType names the schema's type of what the selection id selects from.
func operandType(tree *ast.AST, id int64) string {
	var typ string
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() == id && e.Kind() == ast.SelectKind {
			typ = staticType(e.AsSelect().Operand())
		}
	}))
	return typ
}

// staticType follows a path of typed members, as the checker does.
func staticType(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		if _, ok := schema[e.AsIdent()]; ok {
			return e.AsIdent()
		}
	case ast.SelectKind:
		if m := findMember(staticType(e.AsSelect().Operand()), e.AsSelect().FieldName()); m != nil && m.typ.Kind() == types.StructKind {
			return m.typ.TypeName()
		}
	case ast.CallKind:
		for _, f := range library {
			if f.name == e.AsCall().FunctionName() && f.result.Kind() == types.StructKind {
				return f.result.TypeName()
			}
		}
	}
	return ""
}
