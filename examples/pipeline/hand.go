package main

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	natsjs "github.com/nats-io/nats.go/jetstream"
)

// A held is a message that a worker has, and lets the servers know that it has.
type held struct {
	natsjs.Msg
	sequence  uint64
	delivered uint64
	to        time.Time // the latest event
	release   func()    // lets go
}

// hold takes a message. Until it is released nobody else gets it.
func hold(msg natsjs.Msg, ackWait time.Duration) (*held, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				msg.InProgress() // an error means that another gets it, which is harmless
			case <-ctx.Done():
				return
			}
		}
	}()
	_, to := span(msg.Headers())
	return &held{msg, meta.Sequence.Stream, meta.NumDelivered, to, cancel}, nil
}

// A hand is the messages that the workers of a process have and have not begun with, the oldest first. They wait for
// the gate.
type hand struct {
	gate *gate

	mu       sync.Mutex
	messages []*held
}

func (h *hand) add(m *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, _ := slices.BinarySearchFunc(h.messages, m, func(a, b *held) int { return cmp.Compare(a.sequence, b.sequence) })
	h.messages = slices.Insert(h.messages, at, m)
}

// take takes the oldest message, if the gate is open for it. Otherwise waiting tells whether there is one.
func (h *hand) take(ctx context.Context) (m *held, waiting bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.messages) == 0 {
		return nil, false
	}
	m = h.messages[0]
	if !h.gate.open(ctx, m) {
		return nil, true
	}
	h.messages = slices.Delete(h.messages, 0, 1)
	return m, false
}

// giveBack lets others have what is left.
func (h *hand) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.messages {
		m.release()
		m.Nak()
	}
	h.messages = nil
}
