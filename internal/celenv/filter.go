package celenv

import (
	"slices"

	"github.com/trailsift/trailsift/event"
)

// A Filter is a Need that is asked of every event: what must hold lies together in memory, and what is cheap to ask
// comes first.
type Filter []check

// A check is a part of a conjunction: a test for one value, or anything else.
type check struct {
	field event.Field
	kind  TestKind
	not   bool
	value string
	other *Need // instead, where not nil
}

// Filter returns the formula as a Filter.
func (n Need) Filter() Filter {
	n = n.quick()
	parts := []Need{n}
	switch {
	case n.Op == All:
		parts = n.Of
	case n.Op == Always:
		parts = nil
	}
	var out Filter
	for _, p := range parts {
		c, is := check{}, p
		if p.Op == Not {
			c.not, is = true, p.Of[0]
		}
		if t := is.Test; is.Op == Is && len(t.Values) == 1 && !t.Undated && t.Kind < Glob {
			c.field, c.kind, c.value = t.Field, t.Kind, t.Values[0]
		} else {
			c = check{other: &p}
		}
		out = append(out, c)
	}
	return out
}

// Holds evaluates the formula over the members that get gives.
func (f Filter) Holds(get func(event.Field) string) bool {
	for i := range f {
		c := &f[i]
		if c.other != nil {
			if !c.other.Holds(get) {
				return false
			}
		} else if c.kind.test(get(c.field), c.value) == c.not {
			return false
		}
	}
	return true
}

// quick is the same formula, with what is cheap to ask before what is not.
func (n Need) quick() Need {
	if n.Op != All && n.Op != Any && n.Op != Not {
		return n
	}
	var of []Need
	for _, k := range n.Of {
		if k = k.quick(); k.Op == n.Op && n.Op != Not {
			of = append(of, k.Of...)
		} else {
			of = append(of, k)
		}
	}
	slices.SortStableFunc(of, func(a, b Need) int { return a.cost() - b.cost() })
	n.Of = of
	return n
}

// cost is roughly what it takes to evaluate the formula.
func (n *Need) cost() int {
	if n.Op == Is {
		cost := 1 + len(n.Test.Values)
		if n.Test.Kind > Suffix {
			cost *= 4
		}
		if n.Test.Field.Document() {
			cost *= 16
		}
		return cost
	}
	cost := 0
	for i := range n.Of {
		cost += n.Of[i].cost()
	}
	return cost
}
