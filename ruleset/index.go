package ruleset

import (
	"cmp"
	"slices"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// An index finds the rules that could match an event of a given source and name. It passes
// over a rule only where the rule's need proves that it cannot match.
//
// A rule stands under each pair of source and name to which its need confines it; failing
// that under each name, or each source; failing that it is asked for every event.
type index struct {
	byPair   map[string][]int // key: source, NUL, name
	byName   map[string][]int
	bySource map[string][]int
	rest     []int
	rules    []*compiled
}

// maxPairs bounds how many places one rule takes in byPair.
const maxPairs = 4096

func newIndex(rules []*compiled) *index {
	x := &index{byPair: map[string][]int{}, byName: map[string][]int{}, bySource: map[string][]int{}, rules: rules}
	for i, r := range rules {
		x.add(i, &r.need)
	}
	return x
}

func (x *index) add(i int, need *celenv.Need) {
	sources, _, hasSource := need.Values(event.FieldEventSource)
	// Where a dated form will do the undated one is looked up, too: see candidates.
	names, _, hasName := need.Values(event.FieldEventName)
	switch {
	case hasSource && hasName && len(sources)*len(names) <= maxPairs:
		for _, s := range sources {
			for _, n := range names {
				key := s + "\x00" + n
				x.byPair[key] = append(x.byPair[key], i)
			}
		}
	case hasName:
		for _, n := range names {
			x.byName[n] = append(x.byName[n], i)
		}
	case hasSource:
		for _, s := range sources {
			x.bySource[s] = append(x.bySource[s], i)
		}
	default:
		x.rest = append(x.rest, i)
	}
}

// A candidate is a rule that could match events of one source and name.
type candidate struct {
	rule *compiled
	need celenv.Need // what is left to ask of the other skimmed members
}

// candidates lists the rules that could match an event of that source and name, in the
// order of the set.
func (x *index) candidates(source, name string) []candidate {
	var at []int
	lookup := func(name string) {
		at = append(at, x.byPair[source+"\x00"+name]...)
		at = append(at, x.byName[name]...)
	}
	lookup(name)
	if undated := celenv.Undated(name); undated != name {
		lookup(undated)
	}
	at = append(at, x.bySource[source]...)
	at = append(at, x.rest...)
	slices.SortFunc(at, cmp.Compare)
	at = slices.Compact(at)

	known := map[event.Field]string{event.FieldEventSource: source, event.FieldEventName: name}
	var out []candidate
	for _, i := range at {
		if need := x.rules[i].need.Given(known); need.Op != celenv.Never {
			out = append(out, candidate{x.rules[i], need})
		}
	}
	return out
}
