package state

import (
	"time"
	"unsafe"
)

// held is a window and what goes with it.
type held struct {
	place   place
	keep    time.Duration
	cost    int // what it adds to heldBytes
	members int // and to members
	window  Window
}

// heldSize is what a window takes without its members: its struct, its part of the map, and its entry in a
// bucket.
const heldSize = int(unsafe.Sizeof(held{})) + 40 + 10

// end is when a window expires, in Unix seconds.
func (h *held) end() uint32 {
	return seconds(h.window.Expires(Keep{Keep: h.keep}).Add(time.Second - time.Millisecond))
}

func (h *held) bucket() uint32 { return bucketEnd(h.end(), span(h.keep)) }

// hold adds a window.
func (k *kept) hold(h *held) {
	k.windows[h.place] = h
	k.mostWindows = max(k.mostWindows, len(k.windows))
	k.windowEnds.push(h.bucket(), h)
	k.settle(h)
}

// settle counts what a window takes now.
func (k *kept) settle(h *held) {
	cost, members := heldSize+h.window.size(), h.window.Len()
	k.heldBytes += int64(cost - h.cost)
	k.members += members - h.members
	h.cost, h.members = cost, members
}

// release removes a window.
func (k *kept) release(h *held) {
	delete(k.windows, h.place)
	k.heldBytes -= int64(h.cost)
	k.members -= h.members
	if k.mostWindows > 4*len(k.windows)+1024 { // a map does not shrink
		windows := make(map[place]*held, len(k.windows))
		for p, h := range k.windows {
			windows[p] = h
		}
		k.windows, k.mostWindows = windows, len(windows)
	}
}
