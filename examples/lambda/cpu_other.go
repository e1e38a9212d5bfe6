//go:build !unix

package main

import "time"

var started = time.Now()

// cpuTime is the time that has passed: nearly the same on an idle machine, for what runs on one core.
func cpuTime() time.Duration { return time.Since(started) }
