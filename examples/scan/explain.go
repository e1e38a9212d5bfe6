package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// explain prints why a rule matches, or does not, each record of a source and name that it looks at.
func explain(ctx context.Context, o *options, set *ruleset.Set, rules []*rule.Rule, stdin io.Reader, stdout, stderr io.Writer) int {
	looks, err := looking(ctx, set, rules, o.explain)
	if err != nil {
		fmt.Fprintln(stderr, plain.Lines(err.Error()))
		return exitIncomplete
	}
	e := &explainer{options: o, set: set, looks: looks, stdout: stdout, t: tally{stderr: stderr}}
	for in := range e.t.count(inputs(o, stdin, stderr)) {
		if err := e.input(ctx, in); err != nil {
			fmt.Fprintln(stderr, "cannot write explanations:", err)
			return exitIncomplete
		}
		if ctx.Err() != nil {
			e.t.problem(ctx.Err())
			break
		}
	}
	e.t.end()
	end := stdout
	if o.format == formatJSON {
		end = stderr
	}
	if _, err := io.WriteString(end, e.summary()); err != nil {
		fmt.Fprintln(stderr, "cannot write explanations:", err)
		return exitIncomplete
	}
	return e.t.exitCode()
}

// looking returns a set that finds every record of the sources and names that a rule looks at.
func looking(ctx context.Context, set *ruleset.Set, rules []*rule.Rule, id string) (*ruleset.Set, error) {
	i := slices.IndexFunc(rules, func(r *rule.Rule) bool { return r.ID == id })
	if i < 0 {
		_, err := set.Explain(ctx, id, &event.Event{}) // which knows what was meant
		return nil, err
	}
	m := rules[i].Match
	return ruleset.Compile([]*rule.Rule{{
		ID: id, Title: rules[i].Title, Severity: rules[i].Severity, When: "true",
		Match: rule.Match{Source: m.Source, Event: m.Event},
	}})
}

type explainer struct {
	*options
	set, looks *ruleset.Set
	stdout     io.Writer
	t          tally

	records, looked, explained, matched int
}

// input explains the records of one input. Its error is that of stdout.
func (e *explainer) input(ctx context.Context, in ruleset.Input) error {
	f, err := in.Open()
	if err != nil {
		e.t.problem(&ruleset.InputError{Name: in.Name, Err: err})
		return nil
	}
	defer f.Close()
	for ev, err := range event.Records(f, event.File(in.Name)) {
		if err != nil {
			e.t.problem(err)
			continue
		}
		e.records++
		r, err := e.looks.Eval(ctx, ev)
		if err != nil {
			return nil // explain reports it
		}
		if len(r.Findings) == 0 {
			continue
		}
		if e.looked++; e.explained == e.explainMax {
			continue
		}
		why, err := e.set.Explain(ctx, e.explain, ev)
		if err != nil {
			return nil
		}
		e.explained++
		if why.Matched {
			e.matched++
		}
		if err := e.print(ev, why); err != nil {
			return err
		}
	}
	return nil
}

// jsonExplanation is a line of -explain.
type jsonExplanation struct {
	*ruleset.Explanation
	Location jsonLocation `json:"location"`
}

func (e *explainer) print(ev *event.Event, why *ruleset.Explanation) error {
	if e.format == formatJSON {
		return plain.WriteJSON(e.stdout, jsonExplanation{why, locationOf(ev.Location)})
	}
	_, err := fmt.Fprintf(e.stdout, "%s\n%s\n", plain.Text(ev.Location.String()), plain.Lines(why.String()))
	return err
}

func (e *explainer) summary() string {
	s := fmt.Sprintf("%s in %s; %s looks at %d of them by source and name: %d explained, of which %d matched\n",
		plural(e.records, "record"), plural(e.t.files, "input"), e.explain, e.looked, e.explained, e.matched)
	if more := e.looked - e.explained; more > 0 {
		s += fmt.Sprintf("%d are left out: raise -explain-max to see them\n", more)
	}
	return s
}
