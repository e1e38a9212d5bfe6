// Package rulepack is a pack of rules as a team keeps it in a repository of its own: three rules
// with their cases, and tunings that bend the catalogue.
//
//	set, err := rulepack.Set()
//	...
//	for result, err := range set.Scan(ctx, file) { ... }
package rulepack

import (
	"embed"
	"io/fs"
	"slices"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

//go:embed rules tunings.yaml
var files embed.FS

// Set compiles the catalogue and the rules of this pack, with the team's lists and tunings. Each
// call does so anew. It fails when the pack does not suit the catalogue, which its tests would
// have said.
func Set() (*ruleset.Set, error) {
	rules, err := builtin.Rules()
	if err != nil {
		return nil, err
	}
	dir, err := fs.Sub(files, "rules") // so that errors name files as the tests do
	if err != nil {
		return nil, err
	}
	own, err := rule.ReadFS(dir, ".", rule.SkipTests())
	if err != nil {
		return nil, err
	}
	set, err := ruleset.Compile(slices.Concat(rules, own),
		ruleset.WithList("office-networks", OfficeNetworks()...),
		ruleset.WithList("pipelines", Pipelines()...))
	if err != nil {
		return nil, err
	}
	data, err := files.ReadFile("tunings.yaml")
	if err != nil {
		return nil, err
	}
	tunings, err := rule.ParseTunings("tunings.yaml", data)
	if err != nil {
		return nil, err
	}
	return set.Tune(tunings...)
}
