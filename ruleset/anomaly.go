package ruleset

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// valueKey is the key of one value in a group.
func (o *observation) valueKey() state.Key {
	return state.Key{Rule: o.key.Rule, Group: fingerprint("value", string(o.key.Group[:]), o.of)}
}

// rare compares in how many buckets of the history a group was active, and in how many of them the value was seen.
// Only buckets count that ended before the allowed lateness: what happened in them is known.
func (w *worker) rare(ctx context.Context, s *Set, o *observation) (out []emission, err error) {
	m, late := o.parts.memory, s.cfg.lateness
	until := aligned(o.member.Time.Add(-late), m.bucket)
	from := until.Add(-m.span)
	sight := state.Sight{Time: o.member.Time, History: m.span, Slot: m.bucket}
	var active int
	if err := s.store.Sight(ctx, o.key, sight, func(x *state.Sighting) { active = x.Slots(from, until) }); err != nil {
		return nil, err
	}
	err = s.store.Sight(ctx, o.valueKey(), sight, func(x *state.Sighting) {
		out = out[:0]
		if o.member.Flags&flagTrigger == 0 || float64(active) < m.minBuckets || float64(x.Slots(from, until)) > m.maxShare*float64(active) {
			return
		}
		out = o.first(x, late, out)
	})
	for i := range out {
		out[i].episode.Measures = map[string]any{"active": int64(active)}
	}
	// The group of the finding is the group and the value.
	o.key = o.valueKey()
	o.by, o.group = append(slices.Clip(o.by), piece{text: m.rule.Anomaly.Of}), append(slices.Clip(o.group), o.of)
	return out, err
}

// highDistinct compares how many different values the event's bucket holds with the buckets before it.
func (w *worker) highDistinct(ctx context.Context, s *Set, o *observation) (out []emission, err error) {
	m, late := o.parts.memory, s.cfg.lateness
	bucket := aligned(o.member.Time, m.bucket)
	member := state.Member{ // one for each value and bucket, whichever event brings it
		ID:   state.EventID(fingerprint("bucket", strconv.FormatInt(bucket.UnixMilli(), 10), o.of)),
		Time: bucket, Values: []uint64{1},
	}
	keep := m.keep(late)
	keep.Values = 1
	err = s.store.Add(ctx, o.key, member, keep, func(x *state.Window, at int) {
		out = out[:0]
		folded := settle(x, at, bucket, late, m.bucket)
		if at < 0 || folded {
			return // the bucket is closed: the event is late
		}
		if m.trigger != nil && o.member.Flags&flagTrigger != 0 {
			x.Add(state.Member{ID: state.EventID(fingerprint("trigger", strconv.FormatInt(bucket.UnixMilli(), 10))), Time: bucket, Flags: flagMarked, Values: []uint64{0}}, keep)
		}
		if distinct, ok := m.exceeds(x, bucket, late); ok {
			p := periodOf(o.member.Time, m.period)
			announced, mine := announcedOf(x, p, o.member.ID)
			if announced == 0 || mine || uint64(distinct) >= 2*announced {
				out = append(out, emission{period: p, episode: Episode{Start: periodStart(p, m.period), Update: announced > 0, Count: distinct,
					First: bucket.UTC(), Last: o.member.Time.UTC(), Measures: map[string]any{"distinct": int64(distinct)}, Dropped: x.Dropped()}})
				if !mine {
					x.Announced = append(x.Announced, state.Announcement{Period: p, By: o.member.ID, Count: uint64(distinct)})
				}
			}
		}
		x.Announced = slices.DeleteFunc(x.Announced, func(a state.Announcement) bool {
			return periodStart(a.Period+1, m.period).Before(x.Last().Add(-2*late - m.bucket))
		})
	})
	return out, err
}

// settle replaces the members of each bucket that ended before the allowed lateness by one that counts them. It
// reports whether the bucket at hand is such a one; the member at that place came too late to count.
func settle(w *state.Window, at int, bucket time.Time, lateness, length time.Duration) bool {
	closed := func(b time.Time) bool { return b.Add(length).Before(w.Last().Add(-lateness)) }
	counts := map[int64]uint64{}
	fresh := false
	for i := range w.Len() {
		if m := w.At(i); closed(m.Time) {
			if m.Flags&flagFolded != 0 {
				counts[m.Time.UnixMilli()] += m.Values[0]
				continue
			}
			fresh = true
			if i != at && m.Flags&flagMarked == 0 {
				counts[m.Time.UnixMilli()]++
			}
		}
	}
	if fresh {
		w.Remove(func(_ int, m state.Member) bool { return closed(m.Time) })
		var starts []int64
		for start := range counts {
			starts = append(starts, start)
		}
		slices.Sort(starts)
		for _, start := range starts {
			t := time.UnixMilli(start)
			w.Add(state.Member{ID: state.EventID(fingerprint("folded", strconv.FormatInt(start, 10))), Time: t, Flags: flagFolded, Values: []uint64{counts[start]}},
				state.Keep{Keep: forEver, Values: 1})
		}
	}
	return closed(bucket)
}

// exceeds compares the bucket, in which one event at least is to be a trigger, with those that were closed when it began. Buckets in which nothing happened count
// from the first in which something did.
func (m *memory) exceeds(w *state.Window, bucket time.Time, lateness time.Duration) (distinct int, ok bool) {
	until := aligned(bucket.Add(-lateness), m.bucket)
	from := until.Add(-m.span)
	first, sum, squares := until, 0.0, 0.0
	now, triggered := 0.0, m.trigger == nil
	open := map[int64]float64{} // buckets that are not folded yet
	for i := range w.Len() {
		x := w.At(i)
		if x.Flags&flagMarked != 0 {
			triggered = triggered || x.Time.Equal(bucket)
			continue
		}
		n := 1.0
		if x.Flags&flagFolded != 0 {
			n = float64(x.Values[0])
		}
		if x.Time.Equal(bucket) {
			now += n
		}
		if !x.Time.Before(from) && x.Time.Before(until) {
			open[x.Time.UnixMilli()] += n
			if x.Time.Before(first) {
				first = x.Time
			}
		}
	}
	for _, n := range open {
		sum += n
		squares += n * n
	}
	buckets := math.Round(float64(until.Sub(first)) / float64(m.bucket))
	if !triggered || buckets < max(m.minBuckets, 1) || now < m.atLeast {
		return 0, false
	}
	mean := sum / buckets
	deviation := math.Sqrt(max(squares/buckets-mean*mean, 0))
	return int(now), now > mean+m.deviations*deviation
}
