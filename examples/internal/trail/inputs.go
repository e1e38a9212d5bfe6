// Package trail is where the examples get log files from: a small trail that is part of them, files and directories.
package trail

import (
	"embed"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/ruleset"
)

//go:embed logs/*.json
var logs embed.FS

// Bundled is one night of a synthetic account, in the order of time.
func Bundled() iter.Seq[ruleset.Input] { return ByTime(bundled()) }

func bundled() iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		entries, err := logs.ReadDir("logs")
		if err != nil {
			yield(broken("trail", err))
			return
		}
		slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(delivered(a.Name()), delivered(b.Name())) })
		for _, e := range entries {
			name := "trail/" + e.Name()
			open := func() (io.ReadCloser, error) { return logs.Open("logs/" + e.Name()) }
			if !yield(ruleset.Input{Name: name, Open: open}) {
				return
			}
		}
	}
}

// Inputs returns what paths name, directories walked on the way. A path that cannot be read
// is an input that cannot be opened.
func Inputs(paths []string, stdin io.Reader) iter.Seq[ruleset.Input] {
	return func(yield func(ruleset.Input) bool) {
		for _, path := range paths {
			if path == "-" {
				open := func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }
				if !yield(ruleset.Input{Name: path, Open: open}) {
					return
				}
				continue
			}
			// Stat, so that a path that is a link to a directory is walked; Walk would not.
			if info, err := os.Stat(path); err != nil || !info.IsDir() {
				if !yield(file(path)) {
					return
				}
				continue
			}
			if !directory(path, yield) {
				return
			}
		}
	}
}

// directory yields the files below root, and reports whether the caller wants more. Log files come in the order of the
// time in their names, whatever their region and account, so that rules with memory meet events in order; other files come
// first.
func directory(root string, yield func(ruleset.Input) bool) bool {
	var inputs []ruleset.Input
	walk(root, func(in ruleset.Input) bool {
		inputs = append(inputs, in)
		return true
	})
	slices.SortStableFunc(inputs, func(a, b ruleset.Input) int { return strings.Compare(delivered(a.Name), delivered(b.Name)) })
	for _, in := range inputs {
		if !yield(in) {
			return false
		}
	}
	return true
}

// logName is the name of a log file ("CloudTrail log file name format"), with the time of its delivery.
var logName = regexp.MustCompile(`_CloudTrail(?:-[A-Za-z]+)?_[-a-z0-9]+_([0-9]{8}T[0-9]{4}Z)_`)

func delivered(name string) string {
	if m := logName.FindStringSubmatch(filepath.Base(name)); m != nil {
		return m[1]
	}
	return ""
}

// walk yields the files below root. What is hidden (.git, .DS_Store) is no log, whereas a log may have any other name.
func walk(root string, yield func(ruleset.Input) bool) bool {
	// With a separator at its end, a root that is a link to a directory is followed.
	root = strings.TrimSuffix(root, string(filepath.Separator)) + string(filepath.Separator)
	more := true
	visit := func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			more = yield(broken(path, err))
		case path != root && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case isFile(path, entry):
			more = yield(file(path))
		}
		if !more {
			return fs.SkipAll
		}
		return nil
	}
	filepath.WalkDir(root, visit)
	return more
}

// isFile tells whether an entry is a file or a link to one: no pipe or device that would be
// waited for.
func isFile(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func file(path string) ruleset.Input {
	return ruleset.Input{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func broken(name string, err error) ruleset.Input {
	return ruleset.Input{Name: name, Open: func() (io.ReadCloser, error) { return nil, err }}
}
