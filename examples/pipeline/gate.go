package main

import (
	"context"
	"sync"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
)

// A gate keeps messages from being judged too far ahead of the oldest that is not: by event time, since rules with
// memory allow for so much lateness and no more. MaxAckPending alone does not do that: a message that waits to be
// delivered again takes one of its places, and the others go round.
//
// The oldest message always may pass, so that no gate is closed for ever.
type gate struct {
	js      natsjs.JetStream
	records natsjs.Stream
	ahead   uint64        // messages
	slack   time.Duration // event time

	mu    sync.Mutex
	first uint64    // the oldest message that was not judged when the stream was last asked
	from  time.Time // the earliest event of that message
	asked time.Time // when that was
}

// open reports whether a message may be judged now.
func (g *gate) open(ctx context.Context, m *held) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.passes(m) {
		return true
	}
	if time.Since(g.asked) < time.Millisecond {
		return false
	}
	g.ask(ctx)
	return g.passes(m)
}

func (g *gate) passes(m *held) bool {
	return m.sequence <= g.first || m.sequence < g.first+g.ahead && !m.to.After(g.from.Add(g.slack))
}

func (g *gate) ask(ctx context.Context) {
	g.asked = time.Now()
	state, err := stateOf(ctx, g.js, recordsStream)
	if err != nil || state.FirstSeq == g.first {
		return
	}
	if state.Msgs == 0 { // what anyone holds was judged by another
		g.first = state.LastSeq
		return
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	msg, err := g.records.GetMsg(ctx, state.FirstSeq)
	if err != nil {
		return // judged meanwhile
	}
	g.first = state.FirstSeq
	g.from, _ = span(msg.Header)
}
