package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A handler serves the invocations of one container, at the same time if need be.
type handler struct {
	set         *ruleset.Set
	get         func(context.Context, event.Ref) (io.ReadCloser, error)
	out         destination
	minSeverity rule.Severity
	log         *slog.Logger

	sent   recent
	served atomic.Uint64
}

// An invocation is one payload on its way through the handler.
type invocation struct {
	*handler
	summary
	trigger trigger
	items   []item
	failed  []error // by item: why it is to be tried again, nil if it is not
	scanner *ruleset.Scanner
	sending context.Context
	pending []message
	noted   int
}

// Handle judges the payload of one invocation, whatever its trigger. What fails and may do better later is handed
// back to be tried again, item by item where the trigger allows it; what can never be read is logged, counted and
// done with. Findings are sent before Handle returns, also those of items that fail: delivered again, an item leads
// to the same findings with the same ids.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (*response, error) {
	started, cpu := time.Now(), cpuTime()
	reading, sending, cancel := budget(ctx)
	defer cancel()
	i := &invocation{handler: h, scanner: h.set.Scanner(), sending: sending}
	i.trigger, i.items = takeApart(payload)
	i.failed = make([]error, len(i.items))
	for at := range i.items {
		i.judge(reading, at)
	}
	i.flush()
	i.finish(ctx, started, cpu)
	return i.respond()
}

// judge takes one item through the rules. When too little time is left, that is what the scan starts with.
func (i *invocation) judge(ctx context.Context, at int) {
	for result, err := range i.scanner.ScanPayload(ctx, i.items[at].payload, i.fetch) {
		if err != nil {
			i.unread(at, err)
			continue
		}
		for _, f := range result.Faults {
			i.Faults++
			i.note(slog.LevelError, "a rule could not be evaluated", "rule", f.Rule, "part", f.Part, "event", f.EventID, "location", f.Location, "error", f.Err.Error())
		}
		i.Shadow += len(result.Shadow)
		for _, f := range result.Findings {
			i.found(at, f)
		}
	}
}

// fetch opens an object.
func (i *invocation) fetch(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
	i.Objects++
	body, err := i.get(ctx, ref)
	if err != nil {
		return nil, err
	}
	return transfer{body}, nil
}

// unread deals with what could not be read of an item.
func (i *invocation) unread(at int, err error) {
	var none *event.NoRecordsError
	switch {
	case errors.As(err, &none):
		level := slog.LevelInfo
		switch none.Kind {
		case event.PayloadUnknown, event.PayloadSQS, event.PayloadSNS: // not what comes along with logs
			level = slog.LevelWarn
		}
		i.note(level, "no records", "what", none.Kind, "location", none.Location)
	case mayPass(err):
		i.fail(at, err)
	default:
		var lost *event.FetchError
		if errors.As(err, &lost) {
			i.Lost++
		}
		i.note(slog.LevelError, "given up: it can never be read", "item", i.items[at].id, "error", err.Error())
	}
}

// fail has an item tried again. The first reason is the one that is returned.
func (i *invocation) fail(at int, err error) {
	if i.failed[at] == nil {
		i.failed[at] = err
		i.Retry++
	}
	i.note(slog.LevelWarn, "to be tried again", "item", i.items[at].id, "error", err.Error())
}
