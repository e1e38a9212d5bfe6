package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/trailsift/trailsift/ruleset"
)

const (
	formatText = "text"
	formatJSON = "json"
)

// options is the command line.
type options struct {
	paths     []string
	ingest    bool
	follow    bool
	format    string
	url       string // of a NATS cluster, "": a server within this process
	dir       string // where that server keeps its files, "": it keeps all in memory
	workers   int
	sizes     sizes
	ruleDirs  []string
	onlyRules bool
	tunings   []string
	lateness  time.Duration
	metrics   string // address, "": none
	bench     int    // records, 0: no benchmark
}

// parseOptions reads the command line. It prints what is wrong with it, as package flag does.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{sizes: defaultSizes()}
	fs := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, "Usage: pipeline [flags] [PATH...]\n\nQueues the log files of the paths, or a bundled trail, judges them with several workers, and prints the findings.\n\nFlags:\n")
		fs.PrintDefaults()
	}
	fs.StringVar(&o.url, "nats", "", "join the NATS servers at `URL`; without it, one runs within this process")
	fs.StringVar(&o.dir, "store", "", "let the server within this process keep its files in `DIR`, so that the next run goes on from there")
	fs.IntVar(&o.workers, "workers", 2, "judge `N` messages at a time; with 0 only ingest")
	fs.BoolVar(&o.ingest, "ingest", true, "queue the PATHs; -ingest=false only works on what others queue")
	fs.BoolVar(&o.follow, "follow", false, "go on when all is judged, and print findings as they are stored")
	fs.StringVar(&o.format, "format", formatText, "`text` for people, or json: one finding a line")
	fs.Func("rules", "add the rules, *.yaml, of the directory `DIR`; may be repeated", func(dir string) error {
		o.ruleDirs = append(o.ruleDirs, dir)
		return nil
	})
	fs.BoolVar(&o.onlyRules, "only-rules", false, "leave out the catalogue: use the rules of -rules alone")
	fs.Func("tunings", "apply the tunings of the YAML `FILE`; may be repeated", func(file string) error {
		o.tunings = append(o.tunings, file)
		return nil
	})
	fs.DurationVar(&o.lateness, "lateness", ruleset.DefaultLateness, "how much later than others an event may come, by event time, for rules with memory")
	fs.IntVar(&o.sizes.ahead, "ahead", o.sizes.ahead, "let at most `N` messages be in hand; all that share a queue have to agree")
	fs.IntVar(&o.sizes.replicas, "replicas", 1, "keep each stream on `N` servers")
	fs.StringVar(&o.metrics, "metrics", "", "serve metrics for Prometheus at `ADDR`, such as 127.0.0.1:9464")
	fs.IntVar(&o.bench, "bench", 0, "measure with `N` generated records, and do nothing else")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	o.paths = fs.Args()
	o.sizes.allow(o.lateness)
	if err := o.check(); err != nil {
		fmt.Fprintln(stderr, err)
		fs.Usage()
		return nil, err
	}
	return o, nil
}

func (o *options) check() error {
	switch {
	case o.format != formatText && o.format != formatJSON:
		return fmt.Errorf("unknown format %q, the formats are text and json", o.format)
	case o.onlyRules && len(o.ruleDirs) == 0:
		return errors.New("-only-rules leaves no rules without -rules")
	case o.workers < 0 || o.sizes.ahead < 1 || o.sizes.replicas < 1 || o.bench < 0 || o.lateness < 0:
		return errors.New("numbers and durations must not be negative, and -ahead and -replicas be 1 or more")
	case o.url != "" && o.dir != "":
		return errors.New("-store is of the server within this process, which -nats does without")
	case !o.ingest && len(o.paths) > 0:
		return errors.New("-ingest=false leaves no use for paths")
	}
	return nil
}
