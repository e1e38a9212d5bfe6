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

// TestRealFiles reads CloudTrail's own files as they are, and finds each record that
// encoding/json finds, in order, at its offset.
func TestRealFiles(t *testing.T) {
	const dir = "../../shared/data"
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no folder %s with real files", dir)
	}
	files, records := 0, 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(path, ".json") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		inflated := data
		if strings.HasSuffix(path, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			if inflated, err = io.ReadAll(z); err != nil {
				return err
			}
		}
		var want []json.RawMessage
		if inflated[0] == '[' {
			err = json.Unmarshal(inflated, &want)
		} else {
			var file struct{ Records []json.RawMessage }
			err = json.Unmarshal(inflated, &file)
			want = file.Records
		}
		if err != nil {
			return err
		}
		n := 0
		for raw, err := range event.RawRecords(bytes.NewReader(data), event.File(path)) {
			if err != nil {
				t.Error(err)
				continue
			}
			if n >= len(want) || !bytes.Equal(raw.Bytes, want[n]) {
				t.Fatalf("%v is another record than encoding/json's", raw.Location)
			}
			at := raw.Location
			if at.File != path || at.Record != n || !bytes.HasPrefix(inflated[at.Offset:], raw.Bytes) {
				t.Errorf("wrong location %v", at)
			}
			e, err := raw.Decode()
			if err != nil {
				t.Fatal(err)
			}
			checkSkim(t, raw, e)
			n++
		}
		if n != len(want) {
			t.Errorf("%s: %d records, want %d", path, n, len(want))
		}
		files++
		records += n
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Error("no files")
	}
	t.Logf("%d files, %d records", files, records)
}
