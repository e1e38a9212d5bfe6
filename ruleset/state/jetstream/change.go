package jetstream

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
)

// An entry is a value with the revision that it has in the bucket; the zero entry is a key that is not there.
type entry struct {
	revision uint64
	value    []byte
}

// change replaces the value under a key by what apply makes of it. apply gets nil when there is none, and is called
// again when another process was faster.
func (s *Store) change(ctx context.Context, key string, ttl time.Duration, apply func(value []byte) ([]byte, error)) error {
	if err := s.turns.take(ctx, key); err != nil {
		return err
	}
	defer s.turns.leave(key)
	e, cached := s.cache.get(key)
	known := e.revision
	for attempt := 0; ; attempt++ {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return err
			}
		}
		if !cached {
			var err error
			if e, err = s.read(ctx, key); err != nil {
				return err
			}
			if e.revision != 0 && e.revision < known {
				continue // a replica that lags behind what this Store has seen already
			}
		}
		after, err := apply(e.value)
		if err != nil {
			return err
		}
		if e.revision != 0 && bytes.Equal(after, e.value) {
			if cached { // The verdict must not rest on what others may have changed since.
				cached, attempt = false, -1
				continue
			}
			s.counts.unchanged.Add(1)
			s.cache.put(key, e)
			return nil
		}
		revision, err := s.write(ctx, key, after, e.revision, ttl)
		if err == nil {
			s.cache.put(key, entry{revision, after})
			return nil
		}
		s.cache.drop(key)
		if !isConflict(err) {
			return err
		}
		s.counts.conflicts.Add(1)
		cached = false
	}
}

func (s *Store) read(ctx context.Context, key string) (entry, error) {
	s.counts.reads.Add(1)
	e, err := s.bucket.Get(ctx, key)
	switch {
	case errors.Is(err, natsjs.ErrKeyNotFound):
		return entry{}, nil
	case err != nil:
		return entry{}, err
	}
	return entry{e.Revision(), e.Value()}, nil
}

// write writes on the condition that the key has still that revision.
func (s *Store) write(ctx context.Context, key string, value []byte, revision uint64, ttl time.Duration) (uint64, error) {
	s.counts.writes.Add(1)
	switch {
	case revision == 0 && ttl > 0:
		return s.bucket.Create(ctx, key, value, natsjs.KeyTTL(ttl))
	case revision == 0:
		return s.bucket.Create(ctx, key, value)
	case ttl == 0:
		return s.bucket.Update(ctx, key, value, revision)
	}
	// KeyValue.Update would take the end off the key.
	msg := &nats.Msg{Subject: "$KV." + s.bucket.Bucket() + "." + key, Data: value}
	ack, err := s.js.PublishMsg(ctx, msg, natsjs.WithExpectLastSequencePerSubject(revision), natsjs.WithMsgTTL(ttl))
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// isConflict reports whether another process was faster. A bucket with replicas has an error of its own for it.
func isConflict(err error) bool {
	var api *natsjs.APIError
	return errors.As(err, &api) && (api.ErrorCode == natsjs.JSErrCodeStreamWrongLastSequence || api.ErrorCode == natsjs.JSErrCodeStreamWrongLastSequenceConstant)
}

// pause waits for up to 2 ms at first and 128 ms in the end, at random so that those who met do not meet again.
func pause(ctx context.Context, attempt int) error {
	wait := time.NewTimer(rand.N(time.Millisecond << min(attempt, 7)))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
