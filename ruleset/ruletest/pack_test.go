package ruletest_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPack is no test by itself: run in a process of its own, it is what somebody who writes rules
// has in a _test.go file.
func TestPack(t *testing.T) {
	dir := os.Getenv("RULETEST_PACK")
	if dir == "" {
		t.Skip("it runs within TestRun_failing and TestRun_update")
	}
	ruletest.Run(t, os.DirFS(dir), ruletest.MinCoverage(100), ruletest.MinKilled(100))
}

// runPack runs TestPack over the rules in dir, and returns what it prints.
func runPack(t *testing.T, dir string, args ...string) (output string, passed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestPack$"}, args...)...)
	cmd.Env = append(os.Environ(), "RULETEST_PACK="+dir)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	changing := regexp.MustCompile(`\(\d+\.\d+s\)|\w+\.go:\d+: `) // times, and lines of this package
	return changing.ReplaceAllString(string(out), ""), err == nil
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run with -update to accept (-want +got):\n%s", diff)
	}
}

// What whoever broke a rule, or its cases, reads.
func TestRun_failing(t *testing.T) {
	got, passed := runPack(t, "testdata/pack")
	if passed {
		t.Error("the broken pack passes")
	}
	golden(t, "failing.txt", got)
}

// -update writes the wants anew, and nothing else.
func TestRun_update(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/pack")); err != nil {
		t.Fatal(err)
	}
	runPack(t, dir, "-update")
	data, err := os.ReadFile(filepath.Join(dir, "root-key.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "updated.yaml", string(data))

	// What was written passes.
	rules, err := rule.ReadFS(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range rules[0].Tests[:3] {
		if err := ruletest.Check(rules[0], c, ruletest.WithFiles(os.DirFS(dir))); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

// Nothing is written where it would not be safe.
func TestRun_updateRefuses(t *testing.T) {
	for name, file := range map[string]string{
		"the want shares its line": "- {name: a, event: {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: ListUsers}}, want: []}",
		"an alias":                 "- name: a\n    event: {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: ListUsers}}\n    want: &w []\n  - name: b\n    event: {base: service-call, set: {eventSource: iam.amazonaws.com, eventName: ListUsers}}\n    want: *w",
	} {
		t.Run(name, func(t *testing.T) {
			const head = "id: root\ntitle: Root\nseverity: low\nwhen: actor.isRoot\ntests:\n  "
			dir := t.TempDir()
			path := filepath.Join(dir, "root.yaml")
			if err := os.WriteFile(path, []byte(head+file+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, passed := runPack(t, dir, "-update"); passed {
				t.Errorf("it passes: %s", out)
			}
			got, err := fs.ReadFile(os.DirFS(dir), "root.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+file+"\n", string(got)); diff != "" {
				t.Errorf("the file was written (-want +got):\n%s", diff)
			}
		})
	}
}
