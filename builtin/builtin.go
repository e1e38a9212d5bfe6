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

	"github.com/trailsift/trailsift/internal/nearest"
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

// Rules returns the rules that pass every filter, sorted by file. Each call reads them anew, so
// that a caller may change what it gets. They come without their tests, which stand in FS, and
// their conditions are checked by ruleset.Compile. A filter's value that no rule of the catalogue has,
// such as a misspelt id, is an error.
func Rules(filters ...Filter) ([]*rule.Rule, error) {
	rules, err := rule.ReadFS(FS(), ".", rule.SkipTests(), rule.SkipExpressions())
	if err != nil {
		return nil, err
	}
	for _, f := range filters {
		if err := f.check(rules); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(rules, func(r *rule.Rule) bool {
		return slices.ContainsFunc(filters, func(f Filter) bool { return !f.keeps(r) })
	}), nil
}

// A Filter chooses rules: those that have one of its values.
type Filter struct {
	what   string // for errors
	values []string
	of     func(*rule.Rule) []string // what of a rule is compared with the values
	least  rule.Severity
}

func (f Filter) keeps(r *rule.Rule) bool {
	if f.of == nil {
		return r.Severity >= f.least
	}
	return slices.ContainsFunc(f.of(r), func(v string) bool { return slices.Contains(f.values, v) })
}

// check reports the first value that no rule has.
func (f Filter) check(rules []*rule.Rule) error {
	if f.of == nil {
		return nil
	}
	var all []string
	for _, r := range rules {
		all = append(all, f.of(r)...)
	}
	for _, v := range f.values {
		if slices.Contains(all, v) {
			continue
		}
		if hint := nearest.Name(v, all); hint != "" {
			return fmt.Errorf("no rule of the catalogue has the %s %q (did you mean %q?)", f.what, v, hint)
		}
		return fmt.Errorf("no rule of the catalogue has the %s %q", f.what, v)
	}
	return nil
}

// ByID keeps the rules with one of the ids.
func ByID(ids ...string) Filter {
	return Filter{what: "id", values: ids, of: func(r *rule.Rule) []string { return []string{r.ID} }}
}

// ByTag keeps the rules with one of the tags.
func ByTag(tags ...string) Filter {
	return Filter{what: "tag", values: tags, of: func(r *rule.Rule) []string { return r.Tags }}
}

// BySeverity keeps the rules of at least that severity.
func BySeverity(least rule.Severity) Filter { return Filter{what: "severity", least: least} }

// ByAttack keeps the rules that reveal one of the ATT&CK tactics or techniques: "TA0003", "T1098",
// "T1098.001", or a pair as rules write it, "TA0003/T1098.001". A technique includes its sub-techniques.
func ByAttack(ids ...string) Filter {
	return Filter{what: "tactic or technique", values: ids, of: func(r *rule.Rule) []string {
		var out []string
		for _, a := range r.Attack {
			out = append(out, a.Tactic, a.Technique, a.String())
			if len(a.Technique) > len("T1098") {
				out = append(out, a.Technique[:len("T1098")])
			}
		}
		return out
	}}
}

// BySource keeps the rules that cover one of the published detections, such as
// "falco:Create Group", or anything of a publisher: "falco".
func BySource(refs ...string) Filter {
	return Filter{what: "source", values: refs, of: func(r *rule.Rule) []string {
		var out []string
		for _, s := range r.Sources {
			out = append(out, s)
			for i := range s {
				if s[i] == ':' {
					out = append(out, s[:i])
					break
				}
			}
		}
		return out
	}}
}
