package event

import (
	"encoding/binary"
	"sync"
)

// A names remembers which member came after which in the last objects. Records name the same
// members in the same order, one after the other, so that the next name is nearly always
// known before it is read: comparing with it is cheaper than finding where it ends.
type names struct {
	known [maxNames]knownName
	count int
	start knownName // no name: what comes before the first member
}

// A knownName is a member name as it stands in the input, `"eventName":`, and what it means.
type knownName struct {
	text  [4]uint64 // eight bytes each, zeros behind the last one
	mask  [4]uint64 // which of their bits count
	size  int
	means meaning
	then  *knownName // the one that came after it
}

const (
	maxNames   = 64 // enough for every documented member; others are read letter by letter
	maxNameLen = 32 // bytes, with quotes and colon
)

// orders keeps what would be allocated for each input, however small.
var orders = sync.Pool{New: func() any { return new([2]names) }}

// forget makes n ready for another input, in which nothing learnt from the last one counts.
func (n *names) forget() { n.count, n.start.then = 0, nil }

// is reports whether k stands at the start of b. The first eight bytes are what names seldom
// share.
func (k *knownName) is(b *[maxNameLen]byte) bool {
	le := binary.LittleEndian
	return (le.Uint64(b[:])^k.text[0])&k.mask[0] == 0 &&
		(le.Uint64(b[8:])^k.text[1])&k.mask[1]|(le.Uint64(b[16:])^k.text[2])&k.mask[2]|
			(le.Uint64(b[24:])^k.text[3])&k.mask[3] == 0
}

// search finds a name that was not expected behind last, to expect it there the next time.
func (n *names) search(b *[maxNameLen]byte, last *knownName) *knownName {
	for i := range n.count {
		if k := &n.known[i]; k.is(b) {
			last.then = k
			return k
		}
	}
	return nil
}

// learn is told of a name behind last that is not known, with its quotes and colon. It returns
// the name to look for the next one behind.
func (n *names) learn(text []byte, means meaning, last *knownName) *knownName {
	if len(text) > maxNameLen || n.count == maxNames {
		return last
	}
	var padded, mask [maxNameLen]byte
	copy(padded[:], text)
	for i := range text {
		mask[i] = 0xff
	}
	k := &n.known[n.count]
	n.count++
	*k = knownName{size: len(text), means: means}
	for i := range k.text {
		k.text[i] = binary.LittleEndian.Uint64(padded[8*i:])
		k.mask[i] = binary.LittleEndian.Uint64(mask[8*i:])
	}
	last.then = k
	return k
}
