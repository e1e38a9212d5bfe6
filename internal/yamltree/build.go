package yamltree

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// A builder turns the library's nodes into ours. Aliased nodes are shared, not copied, so the tree is no larger
// than the file; size says how large it would be written out, for whoever walks it walks that.
type builder struct {
	mask                 rune // see hideQuestions
	lastLine, lastColumn int
	seen                 map[*yaml.Node]*Node // nil while the node is being built
	size                 map[*Node]int
	problems             []*Error
}

// place returns where a node starts. The library puts what is left out at the end of a file on the line after it.
func (b *builder) place(n *yaml.Node) (line, column int) {
	if n.Line > b.lastLine {
		return b.lastLine, b.lastColumn
	}
	return max(n.Line, 1), max(n.Column, 1)
}

func (b *builder) problem(at *yaml.Node, format string, args ...any) {
	line, column := b.place(at)
	b.problems = append(b.problems, &Error{line, column, fmt.Sprintf(format, args...)})
}

// node returns nil, and has noted a problem, where there is nothing to go on with.
func (b *builder) node(from *yaml.Node, depth int) *Node {
	at := from
	if from.Kind == yaml.AliasNode {
		from = from.Alias
	}
	if n, ok := b.seen[from]; ok {
		if n == nil {
			b.problem(at, "the anchor %q holds itself", showQuestions(from.Anchor, b.mask))
		}
		return n
	}
	if depth > MaxNesting {
		b.problem(at, "nested deeper than %d levels", MaxNesting)
		return nil
	}
	b.seen[from] = nil
	n := &Node{style: from.Style}
	n.Line, n.Column = b.place(from)
	size := 1
	switch from.Kind {
	case yaml.ScalarNode:
		b.scalar(n, from)
	case yaml.SequenceNode:
		n.Kind = List
		b.collectionTag(from, "!!seq")
		for _, c := range from.Content {
			item := b.node(c, depth+1)
			if item == nil {
				return nil
			}
			n.Items = append(n.Items, item)
			size = min(size+b.size[item], MaxNodes+1)
		}
	case yaml.MappingNode:
		n.Kind = Map
		b.collectionTag(from, "!!map")
		lines := map[string]int{}
		for i := 0; i+1 < len(from.Content); i += 2 {
			key := b.node(from.Content[i], depth+1)
			item := b.node(from.Content[i+1], depth+1)
			if key == nil || item == nil {
				return nil
			}
			if key.Kind != Scalar {
				b.problem(from.Content[i], "a key is a text, not %v", key.Kind)
				continue
			}
			if line, ok := lines[key.Text]; ok {
				b.problem(from.Content[i], "the key %q stands on line %d already", key.Text, line)
				continue
			}
			lines[key.Text] = from.Content[i].Line
			n.Keys = append(n.Keys, key)
			n.Items = append(n.Items, item)
			size = min(size+1+b.size[item], MaxNodes+1)
		}
	default:
		b.problem(at, "a value is missing")
		return nil
	}
	b.seen[from] = n
	b.size[n] = size
	return n
}

func (b *builder) scalar(n *Node, from *yaml.Node) {
	n.Text, n.Tag = showQuestions(from.Value, b.mask), from.ShortTag()
	switch n.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp":
	case "!!merge":
		b.problem(from, "merge keys (<<) are not supported")
		n.Tag = "!!str"
	default:
		b.problem(from, "the tag %s is not supported", showQuestions(n.Tag, b.mask))
		n.Tag = "!!str"
	}
}

func (b *builder) collectionTag(from *yaml.Node, want string) {
	if tag := from.ShortTag(); tag != want {
		b.problem(from, "the tag %s is not supported", showQuestions(tag, b.mask))
	}
}
