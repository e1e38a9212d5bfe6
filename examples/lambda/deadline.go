package main

import (
	"context"
	"time"
)

// budget splits the time that an invocation has: reading ends a margin before the deadline, so that what was found is
// sent, and sending ends a quarter of the margin before it, so that the response goes out and only what was not
// finished is tried again. The margin is 2 seconds or a tenth of the time, whichever is more, but at most half of it.
func budget(ctx context.Context) (reading, sending context.Context, cancel func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, ctx, func() {}
	}
	left := time.Until(deadline)
	margin := min(max(2*time.Second, left/10), left/2)
	sending, stopSending := context.WithDeadline(ctx, deadline.Add(-margin/4))
	reading, stopReading := context.WithDeadline(sending, deadline.Add(-margin))
	return reading, sending, func() {
		stopReading()
		stopSending()
	}
}
