package main

import "sync"

// recentKeys is how many keys a generation of recent holds.
const recentKeys = 10_000

// A recent remembers the last keys that were added, between one and two generations of them. The zero value is empty.
// It is safe for concurrent use.
type recent struct {
	mu       sync.Mutex
	now, old map[string]struct{}
}

func (r *recent) has(key string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, now := r.now[key]
	_, old := r.old[key]
	return now || old
}

func (r *recent) add(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.now) >= recentKeys {
		r.now, r.old = nil, r.now
	}
	if r.now == nil {
		r.now = map[string]struct{}{}
	}
	r.now[key] = struct{}{}
}
