package state

// A notice says which event gave out the finding of a period. 64 bits of the id are enough to know it again.
type notice struct {
	period int64
	by     uint64 // 0 when there is no notice
}

// Announce notes that the finding of a period was given out by an event. The latest two periods are remembered, so that
// late events just after a boundary find the period before; an earlier one is not noted.
func (g *Sighting) Announce(period int64, by EventID) {
	n := notice{period, by.fold()}
	for i := range g.notices {
		if g.notices[i].by != 0 && g.notices[i].period == period {
			g.notices[i] = n
			return
		}
	}
	older := &g.notices[0]
	if other := &g.notices[1]; older.by != 0 && (other.by == 0 || other.period < older.period) {
		older = other
	}
	if older.by == 0 || older.period < period {
		*older = n
	}
}

// AnnouncedBy reports whether the finding of a period was given out, and whether it was this event that did.
func (g *Sighting) AnnouncedBy(period int64, id EventID) (announced, byThis bool) {
	for _, n := range g.notices {
		if n.by != 0 && n.period == period {
			return true, n.by == id.fold()
		}
	}
	return false, false
}

func (id EventID) fold() uint64 {
	a, b := wordsOfID(id)
	return max(mix(a)^b, 1)
}
