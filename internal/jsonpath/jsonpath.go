// Package jsonpath finds parts of a decoded JSON document by JSONPath, with ojg's jp, and
// answers the same query of the same document always alike: jp visits the members of an
// object in the order of a Go map, panics on some expressions that it parses, and looks
// into scalars by reflection.
package jsonpath

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ohler55/ojg/jp"
)

// A Path is a parsed expression. It is safe for concurrent use.
type Path struct {
	expr jp.Expr
	text string
}

// Parse parses an expression such as "$.items[*].cidrIp".
func Parse(text string) (*Path, error) {
	expr, err := jp.ParseString(text)
	if err != nil {
		return nil, fmt.Errorf("JSONPath %q: %w", text, err)
	}
	return &Path{expr, text}, nil
}

// Find returns what the path selects from a tree of nil, bool, numbers, string, []any and
// map[string]any: in the order of the document, members of an object by name.
func (p *Path) Find(tree any) (found []any, err error) {
	switch tree.(type) {
	case []any, map[string]any:
	default:
		if !p.isRoot() {
			return nil, nil
		}
		return []any{tree}, nil
	}
	defer func() {
		if r := recover(); r != nil {
			found, err = nil, fmt.Errorf("JSONPath %q: %v", p.text, r)
		}
	}()
	found = p.expr.Get(tree)
	if len(found) > 1 {
		found = p.inOrder(tree, found)
	}
	return found, nil
}

// isRoot reports whether the path selects the document itself: "$" or "@".
func (p *Path) isRoot() bool {
	for _, f := range p.expr {
		switch f.(type) {
		case jp.Root, jp.At, jp.Bracket:
		default:
			return false
		}
	}
	return len(p.expr) > 0
}

func (p *Path) inOrder(tree any, found []any) []any {
	places := p.expr.Locate(tree, 0)
	if len(places) != len(found) {
		// Locate does not know filters that look at the root ("@.a == $.b").
		slices.SortStableFunc(found, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return slices.Compare(x, y)
		})
		return found
	}
	slices.SortStableFunc(places, func(a, b jp.Expr) int {
		return slices.CompareFunc(a, b, comparePlaces)
	})
	for i, place := range places {
		found[i] = place.First(tree)
	}
	return found
}

func comparePlaces(a, b jp.Frag) int {
	switch a := a.(type) {
	case jp.Nth:
		if b, ok := b.(jp.Nth); ok {
			return cmp.Compare(a, b)
		}
	case jp.Child:
		if b, ok := b.(jp.Child); ok {
			return cmp.Compare(a, b)
		}
	}
	return 0
}
