package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/trailsift/trailsift/examples/maxmind"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// A memory is what rules with memory have to go on: what was remembered from scans before, and what is known of
// addresses.
type memory struct {
	store   *state.Memory
	options []ruleset.Option
	files   []io.Closer
}

func (m *memory) open(o *options) error {
	m.store = state.NewMemory(state.Limits{})
	m.options = []ruleset.Option{ruleset.WithStore(m.store)}
	if o.learned {
		m.options = append(m.options, ruleset.ObservedSince(time.Unix(0, 0)))
	}
	for _, l := range []struct {
		name, file string
		lookup     func(*maxmind.DB) func(string) (map[string]any, bool)
	}{
		{"asn", o.asn, func(db *maxmind.DB) func(string) (map[string]any, bool) { return db.ASN }},
		{"geo", o.geo, func(db *maxmind.DB) func(string) (map[string]any, bool) { return db.Geo }},
	} {
		if l.file == "" {
			continue
		}
		db, err := maxmind.Open(l.file)
		if err != nil {
			return err
		}
		m.files = append(m.files, db)
		m.options = append(m.options, ruleset.WithLookup(l.name, l.lookup(db)))
	}
	if o.state == "" {
		return nil
	}
	f, err := os.Open(o.state)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the first scan
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return m.store.Restore(f)
}

func (m *memory) close() {
	for _, c := range m.files {
		c.Close()
	}
}

// save writes a new file beside the one of that name and puts it in its place, so that there is always a whole one.
func (m *memory) save(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = m.store.Snapshot(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
