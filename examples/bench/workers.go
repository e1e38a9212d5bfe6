package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/trailsift/trailsift/ruleset"
)

// workersCost is what a second worker brings, by the clock.
type workersCost struct {
	cores     int
	perSecond [2]float64 // records, with one worker and with two
	speedup   float64    // the median of the rounds
	cpu       float64    // CPU time with two workers against that with one: the price of sharing
	machine   float64    // speedup of gunzip on two goroutines that share nothing: what the machine gives
}

func measureWorkers(ctx context.Context, set *ruleset.Set, objects []object, rounds int) (workersCost, error) {
	out := workersCost{cores: runtime.GOMAXPROCS(0)}
	records := 0
	for _, o := range objects {
		records += o.records
	}
	var perSecond [2][]float64
	var speedup, cpu, machine []float64
	for range rounds {
		var cost [2]reading
		for i := range cost {
			sc := set.Scanner()
			runtime.GC()
			var err error
			cost[i], err = meter(func() error {
				for _, err := range sc.ScanAll(ctx, inputs(objects), i+1) {
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return out, err
			}
			if n := sc.Stats().Records; n != uint64(records) {
				return out, fmt.Errorf("%d records were scanned, not %d", n, records)
			}
			perSecond[i] = append(perSecond[i], float64(records)/cost[i].wall.Seconds())
		}
		alone, err := gunzipOn(ctx, objects, 1)
		if err != nil {
			return out, err
		}
		both, err := gunzipOn(ctx, objects, 2)
		if err != nil {
			return out, err
		}
		machine = append(machine, alone.wall.Seconds()/both.wall.Seconds())
		speedup = append(speedup, cost[0].wall.Seconds()/cost[1].wall.Seconds())
		cpu = append(cpu, cost[1].cpu.Seconds()/cost[0].cpu.Seconds())
	}
	for i := range perSecond {
		out.perSecond[i] = median(perSecond[i])
	}
	out.speedup, out.cpu, out.machine = median(speedup), median(cpu), median(machine)
	return out, nil
}

// gunzipOn inflates the objects on so many goroutines.
func gunzipOn(ctx context.Context, objects []object, goroutines int) (reading, error) {
	var next atomic.Int64
	failed := make([]error, goroutines)
	return meter(func() error {
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				inflate := gunzip(newFastGzip())
				for failed[g] == nil {
					i := int(next.Add(1)) - 1
					if i >= len(objects) {
						return
					}
					_, failed[g] = inflate(ctx, objects[i])
				}
			})
		}
		wg.Wait()
		return errors.Join(failed...)
	})
}

func inputs(objects []object) iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		for i, o := range objects {
			open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(o.gzip)), nil }
			if !yield(ruleset.Input{Name: fmt.Sprint(i), Open: open}) {
				return
			}
		}
	}
}
