// Package builtin is Trailsift's catalogue of detections: one YAML file per rule under
// rules/<service>/<id>.yaml, embedded in the program.
//
// Each rule names under `sources` the published detections that it covers: "falco:<rule>",
// "sysdig:<rule>", "elastic:<rule uuid>", or "trailsift:<id>" where it is our own. Facts about
// what those detect were taken over, their wording was not.
//
//	rules, err := builtin.Rules(builtin.BySeverity(rule.Medium), builtin.ByTag("iam"))
//
// Some rules are off by default, because they match what is common; ruleset.Compile leaves
// them out. They are in the catalogue for programs that want them: set Disabled to false.
package builtin

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/trailsift/trailsift/rule"
)

//go:embed rules
var files embed.FS

// FS returns the files of the catalogue, rooted at the services' folders.
func FS() fs.FS {
	sub, err := fs.Sub(files, "rules")
	if err != nil {
		return files // never: the folder is embedded
	}
	return sub
}

// A made is a rule of the catalogue as rulesgen wrote it in Go, which takes a hundredth of the time of reading its file.
type made struct {
	file string // in FS
	make func() *rule.Rule
}

//go:generate go run ./internal/rulesgen

// Rules returns the rules that pass every filter, sorted by file. Each call makes them anew, so
// that a caller may change what it gets. They come without their tests, which stand in FS, and
// their conditions are checked by ruleset.Compile. A filter's value that no rule of the catalogue has,
// such as a misspelt id, is an error.
func Rules(filters ...Filter) ([]*rule.Rule, error) {
	rules := make([]*rule.Rule, len(generated))
	for i, g := range generated {
		rules[i] = g.make()
		rules[i].SetFile(FS(), g.file)
	}
	for _, f := range filters {
		if err := f.target.Unknown(rules); err != nil {
			return nil, fmt.Errorf("the catalogue: %w", err)
		}
	}
	return slices.DeleteFunc(rules, func(r *rule.Rule) bool {
		return slices.ContainsFunc(filters, func(f Filter) bool { return !f.target.Matches(r) || r.Severity < f.least })
	}), nil
}

// A Filter chooses rules: those that have one of its values.
type Filter struct {
	target rule.Target
	least  rule.Severity
}

// ByID keeps the rules with one of the ids.
func ByID(ids ...string) Filter { return Filter{target: rule.Target{IDs: ids}} }

// ByTag keeps the rules with one of the tags.
func ByTag(tags ...string) Filter { return Filter{target: rule.Target{Tags: tags}} }

// BySeverity keeps the rules of at least that severity.
func BySeverity(least rule.Severity) Filter { return Filter{least: least} }

// ByAttack keeps the rules that reveal one of the ATT&CK tactics or techniques: "TA0003", "T1098",
// "T1098.001", or a pair as rules write it, "TA0003/T1098.001". A technique includes its sub-techniques.
func ByAttack(ids ...string) Filter { return Filter{target: rule.Target{Attack: ids}} }

// BySource keeps the rules that cover one of the published detections, such as
// "falco:Create Group", or anything of a publisher: "falco".
func BySource(refs ...string) Filter { return Filter{target: rule.Target{Sources: refs}} }
