package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/ruleset"
)

// What needs a process of its own: the most memory it ever had, and a cold start.
const (
	childPeak = "peak"
	childCold = "cold"
)

// An answer is what a child process prints.
type answer struct {
	Records      uint64
	PeakBytes    int64
	FirstFinding time.Duration // since main
}

func runChild(ctx context.Context, o *options, stdout io.Writer) error {
	start := time.Now()
	rules, err := builtin.Rules()
	if err != nil {
		return err
	}
	set, err := ruleset.Compile(rules, plannings()[o.plan].opts...)
	if err != nil {
		return err
	}
	sc := set.Scanner()
	var a answer
	for result, err := range sc.ScanAll(ctx, files(o.input, o.passes), 2) {
		if err != nil {
			return err
		}
		if len(result.Findings) > 0 && a.FirstFinding == 0 {
			a.FirstFinding = time.Since(start)
			if o.child == childCold {
				break
			}
		}
	}
	a.Records = sc.Stats().Records
	if a.PeakBytes, err = peakBytes(); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(a)
}

// files yields the files of a directory again and again, as so many inputs.
func files(dir string, passes int) iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		names, _ := filepath.Glob(filepath.Join(dir, "*")) // the pattern is good
		for range passes {
			for _, name := range names {
				open := func() (io.ReadCloser, error) { return os.Open(name) }
				if !yield(ruleset.Input{Name: name, Open: open}) {
					return
				}
			}
		}
	}
}

// ask starts this program as a child over the objects.
func ask(ctx context.Context, child, dir string, passes, plan int) (a answer, wall time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return a, 0, err
	}
	cmd := exec.CommandContext(ctx, self, "-child="+child, "-child-input="+dir, fmt.Sprint("-child-passes=", passes), fmt.Sprint("-child-plan=", plan))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	wall = time.Since(start)
	if err != nil {
		return a, wall, fmt.Errorf("child process: %w\n%s", err, stderr.Bytes())
	}
	return a, wall, json.Unmarshal(out, &a)
}

// store writes the objects into a directory that lasts until done is called.
func store(objects []object) (dir string, done func(), err error) {
	if dir, err = os.MkdirTemp("", "bench"); err != nil {
		return "", nil, err
	}
	done = func() { os.RemoveAll(dir) }
	for i, o := range objects {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.json.gz", i)), o.gzip, 0o600); err != nil {
			done()
			return "", nil, err
		}
	}
	return dir, done, nil
}

// A peak is the most memory that a process had over an input.
type peak struct {
	passes  int
	records uint64
	bytes   int64
}

// measurePeaks scans nothing, the objects once, and four times as much.
func measurePeaks(ctx context.Context, objects []object) ([]peak, error) {
	dir, done, err := store(objects)
	if err != nil {
		return nil, err
	}
	defer done()
	var out []peak
	for _, passes := range []int{0, 1, 4} {
		a, _, err := ask(ctx, childPeak, dir, passes, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, peak{passes, a.Records, a.PeakBytes})
	}
	return out, nil
}

// A coldCost is how long the first finding takes in a new process.
type coldCost struct {
	name    string
	finding time.Duration // since main
	process time.Duration // since the process was started, and until it has ended
}

// measureCold lets new processes find the one record.
func measureCold(ctx context.Context, record []byte, rounds int) ([]coldCost, error) {
	o, err := packRecords([][]byte{record})
	if err != nil {
		return nil, err
	}
	dir, done, err := store([]object{o})
	if err != nil {
		return nil, err
	}
	defer done()
	var out []coldCost
	for plan, p := range plannings() {
		var finding, process []time.Duration
		for range rounds {
			a, wall, err := ask(ctx, childCold, dir, 1, plan)
			if err != nil {
				return nil, err
			}
			if a.FirstFinding == 0 {
				return nil, errors.New("a child process did not find the record")
			}
			finding, process = append(finding, a.FirstFinding), append(process, wall)
		}
		out = append(out, coldCost{p.name, medianDuration(finding), medianDuration(process)})
	}
	return out, nil
}
