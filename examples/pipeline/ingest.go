package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
)

// ingested counts what was queued.
type ingested struct {
	inputs, records, messages int
	doubles                   int // messages that were queued before
	unreadable                int // records, which are dead letters now
	other                     int // payloads without records
	failed                    int // inputs that could not be opened, or not be read to their end
}

// ingest queues the records of inputs. Its error is one after which it cannot go on.
func (b *broker) ingest(ctx context.Context, inputs iter.Seq[ruleset.Input], log *slog.Logger) (ingested, error) {
	in := &ingesting{broker: b, log: log}
	for input := range inputs {
		in.count.inputs++
		if err := in.one(ctx, input); err != nil {
			return in.count, fmt.Errorf("%s: %w", input.Name, err)
		}
	}
	return in.count, nil
}

type ingesting struct {
	*broker
	count ingested
	log   *slog.Logger
}

func (in *ingesting) one(ctx context.Context, input ruleset.Input) error {
	f, err := input.Open()
	if err != nil {
		in.count.failed++
		in.log.Error("cannot open", "input", input.Name, "err", err)
		return nil
	}
	defer f.Close()
	limit := int(in.conn.MaxPayload()) - 16<<10 // less the headers
	var next batch
	for raw, err := range event.RawRecords(f, event.File(input.Name)) {
		if err == nil && len(raw.Bytes) > limit {
			err = &event.RecordError{Location: raw.Location, Err: fmt.Errorf("%d bytes are more than a message takes", len(raw.Bytes))}
		}
		if err != nil {
			if err := in.problem(ctx, input.Name, err); err != nil {
				return err
			}
			continue
		}
		at := timeOf(raw)
		if !next.fits(raw, at, min(in.sizes.batch, limit), in.sizes.span()) {
			if err := in.flush(ctx, &next); err != nil {
				return err
			}
		}
		next.add(raw, at)
	}
	return in.flush(ctx, &next)
}

func (in *ingesting) flush(ctx context.Context, next *batch) error {
	if len(next.offsets) == 0 {
		return nil
	}
	duplicate, err := in.publish(ctx, next.message())
	if err != nil {
		return err
	}
	in.count.records += len(next.offsets)
	in.count.messages++
	if duplicate {
		in.count.doubles++
	}
	*next = batch{}
	return nil
}

func (in *ingesting) problem(ctx context.Context, name string, err error) error {
	var none *event.NoRecordsError
	var record *event.RecordError
	var stream *event.StreamError
	letter := deadLetter{Stage: stageIngest, Reason: err.Error(), Location: event.Location{File: name}}
	switch {
	case errors.As(err, &none): // digest files and the like lie beside log files
		in.count.other++
		return nil
	case errors.As(err, &record):
		in.count.unreadable++
		letter.Location = record.Location
	default:
		in.count.failed++
		if errors.As(err, &stream) {
			letter.Location = stream.Location
		}
	}
	in.log.Warn("cannot read", "err", err)
	return in.setAside(ctx, letter)
}
