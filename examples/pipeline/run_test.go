package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/examples/internal/trail"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// A result is what the program leaves behind.
type result struct {
	code        int
	out, errOut string
}

func runPipeline(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

// printed are the ids of the findings in JSON lines, and where they were found.
func printed(t *testing.T, out string) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for line := range strings.Lines(out) {
		var r report
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if ids[r.ID] != "" {
			t.Errorf("finding %s is printed twice", r.ID)
		}
		ids[r.ID] = r.Location.String()
	}
	return ids
}

// The bundled trail gives the findings of examples/scan, at the same places.
func TestBundledTrail(t *testing.T) {
	rules, err := builtin.Rules()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for result, err := range set.Scanner().ScanAll(t.Context(), trail.Bundled(), 2) {
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range slices.Concat(result.Findings, result.Shadow) {
			if want[f.ID] = ""; f.Episode == nil { // another event may give out an episode
				want[f.ID] = f.Location.String()
			}
		}
	}
	got := runPipeline(t, "", "-workers", "4", "-format", "json")
	if got.code != exitComplete {
		t.Fatalf("exit code %d, stderr:\n%s", got.code, got.errOut)
	}
	ids := printed(t, got.out)
	if diff := cmp.Diff(keys(want), keys(ids)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for id, at := range want {
		if at != "" && ids[id] != at {
			t.Errorf("finding %s is at %s, want %s", id, ids[id], at)
		}
	}
}

func keys(m map[string]string) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"text", []string{"../internal/trail/logs"}, exitComplete, "CRITICAL", "msg=queued"},
		{"nothing is printed by one that only ingests", []string{"-workers", "0"}, exitComplete, "", "records=146"},
		{"a missing path", []string{"no/such"}, exitIncomplete, "", "1 inputs could not be read"},
		{"unknown format", []string{"-format", "xml"}, exitIncomplete, "", `unknown format "xml"`},
		{"no rules", []string{"-only-rules"}, exitIncomplete, "", "-only-rules"},
		{"broken rules", []string{"-rules", "../scan/testdata/broken"}, exitIncomplete, "", `did you mean "high"?`},
		{"two servers", []string{"-nats", "nats://127.0.0.1:1", "-store", "x"}, exitIncomplete, "", "-store"},
		{"help", []string{"-h"}, exitComplete, "", "Usage: pipeline"},
		{"a benchmark", []string{"-bench", "50"}, exitComplete, "pipeline, 4 workers", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runPipeline(t, "", test.args...)
			if got.code != test.code || !strings.Contains(got.out, test.stdout) || !strings.Contains(got.errOut, test.stderr) {
				t.Errorf("exit code %d, want %d with %q on stdout and %q on stderr; stdout:\n%s\nstderr:\n%s", got.code, test.code, test.stdout, test.stderr, got.out, got.errOut)
			}
		})
	}
}

// What is interrupted goes on from the files that the server within the process kept.
func TestStoreIsKept(t *testing.T) {
	dir := t.TempDir()
	if got := runPipeline(t, "", "-workers", "0", "-store", dir); got.code != exitComplete {
		t.Fatal(got.errOut)
	}
	got := runPipeline(t, "", "-ingest=false", "-format", "json", "-store", dir)
	if got.code != exitComplete || len(printed(t, got.out)) == 0 {
		t.Errorf("exit code %d, stdout: %s, stderr: %s", got.code, got.out, got.errOut)
	}
}

// A worker that is told to stop finishes the message that it is at, and gives the others back.
func TestStop(t *testing.T) {
	log := generated(800, 16, 1)
	want := uninterrupted(t, log)
	sizes := testSizes()
	sizes.ackWait = time.Minute // nothing but giving back helps in time
	b := opened(t, embedded(t), sizes)
	queued := queue(t, b, log).messages
	for range 3 {
		w := workerOf(t, b)
		begun := make(chan struct{}, 100)
		w.judged = func(*held, []report) error {
			begun <- struct{}{}
			time.Sleep(20 * time.Millisecond)
			return nil
		}
		stop := work(t, w, 2)
		<-begun
		stop()
		if w.counts.messages.Load() == 0 || w.counts.retried.Load() > 0 {
			t.Errorf("%d messages judged, %d of them in vain", w.counts.messages.Load(), w.counts.retried.Load())
		}
	}
	stop := work(t, workerOf(t, b), 2)
	await(t, b)
	stop()
	same(t, b, want)
	t.Logf("%d messages, stopped 3 times", queued)
}

// Rules are loaded anew when a file changes. A broken file changes nothing.
func TestFollowRules(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("testdata/rules/user-deleted.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(string(text))
	s := &source{dirs: []string{dir}, lateness: lateness}
	live := ruleset.NewLive(load(t, s))
	first := live.Set()
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { s.follow(ctx, live, 5*time.Millisecond, quiet()) })
	defer following.Wait()
	defer cancel()
	time.Sleep(50 * time.Millisecond)
	write("id: [")
	time.Sleep(50 * time.Millisecond)
	if live.Set() != first {
		t.Error("a broken file has replaced the rules")
	}
	write(strings.Replace(string(text), "id: user-deleted", "id: someone-deleted", 1))
	for start := time.Now(); live.Set() == first; time.Sleep(time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("the rules stay as they were")
		}
	}
	if got := live.Set().Rules()[0].ID; got != "someone-deleted" {
		t.Errorf("the rule is %s", got)
	}
}

func TestMetrics(t *testing.T) {
	b := opened(t, embedded(t), testSizes())
	queue(t, b, generated(200, 22, 1))
	store := jetstream.New(b.memory)
	live := ruleset.NewLive(load(t, rules(store)))
	w := workerOf(t, b)
	w.scanner = live.Scanner()
	m := &metrics{b, live, store, w.counts}
	at, stop, err := m.serve("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	page := func() string {
		t.Helper()
		response, err := http.Get("http://" + at.String() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if text := page(); !strings.Contains(text, "trailsift_lag_messages ") || strings.Contains(text, "trailsift_lag_messages 0\n") {
		t.Errorf("no lag before anything is judged:\n%s", text)
	}
	stopWork := work(t, w, 2)
	await(t, b)
	stopWork()
	text := page()
	for _, want := range []string{"trailsift_lag_messages 0\n", "trailsift_in_hand_messages 0\n", `trailsift_memory_operations_total{kind="write"}`, `trailsift_rule_events_total{outcome="matched",rule="user-deleted"}`, `trailsift_messages_total{outcome="judged"}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
}

// Of several reports of one finding the latest stays, whatever the order in which they are stored.
func TestStore(t *testing.T) {
	b := opened(t, embedded(t), testSizes())
	of := func(count int) *report {
		r := &report{Finding: ruleset.Finding{ID: "0a", Rule: "r", Severity: rule.Low, Time: time.Unix(int64(count), 0).UTC()}}
		r.Episode = &ruleset.Episode{Count: count}
		return r
	}
	for _, step := range []struct {
		count  int
		stored bool
	}{{3, true}, {3, false}, {6, true}, {3, false}, {6, false}, {5, false}, {12, true}} {
		stored, err := b.store(t.Context(), of(step.count))
		if err != nil || stored != step.stored {
			t.Errorf("%d events: stored %v, %v, want %v", step.count, stored, err, step.stored)
		}
	}
	all, err := b.stored(t.Context())
	if err != nil || len(all) != 1 || all[0].Episode.Count != 12 {
		t.Errorf("%+v, %v", all, err)
	}
}
