package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/event"
)

// The stages at which something may go wrong.
const (
	stageIngest = "ingest"
	stageJudge  = "judge"
)

// A deadLetter says what could not be read or judged, and why.
type deadLetter struct {
	Stage    string         `json:"stage"`
	Reason   string         `json:"reason"`
	Location event.Location `json:"location"`
	Rule     string         `json:"rule,omitempty"`     // that could not be evaluated
	EventID  string         `json:"event_id,omitempty"` // over this event
	Data     []byte         `json:"data,omitempty"`     // the message that nobody could deal with
}

// setAside stores a dead letter, once however often it is met.
func (b *broker) setAside(ctx context.Context, d deadLetter) error {
	if limit := int(b.conn.MaxPayload())/2 - 16<<10; len(d.Data) > limit {
		d.Data = d.Data[:limit] // base64 makes a third more of it
	}
	data, err := json.Marshal(d)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%v\x00%s", d.Stage, d.Rule, d.Location, d.Reason))
	id := hex.EncodeToString(sum[:16])
	msg := nats.NewMsg(deadSubject + d.Stage + "." + id)
	msg.Data = data
	msg.Header.Set(natsjs.MsgIDHeader, id)
	_, err = b.publish(ctx, msg)
	return err
}
