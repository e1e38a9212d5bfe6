package ruleset_test

import (
	"context"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestScan_noAllocations proves that a record which is no rule's candidate costs no allocation:
// a log file twice as long takes no more of them.
func TestScan_noAllocations(t *testing.T) {
	rules, err := builtin.Rules()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := ruletest.Event(rule.Record{Base: "role-call", Set: map[string]any{"eventSource": "ec2.amazonaws.com", "eventName": "DescribeVpcs", "readOnly": true}})
	if err != nil {
		t.Fatal(err)
	}
	scanner := set.Scanner()
	allocations := func(records int) float64 {
		log := `{"Records":[` + strings.Repeat(string(ev.Raw())+",", records-1) + string(ev.Raw()) + `]}`
		return testing.AllocsPerRun(5, func() {
			for result, err := range scanner.Scan(context.Background(), strings.NewReader(log)) {
				t.Fatalf("got %v, %v", result, err)
			}
		})
	}
	short, long := allocations(1000), allocations(5000)
	if long > short+10 { // a garbage collection may empty a pool meanwhile
		t.Errorf("%v allocations for 1,000 records, %v for 5,000", short, long)
	}
	if stats := scanner.Stats(); stats.Decoded != 0 || stats.Records != 6*(1000+5000) {
		t.Errorf("got %+v, want 36,000 records and none decoded", stats)
	}
}
