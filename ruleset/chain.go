package ruleset

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// chains look for the steps of a sequence, in order, that end at an event.
type chains struct {
	memory *memory
	window *state.Window
	found  []state.Member // the chain, from the first step
}

// A link is the latest known way to make the first steps of a chain.
type link struct {
	start time.Time // of the first step
	steps []state.Member
}

// holds looks for the chain of which end is the last step. For each number of steps it keeps the chain that starts
// latest, since that one can wait longest.
func (c *chains) holds(end state.Member) bool {
	n := len(c.memory.steps)
	from := end.Time.Add(-c.memory.span)
	before := uint64(1)<<(n-1) - 1 // the steps before the last
	if c.window.Flags()>>firstFlag&before != before {
		return false // a step was not there at all
	}
	var in []state.Member
	for i := range c.window.Len() {
		if m := c.window.At(i); m.Flags>>firstFlag&before != 0 && m.ID != end.ID && !m.Time.Before(from) && !m.Time.After(end.Time) {
			in = append(in, m)
		}
	}
	slices.SortStableFunc(in, func(a, b state.Member) int {
		if d := a.Time.Compare(b.Time); d != 0 {
			return d
		}
		// Steps in one second are in order. The rest makes the order total, so that it does not hang on who came first.
		return cmp.Or(bits.TrailingZeros64(a.Flags>>firstFlag)-bits.TrailingZeros64(b.Flags>>firstFlag),
			bits.Len64(a.Flags)-bits.Len64(b.Flags), bytes.Compare(a.ID[:], b.ID[:]))
	})
	best := make([]link, n)
	for _, m := range in {
		for k := n - 2; k >= 0; k-- {
			if m.Flags&(1<<(firstFlag+k)) == 0 {
				continue
			}
			if k == 0 {
				best[0] = link{m.Time, []state.Member{m}}
			} else if to := best[k-1]; to.steps != nil && !to.start.Before(best[k].start) {
				best[k] = link{to.start, append(to.steps[:k:k], m)}
			}
		}
	}
	chain := best[n-2]
	if chain.steps == nil {
		return false
	}
	c.found = append(chain.steps[:n-1:n-1], end)
	return true
}

func (c *chains) emission(state.Member) emission {
	var out emission
	var ids []state.EventID
	for _, m := range c.found {
		ids = append(ids, m.ID)
	}
	out.eventIDs = sampled(ids)
	out.episode.Count = len(c.found)
	out.episode.First, out.episode.Last = c.found[0].Time.UTC(), c.found[len(c.found)-1].Time.UTC()
	return out
}
