package main

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
)

// publish stores a message, and tries again until ctx ends when the servers cannot be reached or have no room. The
// message needs an id, so that one that was stored though nobody heard of it is not stored again.
func (b *broker) publish(ctx context.Context, msg *nats.Msg) (duplicate bool, err error) {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		ack, err := b.js.PublishMsg(ctx, msg)
		if err == nil {
			return ack.Duplicate, nil
		}
		if errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, nats.ErrConnectionClosed) {
			return false, err
		}
		select {
		case <-ctx.Done():
			return false, errors.Join(err, ctx.Err())
		case <-time.After(wait):
		}
	}
}

// isConflict reports whether a message was not stored because another was stored before it.
func isConflict(err error) bool {
	var api *natsjs.APIError
	return errors.As(err, &api) && (api.ErrorCode == natsjs.JSErrCodeStreamWrongLastSequence || api.ErrorCode == natsjs.JSErrCodeStreamWrongLastSequenceConstant)
}
