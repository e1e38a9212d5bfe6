package state

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// A Store remembers for rules. It is safe for concurrent use.
//
// Both operations read what is kept under a key, change it, and let judge look at the outcome and change it further;
// what judge leaves is kept. That is one atomic step: nothing else changes the key in between. A store that has to try
// again (compare and set) calls judge again with what it then read; the last call counts. What judge is given is its
// own until it returns, and not afterwards. judge must not use the store.
//
// A store may forget a window from Window.Expires on, and a sighting from Sighting.Expires on, by the latest event time
// that it was given; and before only what exceeds its limits.
//
// An error says that nothing was changed, or that it is not known whether it was; doing the operation again is always
// right, because both are idempotent by the event's id.
type Store interface {
	// Add adds m to the window under key, unless a member with its ID is there. Before, it drops members that are older
	// than w.Keep before the latest member, m included. A member that is itself older is not added. judge gets the
	// window, and the place of m in it, or -1 when m was too old. All this is Window.Add.
	Add(ctx context.Context, key Key, m Member, w Keep, judge func(w *Window, at int)) error

	// Sight records that key was seen, and gives judge what is then known of it. This is Sighting.See.
	Sight(ctx context.Context, key Key, s Sight, judge func(*Sighting)) error
}

// A Key is a rule's id and the fingerprint of what it groups by. Whoever makes fingerprints keeps windows and
// sightings apart: one key is used with one of the two operations only, and with one Keep or History.
type Key struct {
	Rule  string
	Group Fingerprint
}

// A Fingerprint is a hash that stands for a text or several.
type Fingerprint [16]byte

// FingerprintOf hashes texts, such that no other list of texts has the same fingerprint.
func FingerprintOf(texts ...string) Fingerprint {
	h := sha256.New()
	for _, t := range texts {
		var size [8]byte
		for i, n := 0, len(t); i < 8; i++ {
			size[i] = byte(n >> (8 * i))
		}
		h.Write(size[:])
		h.Write([]byte(t))
	}
	var f Fingerprint
	copy(f[:], h.Sum(nil))
	return f
}

// An EventID identifies an event: the UUID that CloudTrail gives it, or the hash of whatever else its id is.
type EventID [16]byte

// EventIDOf reads the text of an event's id.
func EventIDOf(text string) EventID {
	if id, ok := parseUUID(text); ok {
		return id
	}
	return EventID(FingerprintOf("event id", text))
}

func parseUUID(text string) (id EventID, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	var digits [32]byte
	n := 0
	for i := range len(text) {
		if c := text[i]; c == '-' {
			if i != 8 && i != 13 && i != 18 && i != 23 {
				return id, false
			}
		} else {
			digits[n] = c
			n++
		}
	}
	_, err := hex.Decode(id[:], digits[:])
	return id, err == nil
}

// String writes the id as a UUID.
func (id EventID) String() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// A Member is what a window keeps of one event.
type Member struct {
	ID     EventID
	Time   time.Time // kept to the millisecond
	Flags  uint64    // what the rule notes of the event
	Values []uint64  // likewise: hashes, or numbers as their bits. As many as Keep.Values.
}

// Keep says how much a window keeps.
type Keep struct {
	Keep   time.Duration // for how long before the latest member. More than 0.
	Values int           // how many values each member has; at most 64
}

// An Announcement says that a finding was given out: in which period, by which event, and how many events it then had.
// Rules use it to give out a finding once, and again when the same event is delivered again.
type Announcement struct {
	Period int64
	By     EventID
	Count  uint64
}

// A Sight says that a key was seen.
type Sight struct {
	Time    time.Time     // when; kept to the second
	History time.Duration // how long a sighting is remembered. More than 0.
	Slot    time.Duration // when not 0, the sighting also notes in which slots of this length the key was seen: whole seconds
}
