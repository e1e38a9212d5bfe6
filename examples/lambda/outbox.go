package main

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/trailsift/trailsift/ruleset"
)

// SNS and EventBridge take ten entries at a time, which together may have 256 KiB. What the entries need besides the
// finding is left free.
const (
	batchEntries = 10
	batchBytes   = 250_000
)

// tries is how often a finding is sent within an invocation, when the others of its batch went through.
const tries = 3

// A destination takes findings.
type destination interface {
	// send sends a batch, and returns why a message was not taken, nil for each that was. The error is that of the
	// whole call, of which nothing was taken for certain; the SDK has tried it several times.
	send(ctx context.Context, batch []message) ([]error, error)
}

// A message is a finding on its way.
type message struct {
	item    int // that it was found in
	key     string
	finding *ruleset.Finding
	body    []byte // JSON
}

// keyOf is by what a finding is known to have been sent. An update of an episode is news.
func keyOf(f *ruleset.Finding) string {
	if f.Episode == nil || !f.Episode.Update {
		return f.ID
	}
	return f.ID + "/" + strconv.Itoa(f.Episode.Count)
}

// found takes a finding up, unless nobody wants it or it was sent before.
func (i *invocation) found(at int, f ruleset.Finding) {
	i.Findings++
	key := keyOf(&f)
	switch {
	case f.Severity < i.minSeverity:
		i.Below++
		return
	case i.sent.has(key):
		i.Repeated++
		return
	}
	body, err := encode(&f)
	if err != nil {
		i.Unsent++
		i.note(slog.LevelError, "a finding cannot be sent", "id", f.ID, "rule", f.Rule, "location", f.Location, "error", err.Error())
		return
	}
	i.pending = append(i.pending, message{at, key, &f, body})
	if len(i.pending) == batchEntries {
		i.flush()
	}
}

// flush sends what is pending. The items of findings that could not be sent fail.
func (i *invocation) flush() {
	for len(i.pending) > 0 {
		n := firstBatch(i.pending)
		i.deliver(i.pending[:n])
		i.pending = i.pending[n:]
	}
}

// firstBatch is how many of the messages go together.
func firstBatch(messages []message) int {
	size := 0
	for n, m := range messages {
		if size += len(m.body); n == batchEntries || n > 0 && size > batchBytes {
			return n
		}
	}
	return len(messages)
}

func (i *invocation) deliver(batch []message) {
	for try := 1; len(batch) > 0; try++ {
		errs, err := i.out.send(i.sending, batch)
		var left []message
		for n, m := range batch {
			why := err
			if err == nil {
				why = errs[n]
			}
			switch {
			case why == nil:
				i.sent.add(m.key)
				i.Sent++
			case err != nil || try == tries || i.sending.Err() != nil:
				i.Unsent++
				i.fail(m.item, &unsentError{m.finding.ID, why})
			default:
				left = append(left, m)
			}
		}
		if batch = left; len(batch) > 0 {
			pause(i.sending, time.Duration(try)*100*time.Millisecond)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

type unsentError struct {
	id  string
	err error
}

func (e *unsentError) Error() string { return "finding " + e.id + " was not sent: " + e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }
