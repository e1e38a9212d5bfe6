package rule

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/trailsift/trailsift/internal/yamltree"
)

// ReadFS reads every file below root whose name ends in .yaml or .yml, one rule a file, in the order of their paths.
// Errors of all files are joined; when there is one, no rules are returned. Two rules of one id are an error that
// names both files. File names in errors are paths in fsys.
func ReadFS(fsys fs.FS, root string, opts ...Option) ([]*Rule, error) {
	var rules []*Rule
	var errs []*Error
	seen := map[string]*Rule{} // by id
	walk := func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, &Error{File: name, Err: pathless(err)})
			return nil
		}
		if ext := path.Ext(name); entry.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		data, err := read(fsys, name)
		if err != nil {
			errs = append(errs, &Error{File: name, Err: err})
			return nil
		}
		r, err := Parse(name, data, opts...)
		if err != nil {
			errs = append(errs, Errors(err)...)
			return nil
		}
		if other, ok := seen[r.ID]; ok {
			line, column := other.Locate("id", 0)
			errs = append(errs, r.Problem("id", "", 0, "", fmt.Errorf("the rule of %s:%d:%d has this id already", other.File(), line, column)))
			return nil
		}
		seen[r.ID] = r
		rules = append(rules, r)
		return nil
	}
	if err := fs.WalkDir(fsys, root, walk); err != nil {
		errs = append(errs, &Error{File: root, Err: err})
	}
	if len(errs) > 0 {
		return nil, join(errs)
	}
	return rules, nil
}

// read stops one byte after what Parse accepts: a file of any size is an error, not a burden.
func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, yamltree.MaxBytes+1))
	return data, pathless(err)
}

// pathless takes the path out of an error that is printed with it anyway.
func pathless(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
