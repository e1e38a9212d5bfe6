package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/examples/internal/plain"
)

// stored returns the latest report of every finding, in the order of time. It waits for a while for servers that are
// busy with the loss of another.
func (b *broker) stored(ctx context.Context) ([]report, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var all []report
	for sequence := uint64(1); ; {
		msg, err := b.storedAt(ctx, sequence)
		if errors.Is(err, natsjs.ErrMsgNotFound) {
			break
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			pause(ctx, 100*time.Millisecond, nil)
			continue
		}
		var r report
		if err := json.Unmarshal(msg.Data, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", msg.Subject, err)
		}
		all = append(all, r)
		sequence = msg.Sequence + 1
	}
	slices.SortFunc(all, func(a, b report) int { return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID)) })
	return all, nil
}

// storedAt returns the next report from a place in the stream.
func (b *broker) storedAt(ctx context.Context, sequence uint64) (*natsjs.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return b.findings.GetMsg(ctx, sequence, natsjs.WithGetMsgSubject(findingSubject+"*"))
}

// watch prints reports as they are stored, until ctx ends.
func (b *broker) watch(ctx context.Context, w io.Writer, format string) error {
	consumer, err := b.js.OrderedConsumer(ctx, findingsStream, natsjs.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	for {
		msg, err := consumer.Next(natsjs.FetchContext(ctx))
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			pause(ctx, 100*time.Millisecond, nil)
			continue
		}
		var r report
		if err := json.Unmarshal(msg.Data(), &r); err != nil {
			return fmt.Errorf("%s: %w", msg.Subject(), err)
		}
		if err := write(w, format, &r); err != nil {
			return err
		}
	}
}

func write(w io.Writer, format string, r *report) error {
	if format == formatJSON {
		return plain.WriteJSON(w, r)
	}
	at := "no time             "
	if !r.Time.IsZero() {
		at = r.Time.UTC().Format("2006-01-02 15:04:05Z")
	}
	note := ""
	if r.Shadow {
		note = " (nobody is to be paged)"
	}
	_, err := fmt.Fprintf(w, "%s  %-13s %s%s\n    %s\n    rule %s, %s\n", at, strings.ToUpper(r.Severity.String()), plain.Text(r.Title), note,
		plain.Text(r.Message), plain.Text(r.Rule), plain.Text(r.Location.String()))
	return err
}
