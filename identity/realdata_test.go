package identity_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/identity"
)

// What must hold for every identity that AWS wrote.
func TestRealIdentities(t *testing.T) {
	files, _ := filepath.Glob(filepath.FromSlash("../../shared/data/*/*.json*"))
	if len(files) == 0 {
		t.Skip("no real records in ../../shared/data")
	}
	kinds := make(map[identity.Kind]int)
	for _, file := range files {
		for _, raw := range realIdentities(t, file) {
			u, err := identity.Parse(raw)
			if err != nil {
				t.Fatalf("%s: %v\n%s", file, err, raw)
			}
			a := u.Actor()
			kinds[a.Kind]++
			checkID(t, u, a)
			if !u.Type.Known() && u.Type != "" || a.Kind == identity.KindUnknown && u.Type != identity.TypeUnknown || a.ID == "" {
				t.Errorf("%s: %s resolves to %+v", file, raw, a)
			}
			if u.Extra != nil || u.SessionContext.Extra != nil || u.SessionContext.Attributes.Extra != nil || u.SessionContext.SessionIssuer.Extra != nil {
				t.Errorf("%s: unknown members in %s", file, raw)
			}
			out, err := json.Marshal(u)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(u, parse(t, string(out))); diff != "" {
				t.Errorf("%s: %s\n%s", file, raw, diff)
			}
		}
	}
	t.Log(kinds)
}

// realIdentities reads the userIdentity of each record of a log file or of a list of records.
func realIdentities(t *testing.T, file string) []json.RawMessage {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".gz") {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	type record struct{ UserIdentity json.RawMessage }
	var log struct{ Records []record }
	if data = bytes.TrimSpace(data); bytes.HasPrefix(data, []byte("[")) {
		err = json.Unmarshal(data, &log.Records)
	} else {
		err = json.Unmarshal(data, &log)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var identities []json.RawMessage
	for _, r := range log.Records {
		if r.UserIdentity != nil {
			identities = append(identities, r.UserIdentity)
		}
	}
	return identities
}
