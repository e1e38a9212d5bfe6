package ruletest

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/rule"
)

//go:embed fixtures/*.json
var fixtures embed.FS

// Bases returns the names of the fixtures that a case can start from, sorted.
func Bases() []string {
	entries, err := fixtures.ReadDir("fixtures")
	if err != nil {
		return nil // embedded: it is always there
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	slices.Sort(names) // files are sorted with their extension
	return names
}

// Base returns the record of a fixture: a synthetic call of one kind of principal, complete
// but for eventSource and eventName, which a case must set.
func Base(name string) (map[string]any, error) {
	data, err := fixtures.ReadFile("fixtures/" + name + ".json")
	if err != nil {
		hint := ""
		if n := nearest.Name(name, Bases()); n != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", n)
		}
		return nil, fmt.Errorf("there is no base %q%s", name, hint)
	}
	var record map[string]any
	return record, json.Unmarshal(data, &record)
}

// Event builds the event of a case: its whole record, or its base with the members of Unset
// removed and those of Set merged in. Objects merge; any other value replaces.
func Event(r rule.Record) (*event.Event, error) {
	record := r.Whole
	if record == nil {
		base, err := Base(r.Base)
		if err != nil {
			return nil, err
		}
		for _, path := range r.Unset {
			if err := unset(base, path); err != nil {
				return nil, err
			}
		}
		record = merge(base, r.Set)
		if record["eventSource"] == "" || record["eventName"] == "" {
			return nil, errors.New("the case sets no eventSource or no eventName")
		}
	}
	data, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	return event.Parse(data)
}

func merge(into, from map[string]any) map[string]any {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		a, aok := into[name].(map[string]any)
		b, bok := from[name].(map[string]any)
		if aok && bok {
			into[name] = merge(maps.Clone(a), b)
		} else {
			into[name] = from[name]
		}
	}
	return into
}

// unset removes the member at a dotted path, which must be there: an edit that does nothing
// is a case that tests something else than it says.
func unset(record map[string]any, path string) error {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		next, ok := record[name].(map[string]any)
		if !ok {
			return fmt.Errorf("unset: the base has no %s", path)
		}
		record = next
	}
	last := names[len(names)-1]
	if _, ok := record[last]; !ok {
		return fmt.Errorf("unset: the base has no %s", path)
	}
	delete(record, last)
	return nil
}
