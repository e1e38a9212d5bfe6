package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// bench judges generated records with Set.Scan, and with one, two and four workers over a server within this process.
func bench(ctx context.Context, o *options, stdout io.Writer) error {
	log := generated(o.bench, 1, 0.01) // some five records a second
	source := o.source(nil)
	source.store = nil
	set, err := source.load()
	if err != nil {
		return err
	}
	with := 0
	for _, r := range set.Rules() {
		if r.HasMemory() {
			with++
		}
	}
	fmt.Fprintf(stdout, "%d records, %.1f MB, %d rules, %d of them with memory\n", o.bench, float64(len(log))/1e6, len(set.Rules()), with)
	ids := map[string]bool{}
	start := time.Now()
	for result, err := range set.Scan(ctx, bytes.NewReader(log)) {
		if err != nil {
			return err
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			ids[f.ID] = true
		}
	}
	took := time.Since(start)
	row := func(what string, took time.Duration, findings int, more string) {
		fmt.Fprintf(stdout, "%-22s %8.2fs %10.0f records/s %8d findings%s\n", what, took.Seconds(), float64(o.bench)/took.Seconds(), findings, more)
	}
	row("Set.Scan", took, len(ids), "")
	for _, workers := range []int{1, 2, 4} {
		if err := benchWorkers(ctx, o, log, workers, row); err != nil {
			return err
		}
	}
	return nil
}

func benchWorkers(ctx context.Context, o *options, log []byte, workers int, row func(string, time.Duration, int, string)) error {
	conn, disconnect, err := connect(o)
	if err != nil {
		return err
	}
	defer disconnect()
	b, err := open(ctx, conn, o.sizes)
	if err != nil {
		return err
	}
	memory := jetstream.New(b.memory, jetstream.WithTTL(b.js, outage))
	set, err := o.source(memory).load()
	if err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	start := time.Now()
	if _, err := b.ingest(ctx, slices.Values([]ruleset.Input{inputOf("generated", log)}), quiet); err != nil {
		return err
	}
	queued := time.Since(start)
	working, stop := context.WithCancel(ctx)
	defer stop()
	start = time.Now()
	w := &worker{broker: b, scanner: set.Scanner(), hand: b.hand(), log: quiet, counts: &counts{}}
	wg := w.start(working, workers)
	err = b.await(ctx, false)
	took := time.Since(start)
	stop()
	wg.Wait()
	if err != nil {
		return err
	}
	all, err := b.stored(ctx)
	s := memory.Stats()
	row(fmt.Sprintf("pipeline, %d workers", workers), took, len(all),
		fmt.Sprintf("   queued in %.2fs; memory: %d writes, %d reads, %d conflicts", queued.Seconds(), s.Writes, s.Reads, s.Conflicts))
	return err
}

func inputOf(name string, data []byte) ruleset.Input {
	return ruleset.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}
