package ruleset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A Finding says that a rule matched an event.
//
// Its texts may hold whatever a caller of AWS chose to send (user agents, names): treat
// them as untrusted where they are shown.
type Finding struct {
	// ID is the same whenever the same rule matches the same event, however often and in
	// whatever order the event is delivered: the key by which a program drops duplicates. Of a
	// rule with memory it is the same for all that happens in a group within one period.
	ID string `json:"id"`

	Rule     string        `json:"rule"` // the rule's id
	Version  int           `json:"version"`
	Title    string        `json:"title"`
	Severity rule.Severity `json:"severity"`
	Risk     int           `json:"risk"` // 0 to 100
	Sources  []string      `json:"sources,omitempty"`
	Attack   []rule.Attack `json:"attack,omitempty"`
	Tags     []string      `json:"tags,omitempty"`
	Message  string        `json:"message"`

	Time     time.Time      `json:"time,omitzero"` // of the event, in UTC; zero when the event has none
	EventIDs []string       `json:"event_ids,omitempty"`
	Actor    identity.Actor `json:"actor"`
	Account  string         `json:"account,omitempty"` // in whose log the event was written
	Region   string         `json:"region,omitempty"`

	EventSource     string   `json:"event_source,omitempty"`
	EventName       string   `json:"event_name,omitempty"`
	SourceIPAddress string   `json:"source_ip_address,omitempty"`
	Resources       []string `json:"resources,omitempty"` // ARNs, or prefixes of ARNs, that the record lists

	// Group holds the rule's grouping fields with the event's values, in the rule's order.
	Group []GroupField `json:"group,omitempty"`

	// Episode is what a finding of a rule with memory stands for. Its message, actor and so on are
	// those of the event that decided.
	Episode *Episode `json:"episode,omitempty"`

	// Location says where the event was read; it is zero for an event that was not read by package event.
	Location event.Location `json:"location,omitzero"`
}

// A GroupField is one field that a finding is grouped by.
type GroupField struct {
	Field string `json:"field"` // such as "actor.id"
	Value string `json:"value"` // "" when the event lacks it
}

// A Fault says that a rule could not be evaluated over an event: the verdict is unknown.
type Fault struct {
	Rule     string         // the rule's id
	Part     string         // which part failed: "when", "exceptions[0].when", "message", ...
	EventID  string         // "" when the event has none
	Location event.Location // of the event
	Err      error
}

func (f Fault) Error() string {
	return "rule " + f.Rule + " over event " + f.EventID + ": " + f.Part + ": " + f.Err.Error()
}

// Unwrap returns f.Err.
func (f Fault) Unwrap() error { return f.Err }

// MarshalJSON writes the error as its text.
func (f Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Rule     string         `json:"rule"`
		Part     string         `json:"part"`
		EventID  string         `json:"event_id,omitempty"`
		Location event.Location `json:"location,omitzero"`
		Error    string         `json:"error"`
	}{f.Rule, f.Part, f.EventID, f.Location, f.Err.Error()})
}

// ErrTooMuchWork is wrapped by the Fault of a condition whose loops, inside each other, were cut
// off after some four million turns: the event holds lists that are too long for it.
var ErrTooMuchWork = celenv.ErrTooMuchWork

func newFault(id, part string, ev *event.Event, err error) Fault {
	return Fault{Rule: id, Part: part, EventID: ev.EventID, Location: ev.Location, Err: err}
}

// A Result is what a Set says of one event: findings in the order of the rules, and faults.
type Result struct {
	Findings []Finding
	Shadow   []Finding // of rules in shadow mode, and of those that are still learning: nobody is to be paged
	Faults   []Fault
}

// A verdict is a Result in the making.
type verdict struct {
	Result
	pending []observation // what the store is yet to take up
}

func (v *verdict) empty() bool {
	return len(v.Findings)+len(v.Shadow)+len(v.Faults)+len(v.pending) == 0
}

// episodeID is the id of what a rule with memory finds in a group within a period.
func episodeID(id string, group state.Fingerprint, period int64) string {
	h := sha256.New()
	h.Write([]byte(id))
	h.Write([]byte{0, 'm'})
	h.Write(group[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(period)))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// findingID hashes what makes a finding: the rule and the event. An event without an id
// is known by its content, white space apart.
func findingID(id string, ev *event.Event) string {
	h := sha256.New()
	h.Write([]byte(id))
	h.Write([]byte{0})
	if ev.EventID != "" {
		h.Write([]byte(ev.EventID))
	} else {
		// Marshalling compacts the record as it stands, and writes out an Event that was not parsed.
		if content, err := json.Marshal(ev); err == nil {
			h.Write(content)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func resourcesOf(ev *event.Event) []string {
	var out []string
	for _, r := range ev.Resources {
		switch {
		case r.ARN != "":
			out = append(out, r.ARN)
		case r.ARNPrefix != "":
			out = append(out, r.ARNPrefix)
		}
	}
	return out
}
