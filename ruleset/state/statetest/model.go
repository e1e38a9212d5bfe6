package statetest

import (
	"time"

	"github.com/trailsift/trailsift/ruleset/state"
)

// A model is a window as the contract of Store.Add has it, in as few words as possible.
type model struct {
	members []state.Member
	last    time.Time
}

func (w *model) add(m state.Member, keep time.Duration) (at int) {
	m.Time = m.Time.Truncate(time.Millisecond)
	if m.Time.After(w.last) {
		w.last = m.Time
	}
	var members []state.Member
	for _, have := range w.members {
		if !have.Time.Before(w.last.Add(-keep)) {
			members = append(members, have)
		}
	}
	w.members = members
	if m.Time.Before(w.last.Add(-keep)) {
		return -1
	}
	for i, have := range w.members {
		if have.ID == m.ID {
			return i
		}
	}
	w.members = append(w.members, m)
	return len(w.members) - 1
}
