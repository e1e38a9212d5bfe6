package statetest_test

import (
	"bytes"
	"context"
	"encoding"
	"sync"
	"testing"

	"github.com/trailsift/trailsift/ruleset/state"
	"github.com/trailsift/trailsift/ruleset/state/statetest"
)

// A store that keeps bytes, and tries again when they were changed meanwhile, as a key-value server does.
func TestRun_BytesStore(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Store { return &bytesStore{kept: map[state.Key][]byte{}} })
}

type bytesStore struct {
	mu   sync.Mutex
	kept map[state.Key][]byte
}

func (s *bytesStore) Add(ctx context.Context, key state.Key, m state.Member, k state.Keep, judge func(*state.Window, int)) error {
	return s.change(ctx, key, func(b []byte) ([]byte, error) {
		var w state.Window
		if err := read(&w, b); err != nil {
			return nil, err
		}
		judge(&w, w.Add(m, k))
		return w.AppendBinary(nil)
	})
}

func (s *bytesStore) Sight(ctx context.Context, key state.Key, sight state.Sight, judge func(*state.Sighting)) error {
	return s.change(ctx, key, func(b []byte) ([]byte, error) {
		var g state.Sighting
		if err := read(&g, b); err != nil {
			return nil, err
		}
		g.See(sight)
		judge(&g)
		return g.AppendBinary(nil)
	})
}

func read(v encoding.BinaryUnmarshaler, b []byte) error {
	if b == nil {
		return nil // a new key
	}
	return v.UnmarshalBinary(b)
}

func (s *bytesStore) change(ctx context.Context, key state.Key, change func([]byte) ([]byte, error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		was := s.get(key)
		is, err := change(was)
		if err != nil {
			return err
		}
		if s.replace(key, was, is) {
			return nil
		}
	}
}

func (s *bytesStore) get(key state.Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[key]
}

func (s *bytesStore) replace(key state.Key, was, is []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !bytes.Equal(s.kept[key], was) {
		return false
	}
	s.kept[key] = is
	return true
}
