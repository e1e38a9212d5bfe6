package event_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
)

// realRecords calls fn with each record of a folder of CloudTrail's own files,
// which is not part of this repository, and skips the test where it is missing.
func realRecords(t *testing.T, fn func(file string, record []byte)) {
	t.Helper()
	const dir = "../../shared/data"
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no folder %s with real records", dir)
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(path, ".json") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			if data, err = io.ReadAll(z); err != nil {
				return err
			}
		}
		var file struct{ Records []json.RawMessage }
		if data = bytes.TrimSpace(data); data[0] == '[' {
			err = json.Unmarshal(data, &file.Records)
		} else {
			err = json.Unmarshal(data, &file)
		}
		for _, record := range file.Records {
			fn(filepath.Base(path), record)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRealRecords(t *testing.T) {
	var n int
	realRecords(t, func(file string, record []byte) {
		n++
		e, err := event.Parse(record)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			return
		}
		checkEvent(t, e, record)
		var want struct{ EventSource, EventName, RecipientAccountID string }
		if err := json.Unmarshal(record, &want); err != nil {
			t.Fatal(err)
		}
		if e.EventSource != want.EventSource || e.EventName != want.EventName || e.AccountID() != want.RecipientAccountID {
			t.Errorf("%s: %s %s %s, encoding/json reads %v", file, e.EventSource, e.EventName, e.AccountID(), want)
		}
		if e.EventTime.IsZero() || !e.ReadOnly.Known() || e.Actor().ID == "" || e.Extra != nil || e.UserIdentity.Extra != nil {
			t.Errorf("%s: something is not understood in %s", file, record)
		}
	})
	t.Logf("%d records", n)
	if n < 3000 {
		t.Errorf("only %d records", n)
	}
}
