package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
)

// counts are what the workers of a process have done.
type counts struct {
	messages, redelivered, retried, dead atomic.Uint64
	reports, stored                      atomic.Uint64
}

// A worker judges messages, one after the other. Those of a process share it.
type worker struct {
	*broker
	scanner *ruleset.Scanner
	hand    *hand
	log     *slog.Logger
	counts  *counts

	// Tests break in here: after the rules have remembered a message and before its findings are stored, and in place
	// of its acknowledgement.
	judged func(*held, []report) error
	ack    func(*held) error
}

// start starts n workers like w, and what fetches messages for them. They stop when ctx ends.
func (w *worker) start(ctx context.Context, n int) *sync.WaitGroup {
	var running, done sync.WaitGroup
	if n > 0 {
		running.Go(func() { w.fetch(ctx) })
	}
	for range n {
		running.Go(func() { w.run(ctx) })
	}
	done.Go(func() {
		running.Wait()
		w.hand.giveBack()
		if err := w.conn.FlushTimeout(time.Second); err != nil {
			w.log.Warn("what was given back comes back late", "err", err)
		}
	})
	return &done
}

// run works until ctx ends, and then finishes the message that it is at.
func (w *worker) run(ctx context.Context) {
	finish := context.WithoutCancel(ctx)
	for waits := 0; ctx.Err() == nil; {
		m, changed := w.hand.take(finish)
		if m == nil {
			// Others may open the gate as well, and do not tell.
			if pause(ctx, time.Millisecond<<min(waits, 6), changed) {
				waits = 0
			} else {
				waits++
			}
			continue
		}
		w.settle(m, w.judge(finish, m))
		w.hand.settled()
	}
}

// fetch takes messages in hand, one at a time.
func (w *worker) fetch(ctx context.Context) {
	for ctx.Err() == nil {
		if changed := w.hand.wants(ctx); changed != nil {
			pause(ctx, time.Second, changed)
			continue
		}
		got, err := w.judges.Fetch(1, natsjs.FetchMaxWait(500*time.Millisecond))
		if err == nil {
			for msg := range got.Messages() {
				if m, err := hold(msg, w.sizes.ackWait); err == nil {
					w.hand.add(m)
				}
			}
			err = got.Error()
		}
		if err != nil && !errors.Is(err, nats.ErrTimeout) {
			w.log.Warn("cannot fetch", "err", err)
			pause(ctx, 100*time.Millisecond, nil)
		}
	}
}

// pause waits until something has changed, and tells whether it has, but not for longer than d.
func pause(ctx context.Context, d time.Duration, changed <-chan struct{}) bool {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-changed:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return false
}

// settle acknowledges a message that is done with. Any other is delivered again, after a while that doubles.
func (w *worker) settle(m *held, err error) {
	defer m.release()
	w.counts.messages.Add(1)
	if err != nil {
		w.counts.retried.Add(1)
		w.log.Warn("to be judged again", "message", m.sequence, "delivery", m.delivered, "err", err)
		m.NakWithDelay(min(100*time.Millisecond<<min(m.delivered, 10), 10*time.Second))
		return
	}
	if w.ack != nil {
		err = w.ack(m)
	} else {
		err = m.Ack()
	}
	if err != nil {
		w.log.Warn("cannot acknowledge", "message", m.sequence, "err", err)
	}
}

// judge does all that a message is there for. When it returns nil, its findings are stored, and what could not be
// judged is set aside. It may be called again for the same message at any time.
func (w *worker) judge(ctx context.Context, m *held) error {
	if m.delivered > 1 {
		w.counts.redelivered.Add(1)
	}
	if m.delivered > uint64(w.sizes.deliveries) {
		return w.bury(ctx, m, fmt.Errorf("not judged in %d deliveries", w.sizes.deliveries))
	}
	var reports []report
	for result, err := range w.scanner.Scan(ctx, bytes.NewReader(m.Data())) {
		if err != nil {
			if err := w.bury(ctx, m, err); err != nil {
				return err
			}
		}
		for _, f := range result.Faults {
			if f.Part == "state" { // the store failed, not the rule
				return f
			}
			if err := w.lament(ctx, m, f); err != nil {
				return err
			}
		}
		for _, f := range result.Findings {
			reports = append(reports, w.report(m, f, false))
		}
		for _, f := range result.Shadow {
			reports = append(reports, w.report(m, f, true))
		}
	}
	if w.judged != nil {
		if err := w.judged(m, reports); err != nil {
			return err
		}
	}
	w.counts.reports.Add(uint64(len(reports)))
	for i := range reports {
		stored, err := w.store(ctx, &reports[i])
		if err != nil {
			return err
		}
		if stored {
			w.counts.stored.Add(1)
		}
	}
	return nil
}

func (w *worker) report(m *held, f ruleset.Finding, shadow bool) report {
	f.Location = place(m.Headers(), f.Location)
	return report{f, shadow}
}

// bury sets aside what the error says of a record of the message, or all of the message when it is not known which.
func (w *worker) bury(ctx context.Context, m *held, err error) error {
	letter := deadLetter{Stage: stageJudge, Reason: err.Error(), Location: place(m.Headers(), event.Location{}), Data: m.Data()}
	var record *event.RecordError
	if errors.As(err, &record) {
		letter.Location, letter.Data = place(m.Headers(), record.Location), nil
		letter.Reason = record.Err.Error()
	}
	w.counts.dead.Add(1)
	w.log.Error("set aside", "place", letter.Location.String(), "reason", letter.Reason)
	return w.setAside(ctx, letter)
}

// lament sets aside a rule's failure over an event.
func (w *worker) lament(ctx context.Context, m *held, f ruleset.Fault) error {
	w.counts.dead.Add(1)
	w.log.Error("cannot evaluate", "rule", f.Rule, "event", f.EventID, "err", f.Err)
	return w.setAside(ctx, deadLetter{
		Stage: stageJudge, Reason: f.Part + ": " + f.Err.Error(), Location: place(m.Headers(), f.Location), Rule: f.Rule, EventID: f.EventID,
	})
}
