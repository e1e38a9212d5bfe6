package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/trailsift/trailsift/examples/internal/rulefiles"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A source is where the rules come from.
type source struct {
	catalogue bool
	dirs      []string
	tunings   []string
	lateness  time.Duration
	store     state.Store
}

// load reads and compiles the rules. Sets that are loaded one after the other share what they remember.
func (s *source) load() (*ruleset.Set, error) {
	rules, err := rulefiles.Load(s.catalogue, s.dirs)
	if err != nil {
		return nil, err
	}
	set, err := ruleset.Compile(rules, ruleset.WithStore(s.store), ruleset.WithLateness(s.lateness))
	if err != nil {
		return nil, err
	}
	return rulefiles.Tune(set, s.tunings)
}

// follow loads the rules anew when their files change, or at SIGHUP, until ctx ends. Rules that cannot be compiled
// change nothing.
func (s *source) follow(ctx context.Context, live *ruleset.Live, every time.Duration, log *slog.Logger) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for last := s.stamp(); ; {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		case <-tick.C:
			now := s.stamp()
			if now == last {
				continue
			}
			last = now
		}
		set, err := s.load()
		if err != nil {
			log.Error("the rules stay as they are", "err", err)
			continue
		}
		live.Swap(set)
		tell(set, log)
	}
}

// tell says what a set judges by, and which rules it leaves out for want of lookups.
func tell(set *ruleset.Set, log *slog.Logger) {
	log.Info("rules loaded", "rules", len(set.Rules()))
	for _, r := range set.Inactive() {
		log.Info("a rule is inactive, for want of lookups", "rule", r.Rule, "needs", r.Needs)
	}
}

// stamp changes when a file does.
func (s *source) stamp() string {
	var stamp []byte
	note := func(path string, info fs.FileInfo) {
		stamp = fmt.Appendf(stamp, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	for _, dir := range s.dirs {
		filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil {
				if info, err := entry.Info(); err == nil {
					note(path, info)
				}
			}
			return nil
		})
	}
	for _, file := range s.tunings {
		if info, err := os.Stat(file); err == nil {
			note(file, info)
		}
	}
	return string(stamp)
}
