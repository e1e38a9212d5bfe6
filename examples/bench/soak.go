package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// runSoak soaks twice: with the default limits, and with a memory that holds a tenth of the actors.
func runSoak(ctx context.Context, o *options, out io.Writer) error {
	s := soak{events: o.soak, actors: o.actors}
	if err := s.run(ctx, "default limits", state.Limits{}, out); err != nil {
		return err
	}
	return s.run(ctx, "tight limits", state.Limits{Keys: max(s.actors/10, 1)}, out)
}

// A soak runs rules with memory over many events of many actors, of which it knows what there is to find.
type soak struct {
	events, actors int
}

// One actor in so many has a burst of calls, which is to be one finding.
const (
	burstEvery = 1000
	burstSize  = 8
)

// soakRules are a first sighting and a count, by actor.
func soakRules() []*rule.Rule {
	match := rule.Match{Source: []string{"secretsmanager.amazonaws.com"}, Event: []string{"GetSecretValue"}}
	return []*rule.Rule{
		{ID: "first", Title: "First", Severity: rule.Low, Match: match, NewTerms: &rule.NewTerms{Fields: []string{"actor.id"}, History: "90d"}},
		{ID: "burst", Title: "Burst", Severity: rule.Low, Match: match,
			Aggregate: &rule.Aggregate{Window: "10m", Let: map[string]string{"n": "count()"}, Having: fmt.Sprintf("n >= %d", burstSize)}},
	}
}

// run scans the events with a memory of those limits, prints what that took, and fails when more is lost or found
// twice than the memory says it forgot.
func (s soak) run(ctx context.Context, name string, limits state.Limits, out io.Writer) error {
	store := state.NewMemory(limits)
	set, err := ruleset.Compile(soakRules(), ruleset.WithStore(store), ruleset.ObservedSince(time.Unix(0, 0)))
	if err != nil {
		return err
	}
	found := map[string]int{}
	start, peak := cpuTime(), uint64(0)
	results := 0
	for result, err := range set.Scan(ctx, s.reader(), event.MaxInflatedBytes(1<<62)) {
		if err != nil {
			return err
		}
		for _, f := range result.Faults {
			return f
		}
		for _, f := range result.Findings {
			if !f.Episode.Update {
				found[f.Rule]++
			}
		}
		if results++; results%(1<<12) == 1 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	took := cpuTime() - start
	stats := store.Stats()
	bursts := (s.actors + burstEvery - 1) / burstEvery
	fmt.Fprintf(out, "%s: %d events of %d actors in %.0f s of CPU (%.2f µs an event)\n", name, s.events, s.actors, took.Seconds(), took.Seconds()*1e6/float64(s.events))
	fmt.Fprintf(out, "  memory: %d keys, %d MiB by its own account of at most %d MiB; heap at most %d MiB\n", stats.Keys, stats.Bytes>>20, store.Limits().Bytes>>20, peak>>20)
	fmt.Fprintf(out, "  expired %d, evicted %d keys, dropped %d members\n", stats.Expired, stats.Evicted, stats.Dropped)
	fmt.Fprintf(out, "  first sightings: %d of %d actors; bursts: %d of %d\n", found["first"], s.actors, found["burst"], bursts)
	again, lost := found["first"]-s.actors, bursts-found["burst"]
	if forgot := int(stats.Evicted + stats.Dropped); again < 0 || lost < 0 || again+lost > forgot {
		return fmt.Errorf("%d actors are new twice and %d bursts are lost, and the memory says that it forgot %d things", again, lost, forgot)
	}
	if stats.Bytes > store.Limits().Bytes {
		return fmt.Errorf("the memory holds %d bytes, more than its limit of %d", stats.Bytes, store.Limits().Bytes)
	}
	return nil
}

// reader writes the events as a log: every actor once in turn, then actors at random, with the bursts between them; ten
// events a second, with a disorder of some minutes.
func (s soak) reader() io.Reader {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.write(w)) }()
	return r
}

func (s soak) write(w io.Writer) error {
	rng := rand.New(rand.NewPCG(seed, 4))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	buf := make([]byte, 0, 1<<20)
	put := func(n, actor int, at time.Time) error {
		buf = fmt.Appendf(buf, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTH%010d","arn":"arn:aws:iam::210987654321:user/u%d","accountId":"210987654321","userName":"u%d"},`+
			`"eventTime":"%s","eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7",`+
			`"requestParameters":{"secretId":"prod/db"},"eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","recipientAccountId":"210987654321"}`+"\n",
			actor, actor, actor, at.Format("2006-01-02T15:04:05Z"), n)
		if len(buf) < 1<<19 {
			return nil
		}
		_, err := w.Write(buf)
		buf = buf[:0]
		return err
	}
	burst, member := 0, burstSize // the next actor with a burst, and how much of it has been
	for n := range s.events {
		at := start.Add(time.Duration(n) * 100 * time.Millisecond)
		actor := n
		switch {
		case n < s.actors:
			at = at.Add(-time.Duration(rng.IntN(300)) * time.Second)
		case member < burstSize:
			actor = (burst - 1) * burstEvery
			member++
		case burst*burstEvery < s.actors && n%200 == 0 && s.events-n > burstSize:
			actor = burst * burstEvery
			burst, member = burst+1, 1
		default:
			actor = rng.IntN(s.actors)
			if actor%burstEvery == 0 {
				actor = (actor + 1) % s.actors // those with bursts are quiet otherwise
			}
			at = at.Add(-time.Duration(rng.IntN(300)) * time.Second)
		}
		if err := put(n, actor, at); err != nil {
			return err
		}
	}
	_, err := w.Write(buf)
	return err
}
