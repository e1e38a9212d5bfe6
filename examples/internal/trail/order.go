package trail

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/ruleset"
)

// stamp is the time in the name of a log file, when CloudTrail wrote it: see "CloudTrail log file name format" in the
// AWS CloudTrail user guide.
var stamp = regexp.MustCompile(`_(\d{8}T\d{4}Z)_[^/]*$`)

// ByTime returns inputs in the order of the times in their names, so that rules with memory meet events in about the
// order in which they happened, whatever regions and accounts they are from. When a name has no time, the inputs stay
// in the order that they have.
func ByTime(inputs iter.Seq[ruleset.Input]) iter.Seq[ruleset.Input] {
	all := slices.Collect(inputs)
	for _, in := range all {
		if timeOf(in) == "" {
			return slices.Values(all)
		}
	}
	slices.SortStableFunc(all, func(a, b ruleset.Input) int { return strings.Compare(timeOf(a), timeOf(b)) })
	return slices.Values(all)
}

func timeOf(in ruleset.Input) string {
	found := stamp.FindStringSubmatch(in.Name)
	if found == nil {
		return ""
	}
	return found[1]
}
