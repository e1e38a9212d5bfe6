package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset"
)

// A report is a finding as the stream of findings holds it.
type report struct {
	ruleset.Finding
	Shadow bool `json:"shadow,omitzero"` // of a rule in shadow mode, or that is still learning
}

// state orders the reports of one finding. Updates of an episode have ever more events; whoever is slow must not put an
// earlier one in the place of a later.
func (r *report) state() [3]int64 {
	var s [3]int64
	if !r.Shadow {
		s[0] = 1
	}
	if e := r.Episode; e != nil {
		s[1], s[2] = int64(e.Count), e.Last.UnixMilli()
	}
	return s
}

func (r *report) supersedes(other *report) bool {
	a, b := r.state(), other.state()
	for i := range a {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return false
}

// store stores a report unless the same, or a later one of the finding, is stored already.
func (b *broker) store(ctx context.Context, r *report) (stored bool, err error) {
	data, err := json.Marshal(r)
	if err != nil {
		return false, err
	}
	msg := nats.NewMsg(findingSubject + r.ID)
	msg.Data = data
	msg.Header.Set(natsjs.MsgIDHeader, fmt.Sprint(r.ID, r.state()))
	for last := uint64(0); ; {
		ack, err := b.js.PublishMsg(ctx, msg, natsjs.WithExpectLastSequencePerSubject(last))
		if err == nil {
			return !ack.Duplicate, nil
		}
		if !isConflict(err) {
			return false, err
		}
		have, err := b.findings.GetLastMsgForSubject(ctx, msg.Subject)
		if errors.Is(err, natsjs.ErrMsgNotFound) {
			last = 0
			continue
		}
		if err != nil {
			return false, err
		}
		var other report
		if err := json.Unmarshal(have.Data, &other); err == nil && !r.supersedes(&other) {
			return false, nil
		}
		last = have.Sequence
	}
}
