package ruleset

import "sync/atomic"

// RuleStats counts what one rule of a Set has done since Compile.
type RuleStats struct {
	Rule       string `json:"rule"`
	Candidates uint64 `json:"candidates"` // events that the index could not rule out
	Evaluated  uint64 `json:"evaluated"`  // of these, events that were decoded and judged
	Matched    uint64 `json:"matched"`    // findings
	Suppressed uint64 `json:"suppressed"` // matches that a schedule or an exception removed
	Faults     uint64 `json:"faults"`
}

type counters struct {
	candidates, evaluated, matched, suppressed, faults atomic.Uint64
}

// Stats returns the counts of every rule, in the order of Rules. It may be called while the
// set is in use; the counts of one rule are then close to each other in time, not of one instant.
func (s *Set) Stats() []RuleStats {
	out := make([]RuleStats, len(s.rules))
	for i, c := range s.rules {
		out[i] = RuleStats{
			Rule:       c.def.ID,
			Candidates: c.stats.candidates.Load(),
			Evaluated:  c.stats.evaluated.Load(),
			Matched:    c.stats.matched.Load(),
			Suppressed: c.stats.suppressed.Load(),
			Faults:     c.stats.faults.Load(),
		}
	}
	return out
}
