package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/examples/internal/rulefiles"
	"github.com/trailsift/trailsift/examples/internal/trail"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// What the program exits with.
const (
	exitComplete   = 0
	exitIncomplete = 1 // also for wrong flags and rules
	exitFindings   = 2
)

// run is the program, but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitComplete
	case err != nil:
		return exitIncomplete // package flag has said why
	}
	rules, err := rulefiles.Load(!o.onlyRules, o.ruleDirs)
	var set *ruleset.Set
	m := &memory{}
	defer m.close()
	if err == nil {
		err = m.open(o)
	}
	if err == nil {
		set, err = ruleset.Compile(rules, m.options...)
	}
	if err == nil {
		set, err = rulefiles.Tune(set, o.tunings)
	}
	if err != nil {
		fmt.Fprintln(stderr, plain.Lines(err.Error()))
		return exitIncomplete
	}
	if o.list {
		if err := writeRules(stdout, rules, o.minSeverity); err != nil {
			fmt.Fprintln(stderr, err)
			return exitIncomplete
		}
		return exitComplete
	}
	for _, notice := range set.Notices(time.Now()) {
		fmt.Fprintln(stderr, "notice:", plain.Lines(notice.Error()))
	}
	for _, r := range set.Inactive() {
		fmt.Fprintf(stderr, "notice: %s is inactive without -%s\n", r.Rule, strings.Join(r.Needs, " and -"))
	}
	if o.explain != "" {
		return explain(ctx, o, set, rules, stdin, stdout, stderr)
	}
	code := scan(ctx, o, set, stdin, stdout, stderr)
	if err := m.save(o.state); err != nil {
		fmt.Fprintln(stderr, "cannot keep what rules remember:", err)
		return exitIncomplete
	}
	return code
}

// inputs are what the paths name, or the trail that comes with the program.
func inputs(o *options, stdin io.Reader, stderr io.Writer) iter.Seq[ruleset.Input] {
	if len(o.paths) > 0 {
		return trail.Inputs(o.paths, stdin)
	}
	fmt.Fprintln(stderr, "no path given: scanning the synthetic trail that comes with this program")
	return trail.Bundled()
}

// A printer writes findings in one of the formats.
type printer interface {
	finding(ruleset.Finding) error
	shadow(ruleset.Finding) error // of a rule in shadow mode, or one that is still learning
	end(*tally) error             // once, after all findings
}

func scan(ctx context.Context, o *options, set *ruleset.Set, stdin io.Reader, stdout, stderr io.Writer) int {
	inputs := inputs(o, stdin, stderr)
	// Findings in JSON would be torn by a bar on the same terminal; text comes after the bar.
	hideBar := func() {}
	if len(o.paths) > 0 && isTerminal(stderr) && !(o.format == formatJSON && isTerminal(stdout)) {
		bar := newProgress(stderr, inputs)
		inputs, stderr, hideBar = bar.follow(inputs), bar, bar.finish
	}
	var out printer
	if o.format == formatJSON {
		out = newJSONPrinter(stdout, stderr)
	} else {
		out = newTextPrinter(stdout, wantsColor(stdout))
	}

	scanner := set.Scanner()
	t := &tally{stderr: stderr, rules: len(set.Rules()), failOn: o.failOn}
	for result, err := range scanner.ScanAll(ctx, t.count(inputs), o.workers) {
		if err != nil {
			t.problem(err)
		}
		for _, f := range result.Faults {
			t.fault(f)
		}
		for _, f := range result.Findings {
			t.finding(f)
			if f.Severity < o.minSeverity {
				continue
			}
			if err := out.finding(f); err != nil {
				fmt.Fprintln(stderr, "cannot write findings:", err)
				return exitIncomplete
			}
		}
		for _, f := range result.Shadow {
			t.shadow++
			if f.Severity < o.minSeverity {
				continue
			}
			if err := out.shadow(f); err != nil {
				fmt.Fprintln(stderr, "cannot write findings:", err)
				return exitIncomplete
			}
		}
	}
	t.stats = scanner.Stats()
	hideBar()
	t.end()
	if err := out.end(t); err != nil {
		fmt.Fprintln(stderr, "cannot write findings:", err)
		return exitIncomplete
	}
	return t.exitCode()
}

// severities, the worst first.
var severities = [...]rule.Severity{rule.Critical, rule.High, rule.Medium, rule.Low, rule.Informational}
