package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
)

// The names of what the pipeline keeps on the servers.
const (
	recordsStream  = "TRAIL"
	recordsSubject = "trail.records"
	consumerName   = "judges"

	findingsStream = "FINDINGS"
	findingSubject = "findings." // and the finding's id

	deadStream  = "DEAD"
	deadSubject = "dead." // and the stage

	memoryBucket = "memory"
)

// A broker is what the pipeline keeps on the servers.
type broker struct {
	conn     *nats.Conn
	js       natsjs.JetStream
	records  natsjs.Stream   // log records that are still to be judged
	judges   natsjs.Consumer // of records, by all workers together
	findings natsjs.Stream   // the latest state of each
	dead     natsjs.Stream   // what could not be read or judged, and why
	memory   natsjs.KeyValue // what rules remember
	sizes    sizes
}

// open makes what is not there yet.
func open(ctx context.Context, conn *nats.Conn, s sizes) (*broker, error) {
	js, err := natsjs.New(conn)
	if err != nil {
		return nil, err
	}
	b := &broker{conn: conn, js: js, sizes: s}
	storage := natsjs.FileStorage
	if s.inMemory {
		storage = natsjs.MemoryStorage
	}
	b.records, err = js.CreateOrUpdateStream(ctx, natsjs.StreamConfig{
		Name: recordsStream, Subjects: []string{recordsSubject}, Retention: natsjs.WorkQueuePolicy,
		Storage: storage, Replicas: s.replicas,
		Duplicates: 24 * time.Hour, // within which ingesting again adds nothing
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", recordsStream, err)
	}
	b.judges, err = b.records.CreateOrUpdateConsumer(ctx, natsjs.ConsumerConfig{
		Durable: consumerName, AckPolicy: natsjs.AckExplicitPolicy, AckWait: s.ackWait, MaxAckPending: s.ahead,
		// The servers would leave a message that failed too often in the stream, where nobody sees it: workers count themselves.
		MaxDeliver: -1,
	})
	if err != nil {
		return nil, fmt.Errorf("consumer %s: %w", consumerName, err)
	}
	b.findings, err = js.CreateOrUpdateStream(ctx, natsjs.StreamConfig{
		Name: findingsStream, Subjects: []string{findingSubject + "*"}, MaxMsgsPerSubject: 1, Storage: storage, Replicas: s.replicas,
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", findingsStream, err)
	}
	b.dead, err = js.CreateOrUpdateStream(ctx, natsjs.StreamConfig{
		Name: deadStream, Subjects: []string{deadSubject + ">"}, MaxMsgsPerSubject: 1, Storage: storage, Replicas: s.replicas,
	})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", deadStream, err)
	}
	b.memory, err = js.CreateOrUpdateKeyValue(ctx, natsjs.KeyValueConfig{
		Bucket: memoryBucket, Storage: storage, Replicas: s.replicas, LimitMarkerTTL: time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", memoryBucket, err)
	}
	return b, nil
}

// requestTimeout is how long one request waits for its reply. The reply of a server that is lost never comes, and the
// client allows 5 seconds only where its context has no end.
const requestTimeout = 2 * time.Second

// hand is what workers of one process share.
func (b *broker) hand() *hand {
	return newHand(&gate{js: b.js, records: b.records, ahead: uint64(b.sizes.ahead), slack: b.sizes.slack})
}

// drained reports whether every message has been judged.
func (b *broker) drained(ctx context.Context) (bool, error) {
	state, err := stateOf(ctx, b.js, recordsStream)
	return err == nil && state.Msgs == 0, err
}

// stateOf asks what a stream holds. Stream.Info would, too, but only on one goroutine at a time.
func stateOf(ctx context.Context, js natsjs.JetStream, name string) (natsjs.StreamState, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return natsjs.StreamState{}, err
	}
	return stream.CachedInfo().State, nil
}
