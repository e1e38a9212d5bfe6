package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// What makes the test binary a process of workers.
const (
	envURL   = "PIPELINE_TEST_URL"
	envCrash = "PIPELINE_TEST_CRASH" // when set, it kills itself between what it remembers of a message and the findings
)

func TestMain(m *testing.M) {
	if url := os.Getenv(envURL); url != "" {
		if err := process(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// process works until it is terminated.
func process(url string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	conn, err := join(url)
	if err != nil {
		return err
	}
	defer conn.Close()
	b, err := open(ctx, conn, testSizes())
	if err != nil {
		return err
	}
	set, err := rules(jetstream.New(b.memory, jetstream.WithTTL(b.js, outage))).load()
	if err != nil {
		return err
	}
	w := &worker{broker: b, scanner: ruleset.NewLive(set).Scanner(), hand: b.hand(), log: quiet(), counts: &counts{}}
	if os.Getenv(envCrash) != "" {
		w.judged = func(_ *held, reports []report) error {
			for _, r := range reports {
				if r.Episode != nil && w.counts.messages.Load() > 5 {
					syscall.Kill(os.Getpid(), syscall.SIGKILL)
					select {}
				}
			}
			return nil
		}
	}
	w.start(ctx, 2).Wait()
	return nil
}

// A child is a process of workers.
type child struct{ *exec.Cmd }

func spawn(t testing.TB, url string, env ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{exec.Command(self)}
	c.Env = append(append(os.Environ(), envURL+"="+url), env...)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.kill() })
	return c
}

// kill gives the process no time to do anything.
func (c *child) kill() {
	if c.ProcessState == nil {
		c.Process.Signal(syscall.SIGKILL)
		c.Wait()
	}
}

// A worker process that is killed in the middle loses nothing: another gets its messages.
func TestKilled(t *testing.T) {
	log := generated(1500, 11, 1)
	want := uninterrupted(t, log)
	s := listening(t, t.TempDir(), 0)
	b := opened(t, dial(t, s.ClientURL()), testSizes())
	check := once(t, b)
	queued := queue(t, b, log).messages
	children := []*child{spawn(t, s.ClientURL()), spawn(t, s.ClientURL())}
	for i, share := range []float64{0.2, 0.4, 0.6} {
		until(t, b, queued, share)
		children[i].kill()
		children = append(children, spawn(t, s.ClientURL()))
	}
	await(t, b)
	same(t, b, want)
	check()
	t.Logf("%d messages, %d findings, 3 of 5 processes killed", queued, len(want))
}

// A process that dies after its rules have remembered a message, and before the findings are stored, loses none of
// them: they are given out again when the same events are delivered again.
func TestCrashBeforeFindingsAreStored(t *testing.T) {
	log := generated(1500, 12, 1)
	want := uninterrupted(t, log)
	s := listening(t, t.TempDir(), 0)
	b := opened(t, dial(t, s.ClientURL()), testSizes())
	check := once(t, b)
	queued := queue(t, b, log).messages
	for range 4 {
		c := spawn(t, s.ClientURL(), envCrash+"=1")
		err := make(chan error, 1)
		go func() { err <- c.Wait() }()
		select {
		case <-err:
			if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("the process did not crash: %v", c.ProcessState)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the process did not crash")
		}
	}
	if drained, err := b.drained(t.Context()); drained || err != nil {
		t.Fatalf("nothing was left to judge after the crashes: %v", err)
	}
	spawn(t, s.ClientURL())
	await(t, b)
	same(t, b, want)
	check()
	t.Logf("%d messages, %d findings, 4 crashes", queued, len(want))
}
