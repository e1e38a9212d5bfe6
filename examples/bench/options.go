package main

import (
	"flag"
	"fmt"
	"io"
)

// The formats of the report.
const (
	formatText     = "text"
	formatMarkdown = "markdown"
)

type options struct {
	data, trail string
	records     int
	rounds      int
	ordered     bool
	quick       bool
	format      string
	soak        int // events; 0: no soak
	actors      int

	// For the processes that the program starts of itself.
	child  string // what the child measures
	input  string // directory of the child's objects
	passes int    // how often it scans them
	plan   int    // of plannings
}

// quickRecords and quickRounds are what -quick makes of the defaults.
const (
	quickRecords = 12_000
	quickRounds  = 3
)

func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: bench [flags]")
		f.VisitAll(func(fl *flag.Flag) {
			if fl.Usage != "" { // the others are for child processes
				name, usage := flag.UnquoteUsage(fl)
				fmt.Fprintf(stderr, "  -%s %s\n    \t%s (default %q)\n", fl.Name, name, usage, fl.DefValue)
			}
		})
	}
	f.StringVar(&o.data, "data", "../shared/data", "`directory` of real log files, the model of the trail when it is there")
	f.StringVar(&o.trail, "trail", "examples/internal/trail/logs", "`directory` of log files that are the model otherwise")
	f.IntVar(&o.records, "records", 200_000, "`number` of records of the trail")
	f.IntVar(&o.rounds, "rounds", 7, "`number` of rounds over all variants")
	f.BoolVar(&o.ordered, "ordered", false, "keep the records in the order of the model, where one caller repeats one call, so that the objects compress more than 10 times")
	f.BoolVar(&o.quick, "quick", false, "a small trail and few rounds: to see that it runs, not how fast")
	f.StringVar(&o.format, "format", formatText, "`text` or markdown")
	f.IntVar(&o.soak, "soak", 0, "instead, run rules with memory over this `number` of events: is the memory bounded, and nothing lost that it does not tell?")
	f.IntVar(&o.actors, "actors", 1_000_000, "`number` of actors of the soak")
	f.StringVar(&o.child, "child", "", "")
	f.StringVar(&o.input, "child-input", "", "")
	f.IntVar(&o.passes, "child-passes", 1, "")
	f.IntVar(&o.plan, "child-plan", 0, "")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if o.quick {
		given := map[string]bool{}
		f.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
		if !given["records"] {
			o.records = quickRecords
		}
		if !given["rounds"] {
			o.rounds = quickRounds
		}
	}
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.format != formatText && o.format != formatMarkdown:
		return nil, fmt.Errorf("unknown format %q, the formats are text and markdown", o.format)
	case o.records < largestObject:
		return nil, fmt.Errorf("-records must be at least %d", largestObject)
	case o.rounds < 1:
		return nil, fmt.Errorf("-rounds must be at least 1")
	}
	return o, nil
}
