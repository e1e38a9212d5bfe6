package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A found is where a finding was found.
type found struct {
	Event, File string
	Record      int
}

func findings(t *testing.T, out string) []found {
	t.Helper()
	var all []found
	for line := range strings.Lines(out) {
		var f jsonFinding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, found{strings.Join(f.EventIDs, " "), filepath.ToSlash(f.Location.File), f.Location.Record})
	}
	return all
}

func TestInputs(t *testing.T) {
	files := map[string]string{
		"a.json":             logFile(record("a-0", "cli"), `{"eventVersion":"1.11"`+`,"eventType":"AwsApiCall","eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity"}`, record("a-2", "cli")),
		"b/2026/01/05.gz":    zipped(t, logFile(record("b-0", "cli"))),
		"b/notes":            record("n-0", "cli") + "\n" + record("n-1", "cli") + "\n",
		"c/event.json":       `{"version":"0","id":"6a7e8f90-0000-4000-8000-000000000001","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"210987654321","time":"2026-01-05T09:15:00Z","region":"us-east-1","resources":[],"detail":` + record("c-0", "cli") + `}`,
		"c/.git/config.json": logFile(record("hidden", "cli")),
		"c/.hidden.json":     logFile(record("hidden", "cli")),
	}
	t.Chdir(write(t, files))
	rules := filepath.Join(t.TempDir(), "rules")
	if err := os.CopyFS(rules, os.DirFS(sourceDir+"/testdata/rules")); err != nil {
		t.Fatal(err)
	}
	all := []found{
		{"a-0", "a.json", 0}, {"a-2", "a.json", 2},
		{"b-0", "b/2026/01/05.gz", 0}, {"n-0", "b/notes", 0}, {"n-1", "b/notes", 1},
		{"c-0", "c/event.json", 0},
	}
	tests := []struct {
		name  string
		stdin string
		paths []string
		want  []found
	}{
		{"this directory", "", []string{"."}, all},
		{"directories and files in the order given", "", []string{"c", "a.json"}, []found{all[5], all[0], all[1]}},
		{"a hidden file that is named", "", []string{"c/.hidden.json"}, []found{{"hidden", "c/.hidden.json", 0}}},
		{"a hidden directory that is named", "", []string{"c/.git"}, []found{{"hidden", "c/.git/config.json", 0}}},
		{"standard input", logFile(record("s-0", "cli")), []string{"-"}, []found{{"s-0", "-", 0}}},
		{"gzip on standard input", zipped(t, logFile(record("s-0", "cli"))), []string{"a.json", "-"}, []found{all[0], all[1], {"s-0", "-", 0}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := runScan(t, test.stdin, append([]string{"-format", "json", "-only-rules", "-rules", rules}, test.paths...)...)
			if got.code != exitComplete {
				t.Errorf("exit code %d, stderr:\n%s", got.code, got.errOut)
			}
			if diff := cmp.Diff(test.want, findings(t, got.out)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("links", func(t *testing.T) {
		if err := os.Symlink("b", "link"); err != nil {
			t.Skip(err)
		}
		if err := os.MkdirAll("d", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("../a.json", "d/link.json"); err != nil {
			t.Fatal(err)
		}
		want := []found{{"b-0", "link/2026/01/05.gz", 0}, {"n-0", "link/notes", 0}, {"n-1", "link/notes", 1}, {"a-0", "d/link.json", 0}, {"a-2", "d/link.json", 2}}
		got := runScan(t, "", "-format", "json", "-only-rules", "-rules", rules, "link", "d")
		if diff := cmp.Diff(want, findings(t, got.out)); diff != "" {
			t.Error(diff)
		}
	})
}

// sourceDir is where the tests of this package run, before any changes directory.
var sourceDir = func() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}()
