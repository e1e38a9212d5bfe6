package main

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/trailsift/trailsift/ruleset"
)

// idleAllocs counts the allocations per record that is no rule's candidate: by how much an
// object with many of them has more than one with few.
func idleAllocs(ctx context.Context, set *ruleset.Set, records [][]byte) (perRecord float64, n int, err error) {
	if len(records) == 0 {
		return 0, 0, errors.New("every record is some rule's candidate")
	}
	for len(records) < smallestObject {
		records = slices.Concat(records, records)
	}
	small, err := packRecords(records)
	if err != nil {
		return 0, 0, err
	}
	large, err := packRecords(slices.Repeat(records, 4))
	if err != nil {
		return 0, 0, err
	}

	// A collection would empty the pools, and what fills them again would be counted.
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	run := scanner(set)
	least := func(o object) float64 {
		allocs := math.Inf(1)
		for range 5 {
			r, e := meter(func() error {
				_, err := run(ctx, o)
				return err
			})
			err = errors.Join(err, e)
			allocs = min(allocs, float64(r.allocs))
		}
		return allocs
	}
	n = large.records - small.records
	perRecord = (least(large) - least(small)) / float64(n)
	return perRecord, n, err
}
