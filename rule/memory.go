package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A rule is of one of five kinds. Most look at one event alone; the others, which have memory, are told apart by the
// block that they have: aggregate, sequence, new_terms or anomaly. Match, When and the exceptions say which events a
// rule with memory looks at; the block says what it makes of them. The package comment says when such a rule has a
// finding, and which events are one finding.

// An Aggregate measures the events of a group within a sliding window of event time.
type Aggregate struct {
	By      []string          // by: what makes a group, as in conditions; actor.id when left out. A list gives one group for each element.
	Window  Span              // window: how much time is looked at, up to and with an event. Required.
	Let     map[string]string // let: measures by name: count(), count_if(c), distinct(x), min(x), max(x), ratio(c), settled(...)
	Having  string            // having: a condition over the names of let and params. Required.
	Trigger string            // trigger: a condition; only an event for which it is true makes a finding, others just count
}

// A Sequence is a chain of steps in the order of event time. Steps in the same second are in order whichever is first.
type Sequence struct {
	By     []string // by: what the steps have in common, as in conditions; actor.id when left out
	Within Span     // within: the time from the first step to the last. Required.
	Steps  []Step   // steps: two at least. Required.
}

// A Step is one event of a sequence.
type Step struct {
	Name  string   // name: unique in the sequence. Required.
	Match Match    // match: on top of the rule's
	When  string   // when: on top of the rule's
	By    []string // by: in place of the sequence's, of as many values: the key that one step creates is the key that another uses
}

// A NewTerms looks for tuples of values that were not seen before. A tuple that lacks a value never is a finding; a
// value that is a list gives one tuple for each element.
type NewTerms struct {
	Fields   []string // fields: what makes a tuple, as in conditions. Required.
	History  Span     // history: for how long a tuple is remembered after it was last seen. Required.
	Learning Span     // learning: how long sightings are only recorded, and findings reported apart, from the first event on; as long as history when left out
}

// An Anomaly compares what happens with what is usual for a group: its history, divided in buckets of time.
//
// rare: the value was seen in a share of at most MaxShare of the buckets in which the group was active, of which there
// are at least MinBuckets. high_distinct: the bucket holds more different values than the mean of the group's buckets
// and Deviations standard deviations, and at least AtLeast; there are at least MinBuckets.
type Anomaly struct {
	Function   AnomalyFunction // function. Required.
	Of         string          // of: the value, as in conditions. Required.
	By         []string        // by: what makes a group, as in conditions; actor.id when left out. [] is one group for all.
	Bucket     Span            // bucket: the stretch of time that is one of the history's, from a multiple of its length since 1970. Required.
	History    Span            // history: how far back what is usual goes. Required.
	Learning   Span            // learning: how long what is usual is only recorded, and findings reported apart, from the first event on; as long as history when left out
	MinBuckets Bound           // min_buckets: 24 when left out
	MaxShare   Bound           // max_share: of rare, 0.01 when left out
	Deviations Bound           // deviations: of high_distinct, 3 when left out
	AtLeast    Bound           // at_least: of high_distinct, 10 when left out
	Trigger    string          // trigger: a condition; only an event for which it is true makes a finding, others just count
}

// An AnomalyFunction says what of a value is unusual.
type AnomalyFunction string

// The functions.
const (
	Rare         AnomalyFunction = "rare"
	HighDistinct AnomalyFunction = "high_distinct"
)

var anomalyFunctions = []string{string(HighDistinct), string(Rare)}

// A Span is a length of time: "90s", "10m", "1h30m", "7d"; or "params.name" for a parameter of type duration.
type Span string

// maxSpan is more than a year: state has to be kept for so long.
const maxSpan = 400 * 24 * time.Hour

// ParseSpan reads a length of time: what time.ParseDuration reads, without a sign, and days, "7d" or "1d12h". It is a
// second at least, and at most 400 days.
func ParseSpan(text string) (time.Duration, error) {
	if strings.ContainsAny(text, "+-") {
		return 0, fmt.Errorf("%q is no length of time such as 90s, 10m, 1h30m or 7d", text)
	}
	var total time.Duration
	rest := text
	if days, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is no length of time such as 90s, 10m, 1h30m or 7d", text)
		}
		total, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return 0, fmt.Errorf("%q is no length of time such as 90s, 10m, 1h30m or 7d", text)
		}
		total += d
	}
	if total < time.Second || total > maxSpan {
		return 0, fmt.Errorf("%q is not between a second and 400 days", text)
	}
	return total, nil
}

// parseOffset reads a length of time of any sign, days included.
func parseOffset(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(text, "-")
	if strings.Contains(rest, "d") {
		d, err := ParseSpan(rest)
		if negative {
			d = -d
		}
		return d, err
	}
	return time.ParseDuration(text)
}

// Param is the parameter that s names.
func (s Span) Param() (name string, ok bool) { return strings.CutPrefix(string(s), "params.") }

// A Bound is a number, "0.01", or "params.name" for a parameter of type int or number.
type Bound string

// Param is the parameter that b names.
func (b Bound) Param() (name string, ok bool) { return strings.CutPrefix(string(b), "params.") }

// HasMemory reports whether what the rule says of an event depends on other events: it is an aggregate, a sequence,
// looks for new terms or an anomaly, or takes repeated matches together.
func (r *Rule) HasMemory() bool {
	return r.Aggregate != nil || r.Sequence != nil || r.NewTerms != nil || r.Anomaly != nil || r.Dedup != ""
}

// kinds are the blocks that the rule has.
func (r *Rule) kinds() []string {
	var out []string
	for _, k := range []struct {
		name string
		is   bool
	}{{"aggregate", r.Aggregate != nil}, {"sequence", r.Sequence != nil}, {"new_terms", r.NewTerms != nil}, {"anomaly", r.Anomaly != nil}} {
		if k.is {
			out = append(out, k.name)
		}
	}
	return out
}

// Grouping are the expressions by which the rule's findings are one incident, and in which field of the rule they
// stand: the grouping of its memory, else GroupBy.
func (r *Rule) Grouping() (field string, by []string) {
	orActor := func(by []string) []string {
		if by == nil {
			return []string{"actor.id"}
		}
		return by
	}
	switch {
	case r.Aggregate != nil:
		return "aggregate.by", orActor(r.Aggregate.By)
	case r.Sequence != nil:
		return "sequence.by", orActor(r.Sequence.By)
	case r.NewTerms != nil:
		return "new_terms.fields", r.NewTerms.Fields
	case r.Anomaly != nil:
		return "anomaly.by", orActor(r.Anomaly.By)
	}
	return "group_by", r.WithDefaults().GroupBy
}
