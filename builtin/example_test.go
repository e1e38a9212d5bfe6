package builtin_test

import (
	"fmt"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// The filters add up: rules among two of at least high severity that reveal account manipulation.
// A program may then change what it got, such as a severity.
func ExampleRules() {
	rules, err := builtin.Rules(builtin.BySeverity(rule.High), builtin.ByAttack("T1098"), builtin.ByID("root-access-key-created", "iam-user-created"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rules {
		fmt.Printf("%s (%v): %s\n", r.ID, r.Severity, r.Title)
		r.Severity = rule.High
	}
	if _, err := ruleset.Compile(rules); err != nil {
		fmt.Println(err)
		return
	}

	_, err = builtin.Rules(builtin.ByID("root-acess-key-created"))
	fmt.Println(err)
	// Output:
	// root-access-key-created (critical): Access key created for the root user
	// the catalogue: no rule has the id "root-acess-key-created" (did you mean "root-access-key-created"?)
}
