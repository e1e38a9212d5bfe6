package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A textPrinter writes for people: findings in the order of time, then a table of the rules
// that fired. It keeps all findings until the end, since log files are not in that order.
type textPrinter struct {
	w        *bufio.Writer
	color    bool
	findings []ruleset.Finding
	shadows  []ruleset.Finding
	seen     map[string]int // places in findings or shadows, by id
	repeated int
}

func newTextPrinter(w io.Writer, color bool) *textPrinter {
	return &textPrinter{w: bufio.NewWriter(w), color: color, seen: map[string]int{}}
}

func (p *textPrinter) finding(f ruleset.Finding) error {
	p.add(&p.findings, f)
	return nil
}

func (p *textPrinter) shadow(f ruleset.Finding) error {
	p.add(&p.shadows, f)
	return nil
}

// add leaves out what is there already, since CloudTrail delivers an event at least once. What a finding of a rule with
// memory has grown to takes the place of what it was.
func (p *textPrinter) add(to *[]ruleset.Finding, f ruleset.Finding) {
	at, seen := p.seen[f.ID]
	switch {
	case !seen:
		p.seen[f.ID] = len(*to)
		*to = append(*to, f)
	case f.Episode == nil:
		p.repeated++
	case at < len(*to) && (*to)[at].ID == f.ID && f.Episode.Count >= (*to)[at].Episode.Count:
		(*to)[at] = f
	}
}

func (p *textPrinter) end(t *tally) error {
	p.all(p.findings)
	if len(p.shadows) > 0 {
		p.w.WriteString(p.bold("In shadow mode, or of rules that are still learning what is usual:") + "\n\n")
		p.all(p.shadows)
	}
	p.w.WriteString(t.summary())
	if p.repeated > 0 {
		fmt.Fprintf(p.w, "%s of events delivered more than once left out above\n", plural(p.repeated, "finding"))
	}
	return p.w.Flush()
}

func (p *textPrinter) all(findings []ruleset.Finding) {
	slices.SortStableFunc(findings, func(a, b ruleset.Finding) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(b.Severity, a.Severity))
	})
	for _, f := range findings {
		p.one(f)
	}
	p.table(findings)
}

func (p *textPrinter) one(f ruleset.Finding) {
	fmt.Fprintf(p.w, "%s  %s %s\n", timeText(f.Time), p.severity(f.Severity), p.bold(plain.Text(f.Title)))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(p.w, "    %-7s %s\n", name, plain.Text(clip(value)))
		}
	}
	line("what", f.Message)
	line("who", who(f.Actor))
	line("session", session(f.Actor))
	line("with", with(f.Actor))
	line("from", f.SourceIPAddress)
	line("where", joined(" ", f.Account, f.Region))
	if e := f.Episode; e != nil && e.Count > 1 {
		line("events", fmt.Sprintf("%d from %s to %s", e.Count, timeText(e.First), timeText(e.Last)))
	}
	line("event", joined(" ", f.EventSource, f.EventName, strings.Join(f.EventIDs, " ")))
	line("record", fmt.Sprintf("%d of %s", f.Location.Record, f.Location.File))
	line("rule", f.Rule)
	p.w.WriteByte('\n')
}

// table counts findings by rule, the worst first.
func (p *textPrinter) table(findings []ruleset.Finding) {
	type row struct {
		first, last ruleset.Finding
		count       int
	}
	rows := map[string]*row{}
	var order []*row
	for _, f := range findings {
		r := rows[f.Rule]
		if r == nil {
			r = &row{first: f}
			rows[f.Rule] = r
			order = append(order, r)
		}
		r.last = f
		r.count++
	}
	if len(order) == 0 {
		return
	}
	slices.SortFunc(order, func(a, b *row) int {
		return cmp.Or(cmp.Compare(b.first.Severity, a.first.Severity), cmp.Compare(b.count, a.count), cmp.Compare(a.first.Rule, b.first.Rule))
	})
	tab := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "SEVERITY\tFINDINGS\tFIRST\tLAST\tRULE")
	for _, r := range order {
		fmt.Fprintf(tab, "%s\t%d\t%s\t%s\t%s\n", severityText(r.first.Severity), r.count, timeText(r.first.Time), timeText(r.last.Time), plain.Text(r.first.Rule))
	}
	tab.Flush()
	p.w.WriteByte('\n')
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "no time             "
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func severityText(s rule.Severity) string { return strings.ToUpper(s.String()) }

func (p *textPrinter) severity(s rule.Severity) string {
	text := fmt.Sprintf("%-13s", severityText(s))
	switch {
	case !p.color:
		return text
	case s >= rule.High:
		return "\x1b[1;31m" + text + "\x1b[0m"
	case s == rule.Medium:
		return "\x1b[33m" + text + "\x1b[0m"
	case s == rule.Low:
		return "\x1b[36m" + text + "\x1b[0m"
	}
	return text
}

func (p *textPrinter) bold(text string) string {
	if !p.color {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// maxShown is how many characters of one field are shown to people; the log has the rest.
const maxShown = 400

func clip(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "…"
		}
	}
	return s
}
