package ruleset

import (
	"context"
	"io"
	"iter"
	"sync/atomic"

	"github.com/trailsift/trailsift/event"
)

// Live is a Set that can be replaced while it is in use: hot reload of rules and tunings.
// Each event is judged wholly by one set, the one that was current when the event was
// taken up, so that no finding is lost or doubled by a swap. It is safe for concurrent use.
//
// What rules with memory remember stays when both sets have the same store: see WithStore.
type Live struct{ set atomic.Pointer[Set] }

// NewLive returns a Live that starts with set.
func NewLive(set *Set) *Live {
	l := &Live{}
	l.set.Store(set)
	return l
}

// Set returns the current set.
func (l *Live) Set() *Set { return l.set.Load() }

// Swap makes set current and returns the one before it, whose statistics it no longer adds to.
func (l *Live) Swap(set *Set) *Set { return l.set.Swap(set) }

// Eval judges one event by the current set.
func (l *Live) Eval(ctx context.Context, ev *event.Event) (Result, error) {
	return l.Set().Eval(ctx, ev)
}

// Scan is Set.Scan, with the set that is current at each record.
func (l *Live) Scan(ctx context.Context, r io.Reader, opts ...event.ReadOption) iter.Seq2[Result, error] {
	return l.Scanner().Scan(ctx, r, opts...)
}

// Scanner returns a Scanner that judges each record by the set that is current then.
func (l *Live) Scanner() *Scanner { return &Scanner{current: l.Set} }
