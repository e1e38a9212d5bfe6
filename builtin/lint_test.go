package builtin_test

import (
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestLint keeps the catalogue free of what CloudTrail makes easy to get wrong.
func TestLint(t *testing.T) { ruletest.Lint(t, builtin.FS()) }
