package yamltree

import (
	"strconv"
	"strings"
)

// Member returns the value that a map has under name, or nil.
func (n *Node) Member(name string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	for i, key := range n.Keys {
		if key.Text == name {
			return n.Items[i]
		}
	}
	return nil
}

// Find follows a path such as tests[2].event.base. Where it leads nowhere, exact is false and the node is the
// last one on the way. Element 0 of what is no list is the value itself, for a field that takes one text or a
// list of them. Keys may hold dots: the longest key that fits is taken.
func (n *Node) Find(path string) (found *Node, exact bool) {
	for n != nil && path != "" {
		next, rest := n.step(path)
		if next == nil {
			return n, false
		}
		n, path = next, rest
	}
	return n, n != nil
}

func (n *Node) step(path string) (next *Node, rest string) {
	if strings.HasPrefix(path, "[") {
		number, rest, ok := strings.Cut(path[1:], "]")
		i, err := strconv.Atoi(number)
		switch {
		case !ok || err != nil || i < 0:
			return nil, ""
		case n.Kind == List && i < len(n.Items):
			return n.Items[i], strings.TrimPrefix(rest, ".")
		case n.Kind == Scalar && i == 0:
			return n, strings.TrimPrefix(rest, ".")
		}
		return nil, ""
	}
	if n.Kind != Map {
		return nil, ""
	}
	longest := -1
	for i, key := range n.Keys {
		tail, ok := strings.CutPrefix(path, key.Text)
		if !ok || len(key.Text) <= longest || tail != "" && tail[0] != '.' && tail[0] != '[' {
			continue
		}
		longest = len(key.Text)
		next, rest = n.Items[i], strings.TrimPrefix(tail, ".")
	}
	return next, rest
}
