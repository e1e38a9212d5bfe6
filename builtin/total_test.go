package builtin_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// FuzzCatalogue judges records that hold anything anywhere by every rule of the catalogue: no
// rule faults, and scanning the record finds what evaluating it does.
func FuzzCatalogue(f *testing.F) {
	set := everything(f)
	for _, r := range set.Rules() {
		for _, c := range r.Tests {
			events, err := ruletest.Events(builtin.FS(), c)
			if err != nil {
				f.Fatal(err)
			}
			for _, ev := range events {
				f.Add(ev.Raw())
			}
		}
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		ev, err := event.Parse(record)
		if err != nil {
			t.Skip()
		}
		result, err := set.Eval(context.Background(), ev)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range result.Faults {
			if len(record) < 4096 { // a longer one may hold lists that are too long for nested loops
				t.Errorf("%v\n%s", fault, record)
			}
		}
		var scanned []string
		for result, err := range set.Scan(context.Background(), bytes.NewReader(slices.Concat([]byte(`{"Records":[`), record, []byte(`]}`)))) {
			if err != nil {
				t.Fatalf("%v\n%s", err, record)
			}
			scanned = append(scanned, ids(result)...)
		}
		if want := ids(result); !slices.Equal(scanned, want) {
			t.Errorf("Scan finds %v, Eval %v\n%s", scanned, want, record)
		}
	})
}

// TestRealRecords judges real records by the whole catalogue, decoded and scanned.
func TestRealRecords(t *testing.T) {
	const data = "../../shared/data"
	if _, err := os.Stat(data); err != nil {
		t.Skip("there are no real records here: " + err.Error())
	}
	set := everything(t)
	records, findings := 0, map[string]int{}
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".md" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var evaluated, scanned []string
		for ev, err := range event.Records(bytes.NewReader(b)) {
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			records++
			result, err := set.Eval(context.Background(), ev)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range result.Faults {
				t.Errorf("%s: %v", path, fault)
			}
			evaluated = append(evaluated, ids(result)...)
			for _, f := range result.Findings {
				findings[f.Rule]++
			}
		}
		for result, err := range set.Scan(context.Background(), bytes.NewReader(b)) {
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			scanned = append(scanned, ids(result)...)
		}
		if !slices.Equal(evaluated, scanned) {
			t.Errorf("%s: Scan and Eval differ", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, findings by rule: %v", records, findings)
	for id, want := range map[string]int{ // counted by hand, from the names and outcomes of the records
		"iam-user-created": 5, "lambda-function-created": 2, "iam-admin-policy-attached-user": 2, "s3-bucket-policy-changed": 3,
		"ec2-security-group-open-world": 2, "console-login-without-mfa": 1, "cloudtrail-logging-stopped": 0,
	} {
		if findings[id] != want {
			t.Errorf("%s: %d findings, want %d", id, findings[id], want)
		}
	}
}

func ids(r ruleset.Result) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.ID)
	}
	return out
}
