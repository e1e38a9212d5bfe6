package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A failure is a case whose rule says something else than it wants.
type failure struct {
	*bench
	test   rule.Test
	what   string
	set    *ruleset.Set
	events []*event.Event
	got    []ruleset.Finding
}

// most is how many events of a case are explained.
const most = 5

func (f *failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.place(f.test), f.what)
	if len(f.events) > 1 && f.rule.HasMemory() {
		f.episodes(&b)
		return strings.TrimRight(b.String(), "\n")
	}
	for i, ev := range f.events {
		if i == most {
			fmt.Fprintf(&b, "%d more events\n", len(f.events)-most)
			break
		}
		if x, err := f.set.Explain(context.Background(), f.rule.ID, ev); err == nil {
			b.WriteString(x.String())
		}
		b.WriteString("event " + brief(ev))
	}
	return strings.TrimRight(b.String(), "\n")
}

// mostLines is how many events of a case are listed.
const mostLines = 30

// episodes tells of a rule with memory what its findings stand for, and whether it takes up each event.
func (f *failure) episodes(b *strings.Builder) {
	for i, g := range f.got {
		e := g.Episode
		fmt.Fprintf(b, "finding %d stands for %d events from %s to %s", i+1, e.Count, e.First.Format(time.RFC3339), e.Last.Format(time.RFC3339))
		for _, name := range slices.Sorted(maps.Keys(e.Measures)) {
			fmt.Fprintf(b, ", %s %v", name, e.Measures[name])
		}
		b.WriteByte('\n')
	}
	for i, ev := range f.events {
		if i == mostLines {
			fmt.Fprintf(b, "%d more events\n", len(f.events)-mostLines)
			break
		}
		x, err := f.set.Explain(context.Background(), f.rule.ID, ev)
		if err != nil {
			continue
		}
		reason := x.Reason
		for _, s := range x.Steps {
			if s.OK {
				reason += ", as the step " + s.Want
			}
		}
		fmt.Fprintf(b, "%s %s %s: %s\n", ev.EventTime.Format(time.RFC3339), ev.EventName, ev.EventID, reason)
	}
}

// wants are the findings as the case should want them: what it says of each, and all of those
// that it says nothing of.
func (f *failure) wants() []rule.Want {
	out := []rule.Want{}
	for i, g := range f.got {
		w := everything(g)
		switch {
		case i < len(f.test.Want):
			w = restrict(g, f.test.Want[i])
		case len(f.test.Want) > 0:
			w = restrict(g, f.test.Want[0])
		}
		out = append(out, w)
	}
	return out
}

// width bounds a line of an event.
const width = 400

// noise are members that seldom decide anything.
var noise = map[string]bool{"eventVersion": true, "requestID": true, "tlsDetails": true, "userAgent": true, "eventCategory": true, "recipientAccountId": true}

// brief prints an event with a line for each member.
func brief(ev *event.Event) string {
	var record map[string]json.RawMessage
	if json.Unmarshal(ev.Raw(), &record) != nil {
		return string(ev.Raw()) + "\n"
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(record)) {
		if noise[name] {
			continue
		}
		value := []rune(string(record[name]))
		if len(value) > width {
			value = append(value[:width:width], '…')
		}
		fmt.Fprintf(&b, "  %q: %s\n", name, string(value))
	}
	b.WriteString("}\n")
	return b.String()
}

func joined(problems []string) error {
	if len(problems) == 1 {
		return fmt.Errorf("%s", problems[0])
	}
	return fmt.Errorf("\n  %s", strings.Join(problems, "\n  "))
}
