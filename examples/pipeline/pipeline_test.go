package main

import (
	"testing"
)

func TestWorkersChangeNothing(t *testing.T) {
	log := generated(1500, 7, 1)
	want := uninterrupted(t, log)
	for _, n := range []int{1, 4} {
		b := opened(t, embedded(t), testSizes())
		check := once(t, b)
		queue(t, b, log)
		w := workerOf(t, b)
		stop := work(t, w, n)
		await(t, b)
		stop()
		same(t, b, want)
		check()
		t.Logf("%d workers: %d findings, stored %d times", n, len(want), w.counts.stored.Load())
	}
}
