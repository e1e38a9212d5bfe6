package state

// Stats says what a Memory holds, and what became of the rest. Inserted is always the sum of Keys, Evicted and Expired.
type Stats struct {
	Keys      int   `json:"keys"` // windows and sightings
	Windows   int   `json:"windows"`
	Sightings int   `json:"sightings"`
	Members   int   `json:"members"` // of all windows
	Bytes     int64 `json:"bytes"`   // an estimate of what all this takes

	Inserted uint64 `json:"inserted"` // keys that were new, or restored
	Evicted  uint64 `json:"evicted"`  // keys that a limit took out before their end: rules have forgotten something
	Expired  uint64 `json:"expired"`  // keys that had ended, as they should
	Dropped  uint64 `json:"dropped"`  // members that a limit took out of their windows before their time
}

// Stats returns the counts. It may be called while the Memory is in use, and costs little; the counts of different
// shards are then close to each other in time, not of one instant. The second four count since NewMemory.
func (m *Memory) Stats() Stats {
	var t Stats
	for i := range m.shards {
		m.shards[i].addTo(&t)
	}
	t.Keys = t.Windows + t.Sightings
	return t
}

func (s *shard) addTo(t *Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.Windows += len(s.kept.windows)
	t.Sightings += s.kept.cells.live
	t.Members += s.kept.members
	t.Bytes += s.kept.bytes()
	t.Inserted += s.counts.inserted
	t.Evicted += s.counts.evicted
	t.Expired += s.counts.expired
	t.Dropped += s.counts.dropped
}
