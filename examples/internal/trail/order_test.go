package trail_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/examples/internal/trail"
	"github.com/trailsift/trailsift/ruleset"
)

func TestByTime(t *testing.T) {
	const (
		five  = "b/210987654321_CloudTrail_ap-south-2_20260113T0500Z_a.json.gz"
		four  = "a/210987654321_CloudTrail_eu-west-1_20260113T0400Z_b.json.gz"
		other = "notes.json"
	)
	for _, test := range []struct {
		name     string
		in, want []string
	}{
		{"times", []string{five, four}, []string{four, five}},
		{"a name without", []string{five, other, four}, []string{five, other, four}},
		{"none", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var in []ruleset.Input
			for _, name := range test.in {
				in = append(in, ruleset.Input{Name: name})
			}
			var got []string
			for in := range trail.ByTime(slices.Values(in)) {
				got = append(got, in.Name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
