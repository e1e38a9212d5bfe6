package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/trailsift/trailsift/rule"
)

const (
	formatText = "text"
	formatJSON = "json"
)

// options is the command line.
type options struct {
	paths       []string
	format      string
	ruleDirs    []string
	onlyRules   bool
	tunings     []string      // files
	minSeverity rule.Severity // unset: all
	failOn      rule.Severity // unset: never
	list        bool
	explain     string // a rule's id, "": scan
	explainMax  int
	workers     int
	state       string // file
	learned     bool
	asn, geo    string // files
}

const usage = `Usage: scan [flags] [PATH...]

Searches CloudTrail logs for attacks and misuse. A PATH is a file, a directory, or - for
standard input. Without one, a synthetic trail that comes with the program is scanned.

Exit status: 0 when the scan is complete, 1 when an input, a rule or a flag could not be
read, 2 when there are findings as severe as -fail-on says.

Flags:
`

// parseOptions reads the command line. It prints what is wrong with it, as package flag does.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("scan", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.format, "format", formatText, "`text` for people, or json: one finding a line")
	fs.Func("rules", "add the rules, *.yaml, of the directory `DIR`; may be repeated", func(dir string) error {
		o.ruleDirs = append(o.ruleDirs, dir)
		return nil
	})
	fs.BoolVar(&o.onlyRules, "only-rules", false, "leave out the catalogue: use the rules of -rules alone")
	fs.Func("tune", "apply the tunings of the YAML `FILE`; may be repeated", func(file string) error {
		o.tunings = append(o.tunings, file)
		return nil
	})
	fs.TextVar(&o.minSeverity, "min-severity", rule.Informational, "show findings of this `LEVEL` and worse: "+levels())
	fs.Func("fail-on", "exit with 2 when there are findings of this `LEVEL` or worse, shown or not", func(s string) (err error) {
		o.failOn, err = rule.ParseSeverity(s)
		return err
	})
	fs.BoolVar(&o.list, "list", false, "list the rules as JSON lines, as they are before -tune, and scan nothing")
	fs.StringVar(&o.explain, "explain", "", "instead of findings, print why the rule of the id `RULE` matches or does not, for the records of a source and name that it looks at")
	fs.IntVar(&o.explainMax, "explain-max", 20, "explain the first `N` of these records")
	fs.StringVar(&o.state, "state", "", "go on from what rules with memory remember in `FILE`, if it is there, and keep there what they then remember")
	fs.BoolVar(&o.learned, "learned", false, "take what is remembered for complete: rules that look for what was not seen before report it at once, not apart")
	fs.StringVar(&o.asn, "asn", "", "look up the networks of addresses in `FILE`, a MaxMind database such as GeoLite2-ASN.mmdb")
	fs.StringVar(&o.geo, "geo", "", "look up their countries in `FILE`, such as GeoLite2-City.mmdb")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "scan `N` inputs at a time")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	o.paths = fs.Args()
	if err := o.check(); err != nil {
		fmt.Fprintln(stderr, err)
		fs.Usage()
		return nil, err
	}
	return o, nil
}

func (o *options) check() error {
	stdin := func(path string) bool { return path == "-" }
	first := slices.IndexFunc(o.paths, stdin)
	switch {
	case o.format != formatText && o.format != formatJSON:
		return fmt.Errorf("unknown format %q, the formats are text and json", o.format)
	case o.onlyRules && len(o.ruleDirs) == 0:
		return errors.New("-only-rules leaves no rules without -rules")
	case o.explainMax < 1:
		return errors.New("-explain-max must be 1 or more")
	case o.workers < 1:
		return errors.New("-workers must be 1 or more")
	case first >= 0 && slices.ContainsFunc(o.paths[first+1:], stdin):
		return errors.New("standard input can be read only once")
	}
	return nil
}

func levels() string {
	text := ""
	for i, s := range slices.Backward(severities[:]) {
		text += s.String()
		if i > 0 {
			text += ", "
		}
	}
	return text
}
