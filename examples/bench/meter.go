package main

import (
	"runtime"
	"slices"
	"time"
)

// A reading is what something cost.
type reading struct {
	cpu    time.Duration // of all threads, user and system
	wall   time.Duration
	allocs uint64
}

// meter runs fn and reads what it cost.
func meter(fn func() error) (reading, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, cpu := time.Now(), cpuTime()
	err := fn()
	r := reading{cpu: cpuTime() - cpu, wall: time.Since(start)}
	runtime.ReadMemStats(&after)
	r.allocs = after.Mallocs - before.Mallocs
	return r, err
}

// median of an odd number of values, or near it.
func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	return v[len(v)/2]
}

func medianDuration(values []time.Duration) time.Duration {
	v := slices.Sorted(slices.Values(values))
	return v[len(v)/2]
}
