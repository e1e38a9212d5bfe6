package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// A worker that is slow says that it is still at it, and nobody else gets its messages.
func TestSlowWorker(t *testing.T) {
	log := generated(500, 15, 1)
	want := uninterrupted(t, log)
	sizes := testSizes()
	sizes.ackWait = time.Second
	b := opened(t, embedded(t), sizes)
	queued := queue(t, b, log).messages
	w := workerOf(t, b)
	judged, slow := 0, 0
	w.judged = func(*held, []report) error {
		if judged++; judged%16 == 0 {
			slow++
			time.Sleep(2500 * time.Millisecond)
		}
		return nil
	}
	stop := work(t, w, 1)
	await(t, b)
	stop()
	same(t, b, want)
	// On a busy machine a word may come too late, but not each time.
	if n := w.counts.redelivered.Load(); n >= uint64(slow) {
		t.Errorf("slow %d times, and %d messages were delivered again", slow, n)
	}
	t.Logf("%d messages, %d findings, %d times slow, %d messages judged again", queued, len(want), slow, w.counts.redelivered.Load())
}

// A worker that stands still for longer than the servers wait comes too late: another has done its work.
func TestFrozenWorker(t *testing.T) {
	log := generated(800, 16, 1)
	want := uninterrupted(t, log)
	sizes := testSizes()
	sizes.ackWait = 300 * time.Millisecond
	b := opened(t, embedded(t), sizes)
	check := once(t, b)
	queued := queue(t, b, log).messages
	w := workerOf(t, b)
	var mu sync.Mutex
	n, frozen := 0, 0
	w.judged = func(m *held, _ []report) error {
		mu.Lock()
		n++
		freeze := n%12 == 0
		if freeze {
			frozen++
		}
		mu.Unlock()
		if freeze {
			m.release()
			time.Sleep(3 * sizes.ackWait)
		}
		return nil
	}
	stop := work(t, w, 4)
	await(t, b)
	stop()
	same(t, b, want)
	check()
	if w.counts.redelivered.Load() == 0 {
		t.Error("no message was delivered again")
	}
	t.Logf("%d messages, %d findings, %d times frozen, %d messages judged again", queued, len(want), frozen, w.counts.redelivered.Load())
}

// A message whose acknowledgement is lost is delivered again, and so is what is ingested again.
func TestDuplicates(t *testing.T) {
	log := generated(1000, 17, 1)
	want := uninterrupted(t, log)
	sizes := testSizes()
	sizes.ackWait = 200 * time.Millisecond
	b := opened(t, embedded(t), sizes)
	check := once(t, b)
	queued := queue(t, b, log)
	again := queue(t, b, log)
	if again.doubles != queued.messages {
		t.Errorf("%d of %d messages were recognised when they were queued again", again.doubles, queued.messages)
	}
	w := workerOf(t, b)
	var lost sync.Map
	w.ack = func(m *held) error {
		if m.sequence%4 == 0 && m.delivered == 1 {
			lost.Store(m.sequence, true)
			return nil
		}
		return m.Ack()
	}
	stop := work(t, w, 4)
	await(t, b)
	stop()
	same(t, b, want)
	check()
	if w.counts.redelivered.Load() == 0 {
		t.Error("no message was delivered again")
	}
	t.Logf("%d messages, %d findings, %d messages judged again", queued.messages, len(want), w.counts.redelivered.Load())
}

// What cannot be read or judged is set aside with the reason, and holds nothing up.
func TestPoison(t *testing.T) {
	log := generated(500, 18, 1)
	want := uninterrupted(t, log)
	sizes := testSizes()
	sizes.deliveries, sizes.ackWait = 3, 500*time.Millisecond
	b := opened(t, embedded(t), sizes)

	records := bytes.SplitAfter(bytes.TrimSuffix(bytes.TrimPrefix(log, []byte(`{"Records":[`)), []byte(`]}`)), []byte(`"eventCategory":"Management"}`))
	half := len(records) / 2
	broken := slices.Concat([]byte(`{"Records":[`), bytes.Join(records[:half], nil), []byte(`,{"eventName":12`+"}x,"+`"text"`), bytes.Join(records[half:], nil), []byte(`]}`))
	in := queue(t, b, broken)
	if in.unreadable == 0 {
		t.Error("nothing was unreadable")
	}
	publish := func(id, text string) {
		t.Helper()
		msg := nats.NewMsg(recordsSubject)
		msg.Data = []byte(text)
		msg.Header.Set(natsjs.MsgIDHeader, id)
		msg.Header.Set(headerFile, id)
		if _, err := b.publish(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	publish("garbage", "\x00garbage")
	publish("cut gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00")
	publish("digest", `{"digestS3Bucket":"b","logFiles":[]}`)
	publish("poison", `{"eventVersion":"1.11","eventType":"AwsApiCall","eventSource":"health.amazonaws.com","eventName":"Poison"}`)

	w := workerOf(t, b)
	w.judged = func(m *held, _ []report) error {
		if strings.Contains(string(m.Data()), "Poison") {
			return errors.New("the worker cannot bear it")
		}
		return nil
	}
	stop := work(t, w, 2)
	await(t, b)
	stop()
	same(t, b, want)

	got := map[string]int{}
	for _, d := range lettersOf(t, b) {
		got[d.Stage+" "+d.Location.File]++
		if d.Reason == "" {
			t.Errorf("no reason: %+v", d)
		}
		if d.Location.File == "poison" && !strings.Contains(string(d.Data), "Poison") {
			t.Errorf("the message that was not judged is lost: %+v", d)
		}
	}
	t.Logf("%d messages, %d findings, dead letters %v", in.messages+4, len(want), got)
	wantDead := map[string]int{"ingest log.json": in.unreadable, "judge garbage": 1, "judge cut gzip": 1, "judge digest": 1, "judge poison": 1}
	if diff := cmp.Diff(wantDead, got); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}

func lettersOf(t testing.TB, b *broker) []deadLetter {
	t.Helper()
	info, err := b.dead.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []deadLetter
	for sequence := info.State.FirstSeq; sequence <= info.State.LastSeq && info.State.Msgs > 0; sequence++ {
		msg, err := b.dead.GetMsg(t.Context(), sequence)
		if errors.Is(err, natsjs.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var d deadLetter
		if err := json.Unmarshal(msg.Data, &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// Rules that are loaded anew in the middle go on with what the old ones remembered.
func TestReloadUnderLoad(t *testing.T) {
	log := generated(1500, 19, 1)
	want := uninterrupted(t, log)
	b := opened(t, embedded(t), testSizes())
	check := once(t, b)
	queued := queue(t, b, log).messages
	store := jetstream.New(b.memory, jetstream.WithTTL(b.js, outage))
	live := ruleset.NewLive(load(t, rules(store)))
	w := workerOf(t, b)
	w.scanner = live.Scanner()
	stop := work(t, w, 4)
	ctx, cancel := context.WithCancel(t.Context())
	var reloading sync.WaitGroup
	reloads := 0
	reloading.Go(func() {
		for ctx.Err() == nil {
			set, err := rules(store).load()
			if err != nil {
				t.Error(err)
				return
			}
			live.Swap(set)
			reloads++
			pause(ctx, 20*time.Millisecond, nil)
		}
	})
	await(t, b)
	cancel()
	reloading.Wait()
	stop()
	same(t, b, want)
	check()
	if reloads < 3 {
		t.Errorf("the rules were loaded %d times", reloads)
	}
	t.Logf("%d messages, %d findings, rules loaded %d times", queued, len(want), reloads)
}
