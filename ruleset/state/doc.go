// Package state is what rules with memory remember: which events they counted, and what they have seen before.
//
// A [Store] has two operations, each atomic for its key and idempotent: [Store.Add] adds a member to a keyed [Window],
// [Store.Sight] records in a [Sighting] that something was seen. Time is event time, never the wall clock. [Memory] is
// the store that a program has unless it brings another:
//
//	memory := state.NewMemory(state.Limits{Bytes: 1 << 30})
//	...
//	if lost := memory.Stats(); lost.Evicted+lost.Dropped > 0 {
//		slog.Warn("the rules' memory is too small", "stats", lost)
//	}
//
// A store of your own applies Window.Add and Window.Limit, or Sighting.See, to what it keeps under a key, calls judge,
// and keeps the outcome; both have a binary form for stores that keep bytes. Package statetest proves any
// implementation.
//
// # Lateness
//
// Members of a window may come in any order, as long as Keep covers what the rule judges and the lateness that it
// allows; one that is later is not added, and judge is told. Sightings may be late by up to a quarter of their History,
// and Sighting.SeenIn, asked about the time before that, gives the answer that it would give of all that ever came.
//
// # Limits
//
// A sighting takes about 85 bytes in a Memory, a window about 300, and a member in it 32 and 8 for each value, up to
// twice that while the window grows. Set Limits.Bytes to what the program can spare, less a quarter, since the garbage
// collector needs room as well; GOMEMLIMIT is best set above both. Limits.Keys and Limits.Members bound what one flood
// of strange keys, or one busy key, can take.
//
// When a limit is reached something is forgotten before its time, and Stats counts it. An evicted window counts anew,
// so that a finding may be missed, or be given out a second time. What an evicted sighting was of counts as never seen.
// A window from which members were dropped says so in Window.Dropped: numbers of events are too low then, numbers of
// different ones mostly are not, since repeated members go first.
package state
