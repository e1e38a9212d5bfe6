package rule

import "time"

// A Rule is one detection. What it means is the same whether it was read from YAML (the key of each field is given
// here) or built in Go. A rule is data: nothing in this package evaluates it, and nothing changes it once it is
// handed on. Programs share a rule between goroutines as they share any value they do not write to.
type Rule struct {
	ID          string   // id: kebab-case, stable for ever. Required.
	Title       string   // title: a line for lists. Required.
	Description string   // description: what happened and why it matters
	Severity    Severity // severity. Required.
	Risk        int      // risk: 0 to 100. See WithDefaults for a rule that leaves it out.
	Version     int      // version: from 1, raised with every change of what the rule detects
	Disabled    bool     // enabled: false, in the catalogue but off by default
	Tags        []string // tags
	Attack      []Attack // attack: the techniques it reveals
	References  []string // references: absolute https URLs
	Sources     []string // sources: the published detections it covers

	Match   Match    // match: what the index looks up
	When    string   // when: the condition, in CEL; "" is true
	Message string   // message: what a finding says, with {placeholders}; "" is the title
	GroupBy []string // group_by: the values, as in conditions, by which findings are one incident
	Needs   []string // needs: the lookups that conditions ask for; without them the rule is inactive
	Active  *Active  // active: when the rule is on duty; nil is always

	Aggregate *Aggregate // aggregate: measures over many events
	Sequence  *Sequence  // sequence: steps in order
	NewTerms  *NewTerms  // new_terms: what was not seen before
	Anomaly   *Anomaly   // anomaly: what is unusual
	Dedup     Span       // dedup: matches of one group within a period of this length, counted from 1970, are one finding. For rules with memory there is a default.

	Schedules  map[string]Schedule // schedules: defaults for the names in Active, for a program to override
	Params     map[string]Param    // params: values left to whoever tunes the rule, which conditions read as params.name
	Lists      map[string]List     // lists: defaults for list("name") in conditions, for a program to override
	Exceptions []Exception         // exceptions: what is no finding although the rule matches

	FalsePositives []string // false_positives: what is harmless and looks alike
	Investigate    []string // investigate: questions for whoever is paged
	Respond        []string // respond: what to do when it is real

	Tests []Test // tests

	source  *source // where the rule was read, nil when it was built in Go
	hasRisk bool    // Risk is meant even when it is 0
}

// Match says which events a rule looks at. Its fields are combined with AND, the patterns of one field with OR; an
// empty field matches everything. In a pattern * stands for any characters and ? for one.
type Match struct {
	Source  []string // source: patterns of eventSource
	Event   []string // event: patterns of eventName; where Lambda is a source a bare name matches its dated forms too
	Outcome Outcome  // outcome
}

func (m Match) isZero() bool { return len(m.Source)+len(m.Event) == 0 && m.Outcome == Any }

// An Outcome is how the call that an event tells of must have ended.
type Outcome string

// The outcomes. In YAML, Any may be written out as any.
const (
	Any     Outcome = ""
	Success Outcome = "success"
	Failure Outcome = "failure"
)

// A List is a named list of text that conditions read with list("name").
type List struct {
	Description string   // description: what belongs in it
	Default     []string // default: what is in it when the program gives no list of this name
}

// An Exception takes harmless events out of a rule.
type Exception struct {
	Name    string    // name: unique in the rule. Required.
	When    string    // when: a condition, in CEL. Required.
	Reason  string    // reason: why it is harmless. Required.
	Owner   string    // owner: who answers for it
	Expires time.Time // expires: a date, 2030-01-01, which is 00:00 UTC of that day; zero is never
}

// HoldsAt tells whether the exception is still in force for an event of time t: before it expires. An event without
// a time (t is zero) is excepted only by what never expires, so that it is shown rather than hidden.
func (e Exception) HoldsAt(t time.Time) bool {
	return e.Expires.IsZero() || !t.IsZero() && t.Before(e.Expires)
}

// A Test is an event, or several, and what the rule must say of them. In YAML it has either match or want.
type Test struct {
	Name      string              // name: unique in the rule. Required.
	Event     Record              // event: what happens, unless there are events
	Events    []Record            // events: several, in the order of the log, in place of event
	Clock     time.Time           // clock: when the events happen
	Match     bool                // match: whether the rule fires, for one of the events at least. A want sets it, too.
	Want      []Want              // want: the findings, all of them, in order; not nil where the test says so
	Message   string              // message: what the first finding must say exactly; "" is not looked at
	Lists     map[string][]string // lists: what the program gives
	Schedules map[string]Schedule // schedules: what the program gives
	Params    map[string]any      // params: what a tuning sets
	Lookups   map[string]Answers  // lookups: what the program's lookups answer, by their names
	Unusual   bool                // unusual: the events are meant not to look like CloudTrail's
}

// Answers are what a lookup knows: by the key that it is asked, the members of its answer.
type Answers map[string]map[string]any

// A Want is what a test says of one finding. What is left out is not looked at.
type Want struct {
	Rule     string            // rule: its id
	Message  string            // message, exactly
	Severity Severity          // severity
	Actor    string            // actor: the id of the actor
	Group    map[string]string // group: values by the expressions of group_by
}

// A Record is an event of a test: a base that the test runner knows by name or a record in a file, either with
// changes, or a whole CloudTrail record. Values are those of JSON: nil, bool, int64, float64, json.Number, string,
// []any, map[string]any.
//
// A test that has a clock lets every event happen At after it, but for one that sets its eventTime. Without a
// clock an event happens At after the test's first one, or when its record says if At is 0.
type Record struct {
	Base   string         // base
	File   string         // file: path of a file that holds one record, from the root of the rules
	Unset  []string       // unset: dotted paths taken out of the base or file first
	Set    map[string]any // set: merged into it; objects merge in depth, anything else replaces
	Whole  map[string]any // the record, when there is neither base nor file
	At     time.Duration  // at: 5m, -1h30m or 7d
	Repeat int            // repeat: how often the event happens, once when left out. In each, {n} in the texts of set is its number, from 1
	Every  time.Duration  // every: how far apart, 10s; all at the same time when left out
}

// WithDefaults returns a copy in which what may be left out has its default: Version 1, GroupBy actor.id, and the
// Risk of the severity. In Go a Risk of 0 is one left out; a YAML file can say 0 and mean it.
func (r *Rule) WithDefaults() *Rule {
	c := *r
	if c.Risk == 0 && !c.hasRisk {
		c.Risk, c.hasRisk = c.Severity.DefaultRisk(), true
	}
	if c.Version == 0 {
		c.Version = 1
	}
	if len(c.GroupBy) == 0 {
		c.GroupBy = []string{"actor.id"}
	}
	return &c
}
