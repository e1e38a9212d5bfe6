package main

import (
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/trailsift/trailsift/ruleset"
)

// patience is how long a scan may take before it shows a bar.
const patience = time.Second

// A progress shows on a terminal how many bytes of the inputs have been read, and passes on
// what else is written to that terminal, taking the bar out of its way.
type progress struct {
	w     io.Writer
	start time.Time
	total int64 // -1 when not known

	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

// newProgress adds up the sizes of the inputs. Where one has none, such as standard input, the
// bar only counts.
func newProgress(w io.Writer, inputs iter.Seq[ruleset.Input]) *progress {
	p := &progress{w: w, start: time.Now()}
	for in := range inputs {
		n := size(in.Name)
		if n < 0 {
			p.total = 0
			break
		}
		p.total += n
	}
	if p.total == 0 {
		p.total = -1
	}
	p.bar = progressbar.NewOptions64(p.total,
		progressbar.OptionSetWriter(canvas{p}),
		progressbar.OptionSetDescription("scanning"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSpinnerType(14),
		// Else it would draw on a goroutine of its own, over what Write writes.
		progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionUseANSICodes(true),
	)
	return p
}

// A canvas is what the bar is drawn on: nothing, for a while.
type canvas struct{ p *progress }

func (c canvas) Write(b []byte) (int, error) {
	if time.Since(c.p.start) < patience {
		return len(b), nil
	}
	return c.p.w.Write(b)
}

// size returns 0 for what cannot be opened, and -1 for what has no size. It does not open the
// input: a pipe can be opened only once.
func size(name string) int64 {
	if name == "-" {
		return -1
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return 0
	case !info.Mode().IsRegular():
		return -1
	}
	return info.Size()
}

// follow counts what is read of the inputs.
func (p *progress) follow(inputs iter.Seq[ruleset.Input]) iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		for in := range inputs {
			open := in.Open
			in.Open = func() (io.ReadCloser, error) {
				f, err := open()
				if err != nil {
					return nil, err
				}
				return followed{f, p}, nil
			}
			if !yield(in) {
				return
			}
		}
	}
}

type followed struct {
	io.ReadCloser
	p *progress
}

func (f followed) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	f.p.add(n)
	return n, err
}

func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.Add64(int64(n))
}

// Write writes to the terminal, on a line without the bar.
func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.Clear()
	return p.w.Write(b)
}

// finish takes the bar away for good.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.Clear()
	p.bar.Exit()
}
