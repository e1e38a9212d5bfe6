package ruletest

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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
// removed and those of Set merged in. Objects merge; any other value replaces. For files, and for
// a case's clock, see Events.
func Event(r rule.Record) (*event.Event, error) {
	record, err := recordOf(nil, r)
	if err != nil {
		return nil, err
	}
	return parsed(record)
}

// Events builds the events of a case: those of Event, moved to where the case's clock places them,
// and with ids of their own. Files are read from fsys, which may be nil when the case names none.
func Events(fsys fs.FS, c rule.Test) ([]*event.Event, error) {
	records := c.Events
	if len(records) == 0 {
		records = []rule.Record{c.Event}
	}
	clock := c.Clock
	var out []*event.Event
	for i, once := range repeated(records) {
		r := once.Record
		record, err := recordOf(fsys, r)
		if err == nil && i == 0 && clock.IsZero() {
			clock = timeOf(record)
		}
		if err == nil {
			err = place(record, r, clock, !c.Clock.IsZero())
		}
		if err == nil && r.Whole == nil {
			distinguish(record, r, i)
		}
		var ev *event.Event
		if err == nil {
			ev, err = parsed(record)
		}
		if err != nil {
			if len(c.Events) > 0 {
				return nil, fmt.Errorf("events[%d]: %w", once.of, err)
			}
			return nil, err
		}
		out = append(out, ev)
	}
	return out, nil
}

// A repetition is one of the times that a record of a case happens.
type repetition struct {
	rule.Record
	of int // the record's place in the case
}

// repeated writes out the events that happen more than once.
func repeated(records []rule.Record) []repetition {
	var out []repetition
	for i, r := range records {
		if r.Repeat < 1 {
			out = append(out, repetition{r, i})
			continue
		}
		for n := range r.Repeat {
			once := r
			once.At += time.Duration(n) * r.Every
			once.Set, _ = numbered(r.Set, strconv.Itoa(n+1)).(map[string]any)
			out = append(out, repetition{once, i})
		}
	}
	return out
}

// numbered puts n in the place of {n} in every text of x.
func numbered(x any, n string) any {
	switch v := x.(type) {
	case string:
		return strings.ReplaceAll(v, "{n}", n)
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, m := range v {
			out[name] = numbered(m, n)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = numbered(m, n)
		}
		return out
	}
	return x
}

func parsed(record map[string]any) (*event.Event, error) {
	data, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	return event.Parse(data)
}

// recordOf makes a record that the caller may change.
func recordOf(fsys fs.FS, r rule.Record) (map[string]any, error) {
	if r.Whole != nil {
		return maps.Clone(r.Whole), nil
	}
	var record map[string]any
	var err error
	if r.File != "" {
		record, err = fromFile(fsys, r.File)
	} else {
		record, err = Base(r.Base)
	}
	if err != nil {
		return nil, err
	}
	for _, path := range r.Unset {
		if err := unset(record, path); err != nil {
			return nil, err
		}
	}
	record = merge(record, r.Set)
	if r.File == "" && (record["eventSource"] == "" || record["eventName"] == "") {
		return nil, errors.New("the case sets no eventSource or no eventName")
	}
	return record, nil
}

// fromFile reads the one record of a file, in any envelope that package event reads.
func fromFile(fsys fs.FS, name string) (map[string]any, error) {
	if fsys == nil {
		return nil, fmt.Errorf("%s: there are no files to read", name)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var found []*event.Event
	for ev, err := range event.Records(bytes.NewReader(data)) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found = append(found, ev)
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s holds %d records, a case needs one", name, len(found))
	}
	return decode(found[0].Raw())
}

// decode keeps numbers as they are written.
func decode(data []byte) (record map[string]any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&record)
	return record, err
}

func timeOf(record map[string]any) time.Time {
	text, _ := record["eventTime"].(string)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// place sets the time of a record, as rule.Record says.
func place(record map[string]any, r rule.Record, clock time.Time, given bool) error {
	if _, own := r.Set["eventTime"]; own || !given && r.At == 0 {
		return nil
	}
	if clock.IsZero() {
		return errors.New("at: the first event has no time to count from, and the case no clock")
	}
	record["eventTime"] = clock.Add(r.At).UTC().Format("2006-01-02T15:04:05Z")
	return nil
}

// distinguish gives the events of a case that come of one base ids of their own, unless it sets them.
func distinguish(record map[string]any, r rule.Record, i int) {
	for _, name := range []string{"eventID", "requestID"} {
		id, _ := record[name].(string)
		if _, own := r.Set[name]; own || id == "" || i == 0 {
			continue
		}
		if len(id) == 36 { // a UUID stays one
			record[name] = fmt.Sprintf("%s%04x%s", id[:9], i, id[13:])
		} else {
			record[name] = fmt.Sprintf("%s-%d", id, i)
		}
	}
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
			return fmt.Errorf("unset: the record has no %s", path)
		}
		record = next
	}
	last := names[len(names)-1]
	if _, ok := record[last]; !ok {
		return fmt.Errorf("unset: the record has no %s", path)
	}
	delete(record, last)
	return nil
}
