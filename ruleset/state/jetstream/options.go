package jetstream

import (
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset/state"
)

// An Option changes how a Store works.
type Option func(*Store)

// What a Store has unless an option says otherwise.
const (
	DefaultMembers  = 4096
	DefaultMaxValue = 1<<20 - 1<<12 // bytes. A message of 1 MiB, less its headers
	DefaultCache    = 16 << 20      // bytes
)

// WithMembers bounds the members of a window.
func WithMembers(n int) Option { return func(s *Store) { s.members = max(n, 1) } }

// WithMaxValue bounds the bytes of a value, at 128 KiB or more. It has to be some KiB below the servers' max_payload.
func WithMaxValue(bytes int) Option { return func(s *Store) { s.maxValue = max(bytes, 128<<10) } }

// WithCache bounds the bytes of the values that the Store remembers, its overhead left out. With 0 it reads each value
// anew.
func WithCache(bytes int) Option { return func(s *Store) { s.cache.limit = bytes } }

// WithTTL lets the server forget each key when its rule can have no use for it any more, and allowance has gone by on
// top: both from its last write, by the clock of the server. The allowance has to be longer than events ever stand
// still, however they catch up afterwards. js is what the bucket was got from, and the bucket needs a LimitMarkerTTL.
// What a rule remembers for more than ten years has no end.
func WithTTL(js natsjs.JetStream, allowance time.Duration) Option {
	return func(s *Store) { s.js, s.allowance = js, max(allowance, 0) }
}

// endless is what has no end.
const endless = 10 * 365 * 24 * time.Hour

// ttl is how long a key is kept after a write, 0 for ever, when a rule has a use for it for so long.
func (s *Store) ttl(useful time.Duration) time.Duration {
	if s.js == nil || useful > endless || s.allowance > endless {
		return 0
	}
	return max(useful+s.allowance, time.Second).Round(time.Second) + time.Second
}

// usefulWindow and usefulSighting are how long after the latest event something of it is asked for.
func usefulWindow(k state.Keep) time.Duration { return k.Keep }

func usefulSighting(g state.Sight) time.Duration {
	if g.History > endless {
		return g.History
	}
	return g.History + g.History/2
}
