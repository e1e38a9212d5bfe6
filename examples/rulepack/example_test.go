package rulepack_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/examples/rulepack"
)

// What a program does with the pack.
func ExampleSet() {
	set, err := rulepack.Set()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, notice := range set.Notices(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)) { // in earnest: time.Now()
		fmt.Println(notice)
	}
	log, err := os.Open("rules/events/bucket-policy.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	for result, err := range set.Scan(context.Background(), log, event.File("bucket-policy.json")) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, fault := range result.Faults {
			fmt.Println(fault)
		}
		for _, f := range result.Findings {
			fmt.Println(f.Severity, f.Rule+":", f.Message)
		}
	}
	// Output:
	// high s3-bucket-opened: Bucket synth-ledger opened by user mira from 198.51.100.7
}
