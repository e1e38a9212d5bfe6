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
// member, or the tests of one; failing that it is asked for every event. What a rule under a call says of the
// identity's type is settled with the call.
type index struct {
	whole    []candidate      // each rule, with its whole need
	byPair   map[string][]int // key: source, NUL, name
	byName   map[string][]int
	bySource map[string][]int
	byType   fieldIndex // of the identity
	rest     []int
	byField  []fieldIndex // by any other member
}

// A fieldIndex holds the rules that stand under one member other than source and name.
type fieldIndex struct {
	field   event.Field
	byValue map[string][]*candidate
	byTest  []fieldTest  // asked once for each value that a worker meets
	absent  []*candidate // what find gives for ""
	off     bool         // all of them are, unless a tuning says otherwise
}

// A fieldTest is what a rule asks of one member alone.
type fieldTest struct {
	rule *candidate
	need celenv.Need
}

// maxPairs bounds how many places one rule takes in byPair.
const maxPairs = 4096

func newIndex(rules []*compiled) *index {
	x := &index{whole: make([]candidate, len(rules)), byPair: map[string][]int{}, byName: map[string][]int{}, bySource: map[string][]int{}}
	fields := make([]fieldIndex, event.NumFields)
	for i, r := range rules {
		x.whole[i] = candidate{i, r.def.Disabled, r, r.need.Filter()}
		if r.missing != nil {
			continue // nothing turns it on
		}
		if !x.addCall(i, &r.need) && !addField(fields, &x.whole[i]) {
			x.rest = append(x.rest, i)
		}
	}
	for f := range fields {
		at := &fields[f]
		switch at.field = event.Field(f); {
		case at.field == event.FieldIdentityType:
			x.byType = *at
		case at.byValue != nil || at.byTest != nil:
			at.absent = at.find("")
			at.off = at.allOff()
			x.byField = append(x.byField, *at)
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

// addField places a rule by another member: under the fewest values, else under a test. What an absent member passes,
// such as errorCode == "", tells apart little, and is taken only where there is nothing else.
func addField(fields []fieldIndex, c *candidate) bool {
	return placeByField(fields, c, func(passesAbsent bool) bool { return !passesAbsent }) ||
		placeByField(fields, c, func(bool) bool { return true })
}

func placeByField(fields []fieldIndex, c *candidate, accept func(passesAbsent bool) bool) bool {
	best, least := -1, 0
	for f := range fields {
		if !placeable(event.Field(f)) {
			continue
		}
		if v, ok := c.rule.need.Values(event.Field(f)); ok && accept(slices.Contains(v, "")) && (best < 0 || len(v) < least) {
			best, least = f, len(v)
		}
	}
	if best >= 0 {
		at := &fields[best]
		if at.byValue == nil {
			at.byValue = map[string][]*candidate{}
		}
		values, _ := c.rule.need.Values(event.Field(best))
		for _, v := range values {
			if known := at.byValue[v]; len(known) == 0 || known[len(known)-1] != c { // a condition may name a value twice
				at.byValue[v] = append(known, c)
			}
		}
		return true
	}
	for f := range fields {
		if !placeable(event.Field(f)) {
			continue
		}
		if alone := c.rule.need.Of1(event.Field(f)); alone.Op != celenv.Always && accept(alone.Holds(absentMember)) {
			fields[f].byTest = append(fields[f].byTest, fieldTest{c, alone})
			return true
		}
	}
	return false
}

// placeable reports whether rules stand under the values of f: no two documents are alike, and call knows the rest.
func placeable(f event.Field) bool {
	return !f.Document() && f != event.FieldEventSource && f != event.FieldEventName
}

func absentMember(event.Field) string { return "" }

// A candidate is a rule that could match an event, and what is left to ask of the event's
// skimmed members.
type candidate struct {
	at   int  // in the set
	off  bool // unless a tuning says otherwise
	rule *compiled
	need celenv.Filter
}

// call lists the rules that could match an event of that source and name by an identity of that type, but for those
// that stand under another member. They are in the order of the set.
func (x *index) call(source, name, identity string) []candidate {
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
	for _, c := range x.byType.find(identity) {
		at = append(at, c.at)
	}
	at = append(at, x.rest...)
	slices.SortFunc(at, cmp.Compare)
	at = slices.Compact(at)

	known := map[event.Field]string{event.FieldEventSource: source, event.FieldEventName: name, event.FieldIdentityType: identity}
	var out []candidate
	for _, i := range at {
		c := x.whole[i]
		if need := c.rule.need.Given(known); need.Op != celenv.Never {
			c.need = need.Filter()
			out = append(out, c)
		}
	}
	return out
}

// find lists the rules that stand under the member and could match that value.
func (x *fieldIndex) find(value string) []*candidate {
	get := func(event.Field) string { return value }
	out := slices.Clone(x.byValue[value])
	for i := range x.byTest {
		if t := &x.byTest[i]; t.need.Holds(get) {
			out = append(out, t.rule)
		}
	}
	return out
}

func (x *fieldIndex) allOff() bool {
	for _, rules := range x.byValue {
		if slices.ContainsFunc(rules, func(c *candidate) bool { return !c.off }) {
			return false
		}
	}
	return !slices.ContainsFunc(x.byTest, func(t fieldTest) bool { return !t.rule.off })
}
