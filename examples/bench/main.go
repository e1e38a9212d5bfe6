// Bench measures what Trailsift costs, next to what reading the same objects costs and next to
// other ways of finding the same things in them.
//
//	go run ./examples/bench [flags]
//
// It makes a trail of many records out of a few, keeps it in memory as compressed objects, such as
// CloudTrail delivers, and runs every variant over it in turn, round after round. What counts is
// CPU time, user and system and of all threads, so that the garbage collector is in it and waiting
// for a processor is not. Ratios are taken within a round and the median of the rounds is shown, so that a
// busy machine disturbs them little.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the program, but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	if o.child != "" {
		return runChild(ctx, o, stdout)
	}
	if o.soak > 0 {
		return runSoak(ctx, o, stdout)
	}
	progress := func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }

	progress("making the trail")
	c, err := newCorpus(o)
	if err != nil {
		return err
	}
	out := &report{w: stdout, markdown: o.format == formatMarkdown}
	out.facts(c)

	progress("compiling")
	variants, specs, err := newVariants(ctx, c, o)
	if err != nil {
		return err
	}
	agreement, err := agree(ctx, specs[:agreeSize], c.sample)
	if err != nil {
		return err
	}
	m, err := measure(ctx, variants, o.rounds, progress)
	if err != nil {
		return err
	}
	out.variants(variants, m)
	out.line("%s", agreement)

	variants = nil // the rest does not share the heap with them

	progress("measuring the rest")
	s, err := measureSingles(ctx, c, specs, o)
	if err != nil {
		return err
	}
	out.singles(s)
	out.targets(m, s)
	return out.err
}
