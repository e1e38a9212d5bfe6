package celenv

import "slices"

// A List is a named list of texts that conditions ask for with list("name").
// It is immutable and safe for concurrent use.
type List struct {
	values []string
	set    map[string]struct{} // nil while scanning the values is cheaper
}

// NewList returns a list of the given texts.
func NewList(values []string) *List {
	l := &List{values: slices.Clone(values)}
	if len(values) > 8 {
		l.set = make(map[string]struct{}, len(values))
		for _, v := range values {
			l.set[v] = struct{}{}
		}
	}
	return l
}

func (l *List) has(s string) bool {
	if l == nil {
		return false
	}
	if l.set != nil {
		_, ok := l.set[s]
		return ok
	}
	return slices.Contains(l.values, s)
}
