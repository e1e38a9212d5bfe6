package main

import "fmt"

// A response is what the handler returns: to SQS and Kinesis the items that are to be delivered again, to any other
// caller the counts.
type response struct {
	BatchItemFailures []batchItemFailure `json:"batchItemFailures,omitzero"`
	Summary           *summary           `json:"summary,omitempty"`
}

type batchItemFailure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// respond says which items failed. Where they cannot be told apart it is an error, on which Lambda tries the whole
// payload again.
func (i *invocation) respond() (*response, error) {
	if !i.trigger.batch() {
		if i.Retry > 0 {
			return nil, i.failed[0]
		}
		return &response{Summary: &i.summary}, nil
	}
	r := &response{BatchItemFailures: []batchItemFailure{}}
	for at, err := range i.failed {
		switch {
		case err == nil:
		case i.items[at].id == "":
			return nil, fmt.Errorf("item %d of the batch has no identifier: %w", at, err)
		default:
			r.BatchItemFailures = append(r.BatchItemFailures, batchItemFailure{i.items[at].id})
		}
	}
	return r, nil
}
