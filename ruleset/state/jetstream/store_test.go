package jetstream_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset/state"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
	"github.com/trailsift/trailsift/ruleset/state/statetest"
)

// connect starts a server within this process, and connects to it.
func connect(t testing.TB) natsjs.JetStream {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := natsjs.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

var buckets atomic.Int64

// bucketOf makes a new bucket in memory.
func bucketOf(t testing.TB, js natsjs.JetStream) natsjs.KeyValue {
	t.Helper()
	name := fmt.Sprint("memory-", buckets.Add(1))
	bucket, err := js.CreateKeyValue(t.Context(), natsjs.KeyValueConfig{Bucket: name, Storage: natsjs.MemoryStorage, LimitMarkerTTL: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return bucket
}

func TestStore(t *testing.T) {
	js := connect(t)
	for name, opts := range map[string][]jetstream.Option{
		"defaults":      {jetstream.WithMembers(1500)},
		"without cache": {jetstream.WithMembers(1500), jetstream.WithCache(0)},
		"with TTL":      {jetstream.WithMembers(1500), jetstream.WithTTL(js, time.Hour), jetstream.WithCache(4000)},
	} {
		t.Run(name, func(t *testing.T) {
			statetest.Run(t, func(t *testing.T) state.Store { return jetstream.New(bucketOf(t, js), opts...) })
		})
	}
}

// A shared takes several Stores on one bucket in turn, as events meet several processes.
type shared struct {
	stores []*jetstream.Store
	next   atomic.Int64
}

func (s *shared) one() *jetstream.Store {
	return s.stores[int(s.next.Add(1))%len(s.stores)]
}

func (s *shared) Limits() state.Limits { return s.stores[0].Limits() }

func (s *shared) Add(ctx context.Context, key state.Key, m state.Member, k state.Keep, judge func(*state.Window, int)) error {
	return s.one().Add(ctx, key, m, k, judge)
}

func (s *shared) Sight(ctx context.Context, key state.Key, g state.Sight, judge func(*state.Sighting)) error {
	return s.one().Sight(ctx, key, g, judge)
}

func TestStore_Shared(t *testing.T) {
	js := connect(t)
	var all []*jetstream.Store
	statetest.Run(t, func(t *testing.T) state.Store {
		bucket := bucketOf(t, js)
		s := &shared{}
		for range 3 {
			s.stores = append(s.stores, jetstream.New(bucket, jetstream.WithMembers(1500)))
		}
		all = append(all, s.stores...)
		return s
	})
	var conflicts uint64
	for _, s := range all {
		conflicts += s.Stats().Conflicts
	}
	if conflicts == 0 {
		t.Error("no conflicts: the Stores were not put to the test")
	}
}

var (
	noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	key  = state.Key{Rule: "many-secrets", Group: state.FingerprintOf("mira")}
	hour = state.Keep{Keep: time.Hour, Values: 1}
)

func member(n int) state.Member {
	return state.Member{ID: state.EventIDOf(fmt.Sprint(n)), Time: noon.Add(time.Duration(n) * time.Millisecond), Values: []uint64{uint64(n)}}
}

func add(t testing.TB, s *jetstream.Store, m state.Member, k state.Keep) (members int) {
	t.Helper()
	if err := s.Add(t.Context(), key, m, k, func(w *state.Window, _ int) { members = w.Len() }); err != nil {
		t.Fatal(err)
	}
	return members
}

func TestStore_RoundTrips(t *testing.T) {
	bucket := bucketOf(t, connect(t))
	s := jetstream.New(bucket)
	for i := range 10 {
		add(t, s, member(i), hour)
	}
	want := jetstream.Stats{Reads: 1, Writes: 10}
	if diff := cmp.Diff(want, s.Stats()); diff != "" {
		t.Errorf("ten events (-want +got):\n%s", diff)
	}
	for i := range 10 {
		add(t, s, member(i), hour)
	}
	want = jetstream.Stats{Reads: 11, Writes: 10, Unchanged: 10}
	if diff := cmp.Diff(want, s.Stats()); diff != "" {
		t.Errorf("the same again (-want +got):\n%s", diff)
	}
	other := jetstream.New(bucket)
	add(t, other, member(10), hour)
	if n := add(t, s, member(0), hour); n != 11 {
		t.Errorf("an event that is delivered again is judged with %d members, want 11, that of another process included", n)
	}
}

func TestStore_ValueIsBounded(t *testing.T) {
	s := jetstream.New(bucketOf(t, connect(t)), jetstream.WithMembers(1_000_000), jetstream.WithMaxValue(128<<10))
	wide := state.Keep{Keep: time.Hour, Values: 64}
	limit := (128<<10 - 64<<10) / (36 + 64*8)
	for i := range limit + 10 {
		if n := add(t, s, member(i), wide); n > limit {
			t.Fatalf("%d members, want %d at most", n, limit)
		}
	}
	if s.Stats().Dropped == 0 {
		t.Error("no member was counted as dropped")
	}
}

func TestStore_TTL(t *testing.T) {
	js := connect(t)
	bucket := bucketOf(t, js)
	s := jetstream.New(bucket, jetstream.WithTTL(js, 0), jetstream.WithCache(0))
	second := state.Keep{Keep: time.Second, Values: 1}
	names := func() (n int) {
		keys, err := bucket.ListKeys(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range keys.Keys() {
			n++
		}
		return n
	}
	start := time.Now()
	add(t, s, member(0), second)
	time.Sleep(time.Second)
	add(t, s, member(1), second)
	sight := func() {
		if err := s.Sight(t.Context(), state.Key{Rule: "first-seen"}, state.Sight{Time: noon, History: 100 * 365 * 24 * time.Hour}, func(*state.Sighting) {}); err != nil {
			t.Fatal(err)
		}
	}
	sight()
	for names() == 2 {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the window is kept for ever")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if d := time.Since(start); d < 3*time.Second {
		t.Errorf("the window is gone after %v: less than its two seconds after the second event", d)
	}
	if n := names(); n != 1 {
		t.Errorf("%d keys are left, want that of the sighting, which has no end", n)
	}
	if n := add(t, s, member(2), second); n != 1 {
		t.Errorf("%d members in the window that began anew, want 1", n)
	}
}

func TestStore_Contended(t *testing.T) {
	bucket := bucketOf(t, connect(t))
	var wg sync.WaitGroup
	for worker := range 4 {
		s := jetstream.New(bucket)
		wg.Go(func() {
			for i := range 50 {
				add(t, s, member(worker*50+i), hour)
			}
		})
	}
	wg.Wait()
	if n := add(t, jetstream.New(bucket), member(0), hour); n != 200 {
		t.Errorf("%d members, want 200", n)
	}
}

func TestStore_ForeignValue(t *testing.T) {
	bucket := bucketOf(t, connect(t))
	s := jetstream.New(bucket, jetstream.WithCache(0))
	add(t, s, member(0), hour)
	keys, err := bucket.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Put(t.Context(), keys[0], []byte("something else")); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(t.Context(), key, member(1), hour, func(*state.Window, int) { t.Error("judged") }); err == nil {
		t.Error("no error")
	}
}

func BenchmarkStore_Add(b *testing.B) {
	js := connect(b)
	for _, members := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			s := jetstream.New(bucketOf(b, js), jetstream.WithMembers(members))
			n := 0
			for b.Loop() {
				add(b, s, member(n), hour)
				n++
			}
		})
	}
}
