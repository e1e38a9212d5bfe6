package main

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// lateness is what the tests allow, in event time: their records are 18 seconds apart. It has to be less than an eighth
// of what any rule looks back at, see README.md.
const lateness = 30 * time.Minute

// testSizes make many messages of few records.
func testSizes() sizes {
	s := defaultSizes()
	s.batch, s.ahead, s.ackWait = 8<<10, 16, time.Second
	s.allow(lateness)
	return s
}

// rules are the catalogue, and rules of every kind with memory.
func rules(store state.Store) *source {
	return &source{catalogue: true, dirs: []string{"testdata/rules"}, lateness: lateness, store: store}
}

func load(t testing.TB, s *source) *ruleset.Set {
	t.Helper()
	set, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// uninterrupted is the rule of every finding, by id, of a single Set.Scan over a log.
func uninterrupted(t testing.TB, log []byte) map[string]string {
	t.Helper()
	found := map[string]string{}
	for result, err := range load(t, rules(nil)).Scan(t.Context(), bytes.NewReader(log)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			found[f.ID] = f.Rule
		}
	}
	with := map[string]bool{}
	for _, rule := range found {
		with[rule] = true
	}
	for _, r := range []string{"many-secrets", "burst-of-denials", "seldom-denied", "key-then-role", "new-region", "rare-call", "denied-once", "user-deleted"} {
		if !with[r] {
			t.Fatalf("the log gives rule %s nothing to find", r)
		}
	}
	return found
}

// quiet is where the log of a test goes.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// embedded starts a server for one test that no other process reaches.
func embedded(t testing.TB) *nats.Conn {
	t.Helper()
	conn, stop, err := embed("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return conn
}

// listening starts a server on a port of the loopback interface, 0 for any.
func listening(t testing.TB, dir string, port int, more ...func(*server.Options)) *server.Server {
	t.Helper()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	o := &server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true}
	for _, f := range more {
		f(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(s.Shutdown)
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

func dial(t testing.TB, url string) *nats.Conn {
	t.Helper()
	conn, err := join(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func opened(t testing.TB, conn *nats.Conn, s sizes) *broker {
	t.Helper()
	for start := time.Now(); ; time.Sleep(100 * time.Millisecond) { // servers of a cluster need a while to know each other
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		b, err := open(ctx, conn, s)
		cancel()
		switch {
		case err == nil:
			return b
		case time.Since(start) > 20*time.Second:
			t.Fatal(err)
		}
	}
}

// queue ingests a log.
func queue(t testing.TB, b *broker, log []byte) ingested {
	t.Helper()
	in, err := b.ingest(t.Context(), slices.Values([]ruleset.Input{inputOf("log.json", log)}), quiet())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// workerOf is the workers of one process, with a memory of its own of what it read last.
func workerOf(t testing.TB, b *broker) *worker {
	t.Helper()
	live := ruleset.NewLive(load(t, rules(jetstream.New(b.memory, jetstream.WithTTL(b.js, outage)))))
	return &worker{broker: b, scanner: live.Scanner(), hand: b.hand(), log: quiet(), counts: &counts{}}
}

// work starts workers for the time of a test.
func work(t testing.TB, w *worker, n int) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := w.start(ctx, n)
	stop = func() {
		cancel()
		done.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// await waits until all is judged.
func await(t testing.TB, b *broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := b.await(ctx, false); err != nil {
		state, stateErr := stateOf(context.WithoutCancel(ctx), b.js, recordsStream)
		t.Fatalf("%v; the stream: %+v, %v", err, state, stateErr)
	}
}

// same fails the test unless the stored findings are exactly those that are wanted.
func same(t testing.TB, b *broker, want map[string]string) {
	t.Helper()
	all, err := b.stored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range all {
		if got[r.ID] != "" {
			t.Errorf("finding %s of rule %s is stored twice", r.ID, r.Rule)
		}
		got[r.ID] = r.Rule
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%d findings, want %d (-want +got):\n%s", len(got), len(want), diff)
	}
}

// until waits until so many of the queued messages are judged.
func until(t testing.TB, b *broker, queued int, share float64) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		state, err := stateOf(t.Context(), b.js, recordsStream)
		switch {
		case err == nil && float64(state.Msgs) <= float64(queued)*(1-share):
			return
		case time.Since(start) > 60*time.Second:
			t.Fatalf("not %.0f %% of %d messages are judged: %+v, %v", 100*share, queued, state, err)
		}
	}
}

// A watched is what was ever stored of a finding.
type watched struct{ id, state string }

// once watches what is stored from now on. The function that it returns fails the test when anything was stored twice.
func once(t testing.TB, b *broker) (check func()) {
	t.Helper()
	consumer, err := b.js.OrderedConsumer(t.Context(), findingsStream, natsjs.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[watched]int{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if msg, err := consumer.Next(natsjs.FetchMaxWait(100 * time.Millisecond)); err == nil {
				seen[watched{msg.Subject(), msg.Headers().Get(natsjs.MsgIDHeader)}]++
			}
		}
	}()
	return func() {
		t.Helper()
		cancel()
		<-done
		for w, n := range seen {
			if n > 1 {
				t.Errorf("%v was stored %d times", w, n)
			}
		}
		if len(seen) == 0 {
			t.Error("nothing was stored")
		}
	}
}
