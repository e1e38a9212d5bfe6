package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/trailsift/trailsift/examples/internal/trail"
)

func TestProgress(t *testing.T) {
	dir := write(t, map[string]string{"a.json": strings.Repeat("a", 3000), "b.json": strings.Repeat("b", 1000)})
	tests := []struct {
		name    string
		paths   []string
		started time.Duration // ago
		total   int64
		shown   bool
	}{
		{"a long scan", []string{dir}, time.Hour, 4000, true},
		{"a short scan", []string{dir}, 0, 4000, false},
		{"an input without size", []string{dir, "-"}, time.Hour, -1, true},
		{"an input that does not exist", []string{dir, dir + "/missing"}, time.Hour, 4000, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var screen bytes.Buffer
			inputs := trail.Inputs(test.paths, strings.NewReader("in"))
			p := newProgress(&screen, inputs)
			if p.total != test.total {
				t.Errorf("total %d, want %d", p.total, test.total)
			}
			p.start = p.start.Add(-test.started)
			var wg sync.WaitGroup
			for in := range p.follow(inputs) {
				f, err := in.Open()
				if err != nil {
					continue
				}
				wg.Go(func() {
					defer f.Close()
					if _, err := io.Copy(io.Discard, f); err != nil {
						t.Error(err)
					}
					fmt.Fprintln(p, "a message")
				})
			}
			wg.Wait()
			p.finish()
			got := screen.String()
			if shown := strings.Contains(got, "scanning"); shown != test.shown {
				t.Errorf("shown is %v in %q", shown, got)
			}
			if test.shown && !strings.HasSuffix(got, "\x1b[2K\r") {
				t.Errorf("the bar is still there: %q", got)
			}
		})
	}
}
