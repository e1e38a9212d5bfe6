package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// maxPath bounds a plain path far below what cel-go bounds.
const maxPath = 20

// keywords are the words that CEL keeps for itself, typeNames what it calls its types.
var keywords = []string{"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package",
	"namespace", "null", "return", "true", "var", "void", "while"}
var typeNames = []string{"bool", "bytes", "double", "duration", "dyn", "int", "list", "map", "null_type", "optional_type", "string", "timestamp", "type", "uint"}

// pathNames are the names of a plain path: an expression that is nothing but names parted by dots, as nine in ten
// are, the fields of group_by and the placeholders of messages. It is nil for anything else.
func pathNames(src string) []string {
	names := strings.Split(src, ".")
	if len(names) > maxPath || slices.ContainsFunc(names, func(s string) bool { return !isName(s) }) {
		return nil
	}
	return names
}

func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || '9' < c) {
			return false
		}
	}
	return s != "" && !slices.Contains(keywords, s)
}

// plainTree is the checked syntax tree of a plain path of members that there are, for which cel-go would take some
// hundred times as long. It is nil for anything else, errors included: those are cel-go's to tell.
func plainTree(src string, scope Scope) *ast.AST {
	names := pathNames(src)
	if names == nil {
		return nil
	}
	typ := scope.typeOf(names[0])
	if typ == nil {
		return nil
	}
	t := newTree()
	e := t.ident(typ, names[0])
	for _, name := range names[1:] {
		switch typ.Kind() {
		case types.DynKind:
		case types.StructKind:
			m := findMember(typ.TypeName(), name)
			if m == nil {
				return nil
			}
			typ = m.typ
		default:
			return nil
		}
		e = t.member(typ, e, name)
	}
	return t.checked(e)
}

// typeOf is the type of a name that stands by itself, nil where there is no such name, or some doubt.
func (s Scope) typeOf(name string) *types.Type {
	if slices.Contains(typeNames, name) {
		return nil
	}
	for _, v := range s.Vars {
		if v.Name == name {
			return v.Type.cel()
		}
	}
	switch name {
	case tEvent, tActor:
		return types.NewObjectType(name)
	case tParams:
		return types.DynType
	}
	return nil
}
