// Package rulefiles reads the rules and tunings that the command line of an example names.
package rulefiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/rule"
)

// Load returns the catalogue, if it is wanted, and the rules of directories. Its error holds all that is wrong with any
// of them.
func Load(catalogue bool, dirs []string) ([]*rule.Rule, error) {
	var rules []*rule.Rule
	var errs []error
	if catalogue {
		all, err := builtin.Rules()
		rules, errs = append(rules, all...), append(errs, err)
	}
	for _, dir := range dirs {
		own, err := rule.ReadFS(hostFS{}, filepath.ToSlash(filepath.Clean(dir)))
		if err == nil && len(own) == 0 {
			err = fmt.Errorf("%s: no rules, which are files that end in .yaml", dir)
		}
		rules, errs = append(rules, own...), append(errs, err)
	}
	return rules, errors.Join(errs...)
}

// hostFS is the file system with the paths that people type, relative and absolute ones, so
// that errors name files as an editor finds them. os.DirFS would name them relative to a root.
type hostFS struct{}

func (hostFS) Open(name string) (fs.File, error) { return os.Open(filepath.FromSlash(name)) }
