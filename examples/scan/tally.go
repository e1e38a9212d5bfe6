package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// maxReported is how many bad records and faults are shown one by one. A directory of
// something else altogether has millions.
const maxReported = 50

// A tally counts what a scan meets, and reports on stderr what went wrong as it happens.
type tally struct {
	stderr io.Writer
	rules  int
	failOn rule.Severity // unset: never
	stats  ruleset.ScanStats

	files    int // written by the goroutine that ScanAll walks the inputs on, until the scan is over
	findings map[rule.Severity]int
	shadow   int
	skipped  map[event.Payload]int
	failed   int // inputs that could not be read, or not to their end
	faults   int
	reported int
}

// count counts the inputs on their way to the scanner.
func (t *tally) count(inputs iter.Seq[ruleset.Input]) iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		for in := range inputs {
			t.files++
			if !yield(in) {
				return
			}
		}
	}
}

func (t *tally) finding(f ruleset.Finding) {
	if t.findings == nil {
		t.findings = map[rule.Severity]int{}
	}
	t.findings[f.Severity]++
}

// problem sorts an error of the scan by what it means: other payloads are no errors, bad
// records do not spoil the scan, and the rest leaves it incomplete.
func (t *tally) problem(err error) {
	var none *event.NoRecordsError
	var record *event.RecordError
	switch {
	case errors.As(err, &none):
		if t.skipped == nil {
			t.skipped = map[event.Payload]int{}
		}
		t.skipped[none.Kind]++
	case errors.As(err, &record):
		t.report(err)
	case errors.Is(err, context.Canceled):
		t.failed++
		fmt.Fprintln(t.stderr, "interrupted")
	default:
		t.failed++
		fmt.Fprintln(t.stderr, "cannot read", plain.Lines(reason(err)))
	}
}

// reason says "trail.json: permission denied", not "trail.json: open trail.json: permission denied".
func reason(err error) string {
	var input *ruleset.InputError
	var path *fs.PathError
	if errors.As(err, &input) && errors.As(err, &path) {
		return input.Name + ": " + path.Err.Error()
	}
	return err.Error()
}

func (t *tally) fault(f ruleset.Fault) {
	t.faults++
	t.report(f)
}

func (t *tally) report(err error) {
	if t.reported++; t.reported <= maxReported {
		fmt.Fprintln(t.stderr, plain.Lines(err.Error()))
	}
}

// end says how much was not reported.
func (t *tally) end() {
	if more := t.reported - maxReported; more > 0 {
		fmt.Fprintf(t.stderr, "... and %d more\n", more)
	}
}

// exitCode puts an incomplete scan before findings: what it found is not all there is.
func (t *tally) exitCode() int {
	switch {
	case t.failed > 0:
		return exitIncomplete
	case t.failOn != 0 && t.atLeast(t.failOn) > 0:
		return exitFindings
	}
	return exitComplete
}

func (t *tally) atLeast(least rule.Severity) (n int) {
	for s, count := range t.findings {
		if s >= least {
			n += count
		}
	}
	return n
}

// summary is a few lines of plain text.
func (t *tally) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s, judged by %s: %s", plural(int(t.stats.Records), "record"), plural(t.files, "input"), plural(t.rules, "rule"), plural(t.atLeast(0), "finding"))
	sep := " ("
	for _, s := range severities {
		if n := t.findings[s]; n > 0 {
			fmt.Fprintf(&b, "%s%d %v", sep, n, s)
			sep = ", "
		}
	}
	if sep == ", " {
		b.WriteByte(')')
	}
	b.WriteByte('\n')
	if t.shadow > 0 {
		fmt.Fprintf(&b, "%s in shadow mode or of rules that are still learning beside them\n", plural(t.shadow, "finding"))
	}
	if n := int(t.stats.Unreadable); n > 0 {
		fmt.Fprintf(&b, "%s could not be read\n", plural(n, "record"))
	}
	if len(t.skipped) > 0 {
		b.WriteString("skipped, as no records: ")
		for i, kind := range slices.SortedFunc(maps.Keys(t.skipped), cmp.Compare) {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s (%d)", kind, t.skipped[kind])
		}
		b.WriteByte('\n')
	}
	if t.faults > 0 {
		fmt.Fprintf(&b, "%s could not be evaluated over a record\n", plural(t.faults, "rule"))
	}
	if t.failed > 0 {
		fmt.Fprintf(&b, "the scan is incomplete: %s could not be read\n", plural(t.failed, "input"))
	}
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
