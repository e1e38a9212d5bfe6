package rule

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/trailsift/trailsift/internal/yamltree"
)

// ReadFS reads every file below root whose name ends in .yaml or .yml, one rule a file, in the order of their paths.
// Errors of all files are joined; when there is one, no rules are returned. Two rules of one id are an error that
// names both files. File names in errors are paths in fsys, from which files are read concurrently.
func ReadFS(fsys fs.FS, root string, opts ...Option) ([]*Rule, error) {
	var names []string
	var errs []*Error
	walk := func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			errs = append(errs, &Error{File: name, Err: pathless(err)})
			return nil
		}
		if ext := path.Ext(name); !entry.IsDir() && (ext == ".yaml" || ext == ".yml") {
			names = append(names, name)
		}
		return nil
	}
	if err := fs.WalkDir(fsys, root, walk); err != nil {
		errs = append(errs, &Error{File: root, Err: err})
	}
	var rules []*Rule
	seen := map[string]*Rule{} // by id
	for _, f := range parseAll(fsys, names, opts) {
		if f.err != nil {
			errs = append(errs, f.err...)
			continue
		}
		r := f.rule
		if other, ok := seen[r.ID]; ok {
			line, column := other.Locate("id", 0)
			errs = append(errs, r.Problem("id", "", 0, "", fmt.Errorf("the rule of %s:%d:%d has this id already", other.File(), line, column)))
			continue
		}
		seen[r.ID] = r
		rules = append(rules, r)
	}
	if len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b *Error) int { return strings.Compare(a.File, b.File) })
		return nil, join(errs)
	}
	return rules, nil
}

// A parsed is what came of one file.
type parsed struct {
	rule *Rule
	err  []*Error
}

// parseAll reads files on as many goroutines as there are cores, which is most of what a short-lived program waits for.
func parseAll(fsys fs.FS, names []string, opts []Option) []parsed {
	out := make([]parsed, len(names))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(names), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				data, err := read(fsys, names[i])
				if err != nil {
					out[i].err = []*Error{{File: names[i], Err: err}}
					continue
				}
				if out[i].rule, err = Parse(names[i], data, opts...); err != nil {
					out[i].err = Errors(err)
				}
			}
		})
	}
	wg.Wait()
	return out
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
