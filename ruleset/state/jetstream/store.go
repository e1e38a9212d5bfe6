package jetstream

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset/state"
)

// A Store is a state.Store in a key-value bucket. It is safe for concurrent use, and any number of Stores may share a
// bucket.
type Store struct {
	bucket    natsjs.KeyValue
	members   int
	maxValue  int
	js        natsjs.JetStream // nil: values have no end of their own
	allowance time.Duration

	turns  turns
	cache  cache
	counts counts
}

// New returns a Store in a bucket. The bucket should keep one value for each key, as it does by default.
func New(bucket natsjs.KeyValue, opts ...Option) *Store {
	s := &Store{bucket: bucket, members: DefaultMembers, maxValue: DefaultMaxValue}
	s.cache.limit = DefaultCache
	for _, opt := range opts {
		opt(s)
	}
	s.turns = newTurns()
	return s
}

// Limits says how many members a window may have: fewer when they have so many values that a value would grow too large.
func (s *Store) Limits() state.Limits { return state.Limits{Members: s.members} }

// besides is the room in a value for what is no member: the texts and announcements of a window.
const besides = 64 << 10

// limit is how many members a window may have.
func (s *Store) limit(k state.Keep) int {
	const id, time, flags, value = 16, 10, 10, 8 // the most bytes that each takes
	return max(1, min(s.members, (s.maxValue-besides)/(id+time+flags+value*min(max(k.Values, 0), 64))))
}

// Add implements state.Store. Its errors are that of ctx, those of the bucket, and one for a value that is no window.
func (s *Store) Add(ctx context.Context, key state.Key, m state.Member, k state.Keep, judge func(w *state.Window, at int)) error {
	var dropped int
	err := s.change(ctx, nameOf(key), s.ttl(usefulWindow(k)), func(value []byte) ([]byte, error) {
		var w state.Window
		if value != nil {
			if err := w.UnmarshalBinary(value); err != nil {
				return nil, fmt.Errorf("window of rule %s: %w", key.Rule, err)
			}
		}
		at := w.Add(m, k)
		if dropped = w.Limit(s.limit(k)); dropped > 0 {
			at = w.Index(m.ID)
		}
		judge(&w, at)
		return w.AppendBinary(make([]byte, 0, len(value)+128))
	})
	if err == nil {
		s.counts.dropped.Add(uint64(dropped))
	}
	return err
}

// Sight implements state.Store. Its errors are that of ctx, those of the bucket, and one for a value that is no sighting.
func (s *Store) Sight(ctx context.Context, key state.Key, g state.Sight, judge func(*state.Sighting)) error {
	return s.change(ctx, nameOf(key), s.ttl(usefulSighting(g)), func(value []byte) ([]byte, error) {
		var x state.Sighting
		if value != nil {
			if err := x.UnmarshalBinary(value); err != nil {
				return nil, fmt.Errorf("sighting of rule %s: %w", key.Rule, err)
			}
		}
		x.See(g)
		judge(&x)
		return x.AppendBinary(make([]byte, 0, len(value)+64))
	})
}

// nameOf is the key of the bucket: a token that all keys of the rule share, and one for the group.
func nameOf(key state.Key) string {
	rule := sha256.Sum256([]byte(key.Rule))
	return base64.RawURLEncoding.EncodeToString(rule[:16]) + "." + base64.RawURLEncoding.EncodeToString(key.Group[:])
}
