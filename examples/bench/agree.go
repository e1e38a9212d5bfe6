package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/trailsift/trailsift/ruleset"
)

// agree checks that a rule matches the same in every language, and says how often. A generated
// rule matches rarely, so each is also asked the contrary in one point.
func agree(ctx context.Context, specs []spec, sample object) (string, error) {
	specs = slices.Clone(specs)
	for i := range len(specs) {
		specs = append(specs, specs[i].contrary())
	}
	set, err := ruleset.Compile(nativeRules(specs))
	if err != nil {
		return "", err
	}
	ours, err := scanner(set)(ctx, sample)
	if err != nil {
		return "", err
	}
	onMaps, err := naive(specs)
	if err != nil {
		return "", err
	}
	inRego, err := opa(ctx, specs)
	if err != nil {
		return "", err
	}
	for _, other := range []struct {
		name string
		run  variantFunc
	}{{"CEL on maps", onMaps}, {"Rego", inRego}} {
		theirs, err := other.run(ctx, sample)
		if err != nil {
			return "", err
		}
		if theirs != ours {
			return "", fmt.Errorf("%d rules match %d times in Trailsift, and %d times in %s, or not the same ones", len(specs), ours.n, theirs.n, other.name)
		}
	}
	return fmt.Sprintf("%s rules match %s times in %s records, and the same ones as often in CEL on maps and in Rego.",
		grouped(len(specs)), grouped(ours.n), grouped(sample.records)), nil
}

// contrary is the rule with its last check turned round.
func (s spec) contrary() spec {
	s.id += "-contrary"
	s.checks = slices.Clone(s.checks)
	last := &s.checks[len(s.checks)-1]
	last.negate = !last.negate
	return s
}
