package rulefiles

import (
	"errors"
	"os"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// Tune applies the tunings of files to set, in order. Its error holds all that is wrong with any of them.
func Tune(set *ruleset.Set, files []string) (*ruleset.Set, error) {
	var all []rule.Tuning
	var errs []error
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		tunings, err := rule.ParseTunings(file, data)
		all, errs = append(all, tunings...), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return set, nil
	}
	return set.Tune(all...)
}
