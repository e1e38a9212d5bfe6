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

// A hand is the messages that a process has and that no worker has begun with, the oldest first. They wait for the gate.
type hand struct {
	gate *gate

	mu       sync.Mutex
	messages []*held
	changed  chan struct{} // closed when the gate may have opened for one
}

func newHand(g *gate) *hand { return &hand{gate: g, changed: make(chan struct{})} }

func (h *hand) add(m *held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, _ := slices.BinarySearchFunc(h.messages, m, func(a, b *held) int { return cmp.Compare(a.sequence, b.sequence) })
	h.messages = slices.Insert(h.messages, at, m)
	h.wake()
}

// take takes the oldest message if the gate is open for it, and otherwise returns what to wait for.
func (h *hand) take(ctx context.Context) (*held, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hungry(ctx) {
		return nil, h.changed
	}
	m := h.messages[0]
	h.messages = slices.Delete(h.messages, 0, 1)
	h.wake()
	return m, nil
}

// wants returns what to wait for before one more message is fetched, nil when it is time: when there is none to begin
// with, since the older one that all wait for may be on its way to this very process.
func (h *hand) wants(ctx context.Context) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hungry(ctx) {
		return nil
	}
	return h.changed
}

func (h *hand) hungry(ctx context.Context) bool {
	return len(h.messages) == 0 || !h.gate.open(ctx, h.messages[0])
}

// settled tells those who wait that a message is done with.
func (h *hand) settled() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake()
}

func (h *hand) wake() {
	close(h.changed)
	h.changed = make(chan struct{})
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
