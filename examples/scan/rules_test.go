package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/trailsift/trailsift/builtin"
)

func TestRuleErrors(t *testing.T) {
	got := runScan(t, "", "-rules", filepath.Join("testdata", "broken"))
	if got.code != exitIncomplete || got.out != "" {
		t.Errorf("exit code %d, stdout: %s", got.code, got.out)
	}
	for _, want := range []string{
		"testdata/broken/one.yaml:3:11: one: severity:", `did you mean "high"?`,
		"testdata/broken/one.yaml:5:3: one: match.events:", `did you mean "event"?`,
		"testdata/broken/two.yaml:7:13: two: when:", `did you mean "eventName"?`,
	} {
		if !strings.Contains(got.errOut, want) {
			t.Errorf("stderr lacks %q:\n%s", want, got.errOut)
		}
	}
}

func TestRuleNamedTwice(t *testing.T) {
	catalogue, err := builtin.Rules()
	if err != nil || len(catalogue) == 0 {
		t.Fatalf("%d rules, %v", len(catalogue), err)
	}
	dir := write(t, map[string]string{"mine.yaml": strings.Replace(readFile(t, "testdata/rules/tag.yaml"), "user-tagged", catalogue[0].ID, 1)})
	got := runScan(t, "", "-rules", dir)
	if got.code != exitIncomplete || !strings.Contains(got.errOut, filepath.ToSlash(dir)+"/mine.yaml:1:5: ") {
		t.Errorf("exit code %d, stderr: %s", got.code, got.errOut)
	}
}

func TestRulesAreAdded(t *testing.T) {
	lines := func(args ...string) map[string]jsonRule {
		t.Helper()
		got := runScan(t, "", append(args, "-list")...)
		if got.code != exitComplete {
			t.Fatalf("exit code %d, stderr: %s", got.code, got.errOut)
		}
		rules := map[string]jsonRule{}
		for line := range strings.Lines(got.out) {
			var r jsonRule
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			rules[r.ID] = r
		}
		return rules
	}
	catalogue := lines()
	for id, r := range catalogue {
		if len(r.Sources) == 0 {
			t.Errorf("%s has no sources", id)
		}
	}
	both := lines("-rules", "testdata/rules")
	if len(both) != len(catalogue)+1 || both["user-tagged"].Title != "IAM user tagged" {
		t.Errorf("%d rules with one added to %d", len(both), len(catalogue))
	}
	if mine := lines("-rules", "testdata/rules", "-only-rules"); len(mine) != 1 {
		t.Errorf("%d rules with -only-rules, want 1", len(mine))
	}
	if none := lines("-rules", "testdata/rules", "-only-rules", "-min-severity", "high"); len(none) != 0 {
		t.Errorf("%d rules of -min-severity high, want 0", len(none))
	}
}

func TestMinSeverity(t *testing.T) {
	all := runScan(t, "", "-format", "json").out
	var want []string
	for line := range strings.Lines(all) {
		if strings.Contains(line, `"severity":"high"`) || strings.Contains(line, `"severity":"critical"`) {
			want = append(want, line)
		}
	}
	if len(want) == 0 {
		t.Fatal("the bundled trail has no severe finding")
	}
	if diff := cmp.Diff(strings.Join(want, ""), runScan(t, "", "-format", "json", "-min-severity", "high").out); diff != "" {
		t.Error(diff)
	}
}
