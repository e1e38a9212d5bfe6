package main

import (
	"io"

	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/rule"
)

// jsonRule is a line of -list.
type jsonRule struct {
	ID          string        `json:"id"`
	Version     int           `json:"version"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Severity    rule.Severity `json:"severity"`
	Risk        int           `json:"risk"`
	Enabled     bool          `json:"enabled"`
	Sources     []string      `json:"sources"`
	Attack      []rule.Attack `json:"attack"`
	Tags        []string      `json:"tags"`
	References  []string      `json:"references"`
}

// writeRules lists rules, those that are off included, as JSON lines.
func writeRules(w io.Writer, rules []*rule.Rule, least rule.Severity) error {
	for _, r := range rules {
		if r.Severity < least {
			continue
		}
		r = r.WithDefaults()
		err := plain.WriteJSON(w, jsonRule{
			ID: r.ID, Version: r.Version, Title: r.Title, Description: r.Description,
			Severity: r.Severity, Risk: r.Risk, Enabled: !r.Disabled,
			Sources: list(r.Sources), Attack: list(r.Attack), Tags: list(r.Tags), References: list(r.References),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
