package event

import "slices"

// A names remembers in which order the members of the last objects came. Records name the
// same members in the same order, one after the other, so that the next name is nearly
// always known before it is read: comparing with it is cheaper than finding where it ends.
type names struct {
	known []knownName
	next  int // the one to expect
}

// A knownName is a member name as it stands in the input, `"eventName":`, and what it means.
type knownName struct {
	text  string
	field Field
	is    bool // a field
}

const (
	maxNames = 64 // enough for every documented member; others are read letter by letter
	lookFor  = 4  // members that a record may lack between two that it has
)

// find returns the name that stands at the start of b, nil where it is none of those expected.
func (n *names) find(b []byte) *knownName {
	if n == nil {
		return nil
	}
	for k := n.next; k < len(n.known) && k < n.next+lookFor; k++ {
		if t := n.known[k].text; len(b) > len(t) && string(b[:len(t)]) == t {
			n.next = k + 1
			return &n.known[k]
		}
	}
	return nil
}

// learn is told of a name that find did not know, with its quotes and colon.
func (n *names) learn(text []byte, f Field, is bool) {
	for k := range n.known {
		if n.known[k].text == string(text) {
			n.next = k + 1
			return
		}
	}
	if len(n.known) < maxNames {
		n.known = slices.Insert(n.known, n.next, knownName{string(text), f, is})
		n.next++
	}
}
