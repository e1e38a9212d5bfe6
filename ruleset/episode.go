package ruleset

import (
	"math"
	"slices"
	"time"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/ruleset/state"
)

// An Episode is what a finding of a rule with memory stands for: the events of one group within
// one period, which begins and ends at multiples of its length since 1970 in UTC. All findings of
// a rule, group and period have one ID, whatever the order in which events come, and however often.
//
// The finding is given out when the rule first holds in the period; again, as an Update, whenever the number of
// remembered events has doubled since; and again when an event that gave it out is delivered again.
type Episode struct {
	Start  time.Time `json:"start"`           // of the period
	Update bool      `json:"update,omitzero"` // the finding was given out before

	// The events at hand, those of the rule's window up to the one that decided.
	Count int       `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`

	Measures map[string]any      `json:"measures,omitempty"` // what let names: int64, float64 or time.Time
	Values   map[string][]string `json:"values,omitempty"`   // of distinct measures by name, a few of the values

	// Late says that the event came later than the allowed lateness after others of its group: the
	// finding may rest on a memory that was cut already.
	Late bool `json:"late,omitzero"`

	// Learning says that the rule has not watched for long enough to know what is usual. The
	// finding stands in Result.Shadow.
	Learning bool `json:"learning,omitzero"`

	// Dropped counts events of the group that the store took out before their time, because a limit
	// was reached. Counts are then at least what they say.
	Dropped uint64 `json:"dropped,omitzero"`
}

// maxSampled bounds the event ids and values that a finding shows.
const maxSampled = 10

// An emission is a finding that is due.
type emission struct {
	period   int64
	episode  Episode
	eventIDs []string
	vars     []celenv.Value // the measures, in the order of the rule's
}

// periodOf is the number of the period that t is in.
func periodOf(t time.Time, length time.Duration) int64 {
	n, d := t.UnixMilli(), length.Milliseconds()
	p := n / d
	if n%d < 0 {
		p--
	}
	return p
}

// aligned is the start of the stretch of that length that t is in.
func aligned(t time.Time, length time.Duration) time.Time {
	return periodStart(periodOf(t, length), length)
}

func periodStart(p int64, length time.Duration) time.Time {
	return time.UnixMilli(p * length.Milliseconds()).UTC()
}

// A watch says whether a rule holds at an event of a window. Events are asked for in the order of their time.
type watch interface {
	holds(end state.Member) bool
	emission(end state.Member) emission
}

// judgeWindow finds out what is due after the observed event was added to the window at that place. It may be called
// again, with another window.
func (wk *worker) judgeWindow(o *observation, w *state.Window, at int, lateness time.Duration) []emission {
	m := o.parts.memory
	late := o.member.Time.Before(w.Last().Add(-lateness))
	if at < 0 { // too old to be remembered: it is judged alone
		alone := &state.Window{}
		at = alone.Add(o.member, m.keep(lateness))
		w, late = alone, true
	}
	for i, text := range o.texts {
		if text != "" {
			w.SetText(o.member.Values[i], text)
		}
	}
	w.Announced = slices.DeleteFunc(w.Announced, func(a state.Announcement) bool {
		return periodStart(a.Period+1, m.period).Before(w.Last().Add(-m.span - 2*lateness))
	})
	var out []emission
	var watch watch
	for _, end := range m.ends(w, at) {
		p := periodOf(end.Time, m.period)
		if slices.ContainsFunc(out, func(e emission) bool { return e.period == p }) {
			continue
		}
		announced, mine := announcedOf(w, p, o.member.ID)
		if announced > 0 && !mine && uint64(w.Len()) < 2*announced {
			continue
		}
		if watch == nil {
			watch = wk.watch(m, w, lateness)
		}
		if !watch.holds(end) {
			continue
		}
		e := watch.emission(end)
		e.period = p
		e.episode.Start, e.episode.Update = periodStart(p, m.period), announced > 0
		e.episode.Late, e.episode.Dropped = late, w.Dropped()
		out = append(out, e)
		if !mine {
			w.Announced = append(w.Announced, state.Announcement{Period: p, By: o.member.ID, Count: uint64(w.Len())})
		}
	}
	m.thin(w, lateness)
	return out
}

// announcedOf is how many events the window had when the period's finding was last given out, 0 when it was not, and
// whether an event was one of those that gave it out.
func announcedOf(w *state.Window, period int64, by state.EventID) (count uint64, mine bool) {
	for _, a := range w.Announced {
		if a.Period == period {
			count = max(count, a.Count)
			mine = mine || a.By == by
		}
	}
	return count, mine
}

// ends are the events whose verdict the event at that place can change, in the order of time: itself, and those that
// came before it although they are later.
func (m *memory) ends(w *state.Window, at int) []state.Member {
	e := w.At(at)
	switch {
	case len(m.steps) > 0 && e.Flags == m.lastStep(), // it is no part of what another event completes
		len(m.steps) == 0 && e.Flags&flagTrigger != 0 && !e.Time.Before(w.Last()): // the window of another one at that time is the same
		return []state.Member{e}
	}
	var out []state.Member
	for i := range w.Len() {
		if x := w.At(i); x.Flags&flagTrigger != 0 && !x.Time.Before(e.Time) && !x.Time.After(e.Time.Add(m.span)) {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b state.Member) int { return a.Time.Compare(b.Time) })
	return out
}

func (wk *worker) watch(m *memory, w *state.Window, lateness time.Duration) watch {
	if m.rule.Sequence != nil {
		return &chains{window: w, memory: m}
	}
	wk.tally.reset(w, m, lateness, &wk.frame)
	return &wk.tally
}

// thin takes out of a sequence's window last steps that tell nothing more: those that no earlier step can come before
// any more, and all but one of those of one time. It does so once for many events, whose number it bounds.
func (m *memory) thin(w *state.Window, lateness time.Duration) {
	if len(m.steps) == 0 || w.Len() < 64 || w.Len()%64 != 0 {
		return
	}
	last, horizon := m.lastStep(), w.Last().Add(-lateness)
	times := map[int64]bool{}
	w.Remove(func(_ int, x state.Member) bool {
		if x.Flags != last {
			return false
		}
		t := x.Time.UnixMilli()
		gone := x.Time.Before(horizon) || times[t]
		times[t] = true
		return gone
	})
}

// lastStep are the flags of an event that is the last step of a sequence and no other.
func (m *memory) lastStep() uint64 { return 1<<(firstFlag+len(m.steps)-1) | flagTrigger }

// sampled are the ids of events, the first and the last of many.
func sampled(ids []state.EventID) []string {
	if len(ids) > maxSampled {
		ids = slices.Concat(ids[:maxSampled/2], ids[len(ids)-maxSampled/2:])
	}
	var out []string
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}

func fromSeconds(n float64) time.Time {
	sec, frac := math.Modf(n)
	return time.Unix(int64(sec), int64(frac*1e9)).UTC()
}
