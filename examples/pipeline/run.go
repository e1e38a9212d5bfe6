package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/trailsift/trailsift/examples/internal/plain"
	"github.com/trailsift/trailsift/examples/internal/trail"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// What the program exits with.
const (
	exitComplete   = 0
	exitIncomplete = 1 // also for wrong flags and rules
)

// outage is for how long events may stand still before the servers forget what rules remember.
const outage = 7 * 24 * time.Hour

// run is the program, but for the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitComplete
	case err != nil:
		return exitIncomplete // package flag has said why
	}
	if o.bench > 0 {
		err = bench(ctx, o, stdout)
	} else {
		err = pipeline(ctx, o, stdin, stdout, slog.New(slog.NewTextHandler(stderr, nil)))
	}
	if err != nil {
		fmt.Fprintln(stderr, plain.Lines(err.Error()))
		return exitIncomplete
	}
	return exitComplete
}

// connect returns a connection to the servers that the options ask for.
func connect(o *options) (*nats.Conn, func(), error) {
	if o.url == "" {
		o.sizes.inMemory = o.dir == ""
		return embed(o.dir)
	}
	conn, err := join(o.url)
	if err != nil {
		return nil, nil, err
	}
	return conn, conn.Close, nil
}

func (o *options) source(store *jetstream.Store) *source {
	return &source{catalogue: !o.onlyRules, dirs: o.ruleDirs, tunings: o.tunings, lateness: o.lateness, store: store}
}

func pipeline(ctx context.Context, o *options, stdin io.Reader, stdout io.Writer, log *slog.Logger) error {
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
	source := o.source(memory)
	set, err := source.load()
	if err != nil {
		return err
	}
	tell(set, log)
	live := ruleset.NewLive(set)
	done := &counts{}
	if o.metrics != "" {
		m := &metrics{b, live, memory, done}
		at, stop, err := m.serve(o.metrics)
		if err != nil {
			return err
		}
		defer stop()
		log.Info("serving metrics", "at", at)
	}

	working, stop := context.WithCancel(ctx)
	defer stop()
	var others sync.WaitGroup
	others.Go(func() { source.follow(working, live, 2*time.Second, log) })
	if o.follow {
		others.Go(func() {
			if err := b.watch(working, stdout, o.format); err != nil {
				log.Error("cannot print findings", "err", err)
			}
		})
	}
	w := &worker{broker: b, scanner: live.Scanner(), hand: b.hand(), log: log, counts: done}
	workers := w.start(working, o.workers)

	err = b.feed(working, o, stdin, log)
	if err == nil && o.workers > 0 {
		err = b.await(working, o.follow)
	}
	stop()
	workers.Wait() // they finish what they have in hand
	others.Wait()
	if err != nil || o.follow {
		return err
	}
	all, err := b.stored(ctx)
	for i := range all {
		if err == nil {
			err = write(stdout, o.format, &all[i])
		}
	}
	return err
}

// feed queues what the options name.
func (b *broker) feed(ctx context.Context, o *options, stdin io.Reader, log *slog.Logger) error {
	if !o.ingest {
		return nil
	}
	var inputs iter.Seq[ruleset.Input]
	if len(o.paths) > 0 {
		inputs = trail.ByTime(trail.Inputs(o.paths, stdin))
	} else {
		log.Info("no path given: reading the synthetic trail that comes with this program")
		inputs = trail.Bundled()
	}
	in, err := b.ingest(ctx, inputs, log)
	log.Info("queued", "inputs", in.inputs, "records", in.records, "messages", in.messages, "queued before", in.doubles,
		"unreadable", in.unreadable, "without records", in.other)
	if err == nil && in.failed > 0 {
		return fmt.Errorf("%d inputs could not be read", in.failed)
	}
	return err
}

// await returns when everything is judged, or ctx ends.
func (b *broker) await(ctx context.Context, forever bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if forever {
				return nil
			}
			return errors.New("interrupted: what is queued stays queued, if the servers keep it")
		case <-tick.C:
		}
		if drained, err := b.drained(ctx); err == nil && drained && !forever {
			return nil
		}
	}
}
