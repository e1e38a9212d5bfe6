package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// A bus is one of EventBridge. A finding is the detail of an event of this source and type, by which rules choose it.
type bus struct {
	client *eventbridge.Client
	name   string
}

const (
	eventSource     = "trailsift"
	eventDetailType = "Trailsift Finding"
)

func (b *bus) send(ctx context.Context, batch []message) ([]error, error) {
	in := &eventbridge.PutEventsInput{}
	for _, m := range batch {
		in.Entries = append(in.Entries, types.PutEventsRequestEntry{
			EventBusName: &b.name,
			Source:       aws.String(eventSource),
			DetailType:   aws.String(eventDetailType),
			Detail:       aws.String(string(m.body)),
		})
	}
	out, err := b.client.PutEvents(ctx, in)
	if err != nil {
		return nil, err
	}
	if len(out.Entries) != len(batch) {
		return nil, fmt.Errorf("EventBridge answers for %d of %d events", len(out.Entries), len(batch))
	}
	errs := make([]error, len(batch)) // in the order of the entries
	for n, e := range out.Entries {
		if e.ErrorCode != nil {
			errs[n] = fmt.Errorf("%s: %s", *e.ErrorCode, aws.ToString(e.ErrorMessage))
		}
	}
	return errs, nil
}
