package celenv

import (
	"regexp"
	"strconv"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// A Path is a member of event or actor as an expression names it.
type Path struct {
	// Text is event.eventName, event.requestParameters["x-amz-acl"], arn(event.userIdentity.arn).name;
	// [*] is the element at which a loop stands. Accessors that read the same value in another
	// form, such as str() and undated(), are left out.
	Text string

	// Part is the free-form part that is read, "" when all of the path is typed.
	Part string

	// Undated says that the value is asked for without its API date.
	Undated bool

	// settled says that an absent part has a value here: false, an empty list.
	settled bool
}

// A variable is a loop's, with the path of the element that it is, if it is one.
type variable struct {
	name string
	path Path
	ok   bool
}

// element runs do where the variables of a loop are in sight.
func (i *inspector) element(x ast.ComprehensionExpr, do func()) {
	p, ok := i.path(x.IterRange())
	p = Path{Text: p.Text + "[*]", settled: true} // an element is there
	if t := i.tree.GetType(x.IterRange().ID()); ok && (t.Kind() == types.DynKind || len(t.Parameters()) == 1 && t.Parameters()[0].Kind() == types.DynKind) {
		p.Part = p.Text
	}
	i.scope = append(i.scope, variable{x.IterVar(), p, ok}, variable{name: x.AccuVar()})
	do()
	i.scope = i.scope[:len(i.scope)-2]
}

var simple = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// memberStep is how a member's name is appended to a path.
func memberStep(name string) string {
	if simple.MatchString(name) {
		return "." + name
	}
	return "[" + strconv.Quote(name) + "]"
}

// path returns what e reads, when it is a path.
func (i *inspector) path(e ast.Expr) (Path, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		name := e.AsIdent()
		for n := len(i.scope) - 1; n >= 0; n-- {
			if v := i.scope[n]; v.name == name {
				return v.path, v.ok
			}
		}
		return Path{Text: name}, name == tEvent || name == tActor
	case ast.SelectKind:
		p, ok := i.path(e.AsSelect().Operand())
		return i.below(e, e.AsSelect().Operand(), p, memberStep(e.AsSelect().FieldName())), ok
	case ast.CallKind:
		return i.called(e)
	}
	return Path{}, false
}

// below is the path of a member or element, e, of what operand reads.
func (i *inspector) below(e, operand ast.Expr, p Path, step string) Path {
	p.Text += step
	p.settled, p.Undated = false, false
	if i.tree.GetType(operand.ID()).Kind() == types.DynKind || i.free(e) {
		p.Part = p.Text
	}
	return p
}

// free tells whether e is free-form. That of has(x.y) is what x.y is.
func (i *inspector) free(e ast.Expr) bool {
	if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
		m := findMember(i.tree.GetType(e.AsSelect().Operand().ID()).TypeName(), e.AsSelect().FieldName())
		return m != nil && m.typ.Kind() == types.DynKind
	}
	return i.tree.GetType(e.ID()).Kind() == types.DynKind
}

func (i *inspector) called(e ast.Expr) (Path, bool) {
	call := e.AsCall()
	args := operands(call)
	if len(args) == 0 {
		return Path{}, false
	}
	p, ok := i.path(args[0])
	if !ok {
		return Path{}, false
	}
	switch name := call.FunctionName(); name {
	case operators.Index:
		if args[1].Kind() != ast.LiteralKind {
			return Path{}, false
		}
		switch k := args[1].AsLiteral().(type) {
		case types.String:
			return i.below(e, args[0], p, memberStep(string(k))), true
		case types.Int:
			return i.below(e, args[0], p, "["+strconv.FormatInt(int64(k), 10)+"]"), true
		}
	case "str", "num", "lower", "string", "int", "double":
		return p, true
	case "undated":
		p.Undated = true
		return p, true
	case "bool", "list":
		p.settled = true
		return p, true
	case "size", "ingress", "jsonPath": // an absent part has a size, and an empty list of the others
		return Path{Text: name + "(" + p.Text + ")"}, true
	case "arn", "policy":
		p.Text, p.settled, p.Undated = name+"("+p.Text+")", false, false
		return p, true
	}
	return Path{}, false
}
