package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// A summary counts what an invocation has done. It is logged as it is returned.
type summary struct {
	Objects    int    `json:"objects"`    // fetched, or tried to
	Records    uint64 `json:"records"`    // read
	Decoded    uint64 `json:"decoded"`    // of these, records that some rule could match
	Findings   int    `json:"findings"`   // those of shadow mode aside
	Sent       int    `json:"sent"`       // of these
	Below      int    `json:"below"`      // of these, not sent: less severe than MIN_SEVERITY
	Repeated   int    `json:"repeated"`   // of these, not sent: this container has sent them before
	Unsent     int    `json:"unsent"`     // of these, not sent: the destination did not take them
	Shadow     int    `json:"shadow"`     // findings in shadow mode, and of rules that are still learning
	Faults     int    `json:"faults"`     // rules that could not be evaluated over an event
	Unreadable uint64 `json:"unreadable"` // records that can never be read
	Lost       int    `json:"lost"`       // objects that can never be read, or not to their end
	Other      uint64 `json:"other"`      // parts without records: digest files, messages about something else
	Items      int    `json:"items"`      // messages of a batch; 1 without a batch
	Retry      int    `json:"retry"`      // of these, to be tried again
}

// maxNotes is how many lines an invocation logs about what goes wrong; the summary counts everything.
const maxNotes = 100

func (i *invocation) note(level slog.Level, msg string, attrs ...any) {
	i.noted++
	switch {
	case i.noted <= maxNotes:
		i.log.Log(context.Background(), level, msg, attrs...)
	case i.noted == maxNotes+1:
		i.log.Error("there is more, which is only counted")
	}
}

// finish logs one line about the invocation.
func (i *invocation) finish(ctx context.Context, started time.Time, cpu time.Duration) {
	stats := i.scanner.Stats()
	i.Records, i.Decoded, i.Unreadable, i.Other = stats.Records, stats.Decoded, stats.Unreadable, stats.Other
	i.Items = len(i.items)
	id := ""
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	i.log.Info("invocation", "request_id", id, "trigger", i.trigger, "cold", i.served.Add(1) == 1, "summary", i.summary,
		"duration_ms", milliseconds(time.Since(started)), "cpu_ms", milliseconds(cpuTime()-cpu))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
