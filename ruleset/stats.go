package ruleset

import "sync/atomic"

// RuleStats counts what one rule of a Set has done since Compile, or since Tune changed it.
type RuleStats struct {
	Rule       string `json:"rule"`
	Candidates uint64 `json:"candidates"` // events that the index could not rule out
	Evaluated  uint64 `json:"evaluated"`  // of these, events that were decoded and judged
	Matched    uint64 `json:"matched"`    // findings
	Suppressed uint64 `json:"suppressed"` // matches that a schedule or an exception removed
	Faults     uint64 `json:"faults"`
	Late       uint64 `json:"late,omitzero"` // findings that came too late to rest on all that was remembered
}

type counters struct {
	candidates, evaluated, matched, suppressed, faults, late atomic.Uint64
}

// Stats returns the counts of every rule that is on, in the order of Rules. It may be called
// while the set is in use; the counts of one rule are then close to each other in time, not of
// one instant. Sets that are tuned from one another count together, except for the rules that a
// tuning changed.
func (s *Set) Stats() []RuleStats {
	var out []RuleStats
	for i, c := range s.rules {
		if !s.enabled(i) {
			continue
		}
		stats := &c.stats
		if t := s.tuned[i]; t != nil {
			stats = &t.stats
		}
		out = append(out, RuleStats{
			Rule:       c.def.ID,
			Candidates: stats.candidates.Load(),
			Evaluated:  stats.evaluated.Load(),
			Matched:    stats.matched.Load(),
			Suppressed: stats.suppressed.Load(),
			Faults:     stats.faults.Load(),
			Late:       stats.late.Load(),
		})
	}
	return out
}
