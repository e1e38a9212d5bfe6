package ruleset

import (
	"cmp"
	"slices"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// An index finds the rules that could match an event. It passes over a rule only where the
// rule's need, a formula over the skimmed members, proves that it cannot match.
//
// Each rule stands in one place: under the pairs of source and name to which its need confines
// it; failing that under the names, or the sources; failing that under the values of another
// member, or the tests of one; failing that it is asked for every event.
type index struct {
	whole    []candidate      // each rule, with its whole need
	byPair   map[string][]int // key: source, NUL, name
	byName   map[string][]int
	bySource map[string][]int
	rest     []int
	byField  []fieldIndex
}

// A fieldIndex holds the rules that stand under one member other than source and name.
type fieldIndex struct {
	field   event.Field
	byValue map[string][]int
	byTest  []fieldTest // asked once for each value that a worker meets
}

// A fieldTest is what a rule asks of one member alone.
type fieldTest struct {
	rule int
	need celenv.Need
}

// maxPairs bounds how many places one rule takes in byPair.
const maxPairs = 4096

func newIndex(rules []*compiled) *index {
	x := &index{whole: make([]candidate, len(rules)), byPair: map[string][]int{}, byName: map[string][]int{}, bySource: map[string][]int{}}
	fields := make([]fieldIndex, event.NumFields)
	for i, r := range rules {
		x.whole[i] = candidate{i, r.def.Disabled, r, r.need}
		if r.missing != nil {
			continue // nothing turns it on
		}
		if !x.addCall(i, &r.need) && !addField(fields, i, &r.need) {
			x.rest = append(x.rest, i)
		}
	}
	for f := range fields {
		if fields[f].byValue != nil || fields[f].byTest != nil {
			fields[f].field = event.Field(f)
			x.byField = append(x.byField, fields[f])
		}
	}
	return x
}

// addCall places rule i by source and name, where its need confines it there.
func (x *index) addCall(i int, need *celenv.Need) bool {
	sources, hasSource := need.Values(event.FieldEventSource)
	// Where a dated form of a name will do, candidates looks up the undated one as well.
	names, hasName := need.Values(event.FieldEventName)
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
		return false
	}
	return true
}

// addField places rule i by another member: under the fewest values, else under a test. What an absent member passes,
// such as errorCode == "", tells apart little, and is taken only where there is nothing else.
func addField(fields []fieldIndex, i int, need *celenv.Need) bool {
	return placeByField(fields, i, need, func(passesAbsent bool) bool { return !passesAbsent }) ||
		placeByField(fields, i, need, func(bool) bool { return true })
}

func placeByField(fields []fieldIndex, i int, need *celenv.Need, accept func(passesAbsent bool) bool) bool {
	best, least := -1, 0
	for f := range fields {
		if event.Field(f).Document() {
			continue // no two are alike
		}
		if v, ok := need.Values(event.Field(f)); ok && accept(slices.Contains(v, "")) && (best < 0 || len(v) < least) {
			best, least = f, len(v)
		}
	}
	if best >= 0 {
		at := &fields[best]
		if at.byValue == nil {
			at.byValue = map[string][]int{}
		}
		values, _ := need.Values(event.Field(best))
		for _, v := range values {
			if known := at.byValue[v]; len(known) == 0 || known[len(known)-1] != i { // a condition may name a value twice
				at.byValue[v] = append(known, i)
			}
		}
		return true
	}
	for f := range fields {
		if event.Field(f).Document() {
			continue
		}
		if alone := need.Of1(event.Field(f)); alone.Op != celenv.Always && accept(alone.Holds(absentMember)) {
			fields[f].byTest = append(fields[f].byTest, fieldTest{i, alone})
			return true
		}
	}
	return false
}

func absentMember(event.Field) string { return "" }

// A candidate is a rule that could match an event, and what is left to ask of the event's
// skimmed members.
type candidate struct {
	at   int  // in the set
	off  bool // unless a tuning says otherwise
	rule *compiled
	need celenv.Need
}

// call lists the rules that could match an event of that source and name, but for those that
// stand under another member. They are in the order of the set.
func (x *index) call(source, name string) []*candidate {
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
	var out []*candidate
	for _, i := range at {
		if need := x.whole[i].need.Given(known); need.Op != celenv.Never {
			out = append(out, &candidate{i, x.whole[i].off, x.whole[i].rule, need})
		}
	}
	return out
}

// tested lists the rules that stand under a test of the member and could match that value.
func (x *fieldIndex) tested(whole []candidate, value string) []*candidate {
	get := func(event.Field) string { return value }
	var out []*candidate
	for i := range x.byTest {
		if t := &x.byTest[i]; t.need.Holds(get) {
			out = append(out, &whole[t.rule])
		}
	}
	return out
}
