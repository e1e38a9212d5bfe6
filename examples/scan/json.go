package main

import (
	"fmt"
	"io"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A jsonPrinter writes one finding a line, as soon as it is found, in the order of the inputs.
// All else goes to stderr.
type jsonPrinter struct{ w, stderr io.Writer }

func newJSONPrinter(w, stderr io.Writer) *jsonPrinter { return &jsonPrinter{w, stderr} }

// jsonFinding is the format: members are added to it, not renamed or left out.
type jsonFinding struct {
	ID          string         `json:"id"`
	Rule        string         `json:"rule"`
	Version     int            `json:"version"`
	Title       string         `json:"title"`
	Severity    rule.Severity  `json:"severity"`
	Risk        int            `json:"risk"`
	Sources     []string       `json:"sources"`
	Attack      []rule.Attack  `json:"attack"`
	Tags        []string       `json:"tags"`
	Message     string         `json:"message"`
	Time        *time.Time     `json:"time"` // null when the event has none
	EventIDs    []string       `json:"event_ids"`
	EventSource string         `json:"event_source"`
	EventName   string         `json:"event_name"`
	Actor       identity.Actor `json:"actor"`
	Account     string         `json:"account"`
	Region      string         `json:"region"`
	SourceIP    string         `json:"source_ip_address"`
	Resources   []string       `json:"resources"`
	Location    jsonLocation   `json:"location"`
	Shadow      bool           `json:"shadow,omitempty"` // the rule is in shadow mode or still learning: nobody is to be paged

	Group   []ruleset.GroupField `json:"group"`
	Episode *ruleset.Episode     `json:"episode,omitempty"` // of rules with memory; an update has the id of what it updates
}

type jsonLocation struct {
	File     string `json:"file"`
	Record   int    `json:"record"` // from zero
	Offset   int64  `json:"offset"`
	Envelope string `json:"envelope"`
}

func (p *jsonPrinter) finding(f ruleset.Finding) error { return p.write(f, false) }
func (p *jsonPrinter) shadow(f ruleset.Finding) error  { return p.write(f, true) }

func (p *jsonPrinter) write(f ruleset.Finding, shadow bool) error {
	out := jsonFinding{
		ID: f.ID, Rule: f.Rule, Version: f.Version, Title: f.Title, Severity: f.Severity, Risk: f.Risk,
		Sources: list(f.Sources), Attack: list(f.Attack), Tags: list(f.Tags),
		Message: f.Message, EventIDs: list(f.EventIDs), EventSource: f.EventSource, EventName: f.EventName,
		Actor: f.Actor, Account: f.Account, Region: f.Region,
		SourceIP: f.SourceIPAddress, Resources: list(f.Resources),
		Location: locationOf(f.Location), Shadow: shadow, Group: list(f.Group), Episode: f.Episode,
	}
	if !f.Time.IsZero() {
		out.Time = &f.Time
	}
	return plain.WriteJSON(p.w, out)
}

func locationOf(l event.Location) jsonLocation {
	return jsonLocation{l.File, l.Record, l.Offset, l.Envelope}
}

func (p *jsonPrinter) end(t *tally) error {
	_, err := fmt.Fprint(p.stderr, t.summary())
	return err
}

// list makes an empty list of none, so that readers need not expect null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
