package jetstream

import "sync/atomic"

// Stats counts what a Store has done since New.
type Stats struct {
	Reads     uint64 `json:"reads"`     // of the bucket
	Writes    uint64 `json:"writes"`    // tried
	Conflicts uint64 `json:"conflicts"` // of these, where another process was faster
	Unchanged uint64 `json:"unchanged"` // operations that had nothing to write
	Dropped   uint64 `json:"dropped"`   // members that a limit took out of their windows before their time
}

type counts struct{ reads, writes, conflicts, unchanged, dropped atomic.Uint64 }

// Stats returns the counts. It may be called while the Store is in use.
func (s *Store) Stats() Stats {
	c := &s.counts
	return Stats{c.reads.Load(), c.writes.Load(), c.conflicts.Load(), c.unchanged.Load(), c.dropped.Load()}
}
