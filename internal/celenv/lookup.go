package celenv

import (
	"maps"
	"slices"

	"github.com/google/cel-go/common/ast"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A Lookup is a function that the importing program gives: what it knows of a text, such as the
// network of an address. It reports false where it knows nothing. Values are those of JSON.
type Lookup func(key string) (map[string]any, bool)

// lookupMembers are what the lookups that rules of the catalogue need tell. A lookup of another
// name may tell anything.
var lookupMembers = map[string][]string{
	"asn": {"number", "org"},
	"geo": {"city", "country", "country_name", "region"},
}

// lookup is lookup("name", key).
type lookup struct {
	name string
	slot int
	key  node
}

// A found is what a lookup told of a key, kept for the other rules that ask it of the same event.
type found struct {
	name, key string
	value     Value
}

func (n lookup) eval(f *Frame) Value {
	key := n.key.eval(f)
	if key.kind != kText || key.str == "" || n.slot >= len(f.bound.Lookups) || f.bound.Lookups[n.slot] == nil {
		return absent
	}
	for i := range f.found {
		if f.found[i].name == n.name && f.found[i].key == key.str {
			return f.found[i].value
		}
	}
	v := absent
	if m, ok := f.bound.Lookups[n.slot](key.str); ok {
		v = fromJSON(plain(m))
	}
	f.found = append(f.found, found{n.name, key.str, v})
	return v
}

// plain makes the values that a program gave those of JSON: every integer an int64, every list of
// texts a list.
func plain(x any) any {
	switch n := x.(type) {
	case map[string]any:
		out := make(map[string]any, len(n))
		for name, v := range n {
			out[name] = plain(v)
		}
		return out
	case []any:
		out := make([]any, len(n))
		for i, v := range n {
			out[i] = plain(v)
		}
		return out
	case []string:
		out := make([]any, len(n))
		for i, v := range n {
			out[i] = v
		}
		return out
	case int:
		return int64(n)
	case int32:
		return int64(n)
	case uint:
		return int64(n)
	case uint32:
		return int64(n)
	case uint64:
		return int64(n)
	case float32:
		return float64(n)
	}
	return x
}

func (c *compiler) lookup(e ast.Expr, args []ast.Expr) node {
	k, ok := c.node(args[0]).(constant)
	if !ok || k.v.kind != kText {
		return c.fail(e, "", "lookup needs the name of a lookup as a literal text")
	}
	name := k.v.str
	if c.known.Lookups != nil && !c.known.Lookups[name] {
		return c.fail(args[0], nearest.Name(name, slices.Sorted(maps.Keys(c.known.Lookups))), "the rule does not say that it needs %q: write it under needs", name)
	}
	return lookup{name, slot(&c.program.finds, name), c.node(args[1])}
}
