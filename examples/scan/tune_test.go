package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// golden compares what a run prints with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(readFile(t, path), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("output changed; if it should, run go test ./examples/scan -update (-want +got):\n%s", diff)
	}
}

func TestTune(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			got := runScan(t, "", "-tune", "testdata/tunings.yaml", "-format", format)
			if got.code != exitComplete {
				t.Fatalf("exit code %d, stderr:\n%s", got.code, got.errOut)
			}
			golden(t, "tuned."+format, got.out)
			if !strings.Contains(got.errOut, `notice: testdata/tunings.yaml:16:18: iam-policy-changed: tunings[0].exceptions[1].expires: the exception "set-up" of security team expired on 2020-01-01`) {
				t.Errorf("stderr: %s", got.errOut)
			}
		})
	}
}

// Each finding of a rule in shadow mode says so in JSON, and no other does.
func TestTune_shadow(t *testing.T) {
	got := runScan(t, "", "-tune", "testdata/tunings.yaml", "-format", "json", "-fail-on", "informational")
	shadows := 0
	for line := range strings.Lines(got.out) {
		var f map[string]any
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		shadow, marked := f["shadow"]
		if e, ok := f["episode"].(map[string]any); ok && e["learning"] == true {
			continue // it is reported apart for another reason
		}
		if s3 := strings.HasPrefix(f["rule"].(string), "s3-"); marked != s3 || s3 && shadow != true {
			t.Errorf("%v: shadow is %v", f["rule"], shadow)
		}
		if marked {
			shadows++
		}
	}
	if shadows == 0 {
		t.Error("nothing in shadow mode was found")
	}
	if got.code != exitFindings {
		t.Errorf("exit code %d", got.code)
	}
	// What is in shadow mode alone is no reason to fail.
	dir := write(t, map[string]string{
		"log.json":       logFile(record("e-1", "cli")),
		"t.yaml":         "tunings: [{target: {id: user-tagged}, shadow: true}]\n",
		"rules/tag.yaml": readFile(t, "testdata/rules/tag.yaml"),
	})
	got = runScan(t, "", "-only-rules", "-rules", filepath.Join(dir, "rules"), "-tune", filepath.Join(dir, "t.yaml"), "-fail-on", "low", filepath.Join(dir, "log.json"))
	if got.code != exitComplete || !strings.Contains(got.out, "0 findings\n1 finding in shadow mode or of rules that are still learning beside them") {
		t.Errorf("exit code %d\n%s", got.code, got.out)
	}
}

func TestTune_errors(t *testing.T) {
	dir := write(t, map[string]string{
		"syntax.yaml":  "tunings:\n  - taget: {id: iam-user-created}\n    enabled: false\n",
		"unknown.yaml": "tunings:\n  - target: {id: iam-user-craeted}\n    enabled: false\n",
		"fine.yaml":    "tunings:\n  - target: {id: iam-user-created}\n    enabled: false\n",
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]struct {
		files []string
		want  []string
	}{
		"missing":      {[]string{at("missing.yaml")}, []string{"missing.yaml: no such file"}},
		"all at once":  {[]string{at("syntax.yaml"), at("fine.yaml"), at("missing.yaml")}, []string{`syntax.yaml:2:5: tunings[0].taget: unknown key (did you mean "target"?)`, "missing.yaml: no such file"}},
		"unknown rule": {[]string{at("fine.yaml"), at("unknown.yaml")}, []string{`unknown.yaml:2:13: tunings[0].target: no rule has the id "iam-user-craeted" (did you mean "iam-user-created"?)`}},
	} {
		t.Run(name, func(t *testing.T) {
			var args []string
			for _, f := range c.files {
				args = append(args, "-tune", f)
			}
			got := runScan(t, "", args...)
			if got.code != exitIncomplete || got.out != "" {
				t.Errorf("exit code %d\n%s", got.code, got.out)
			}
			for _, want := range c.want {
				if !strings.Contains(got.errOut, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.errOut)
				}
			}
		})
	}
}

func TestExplain(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			got := runScan(t, "", "-tune", "testdata/tunings.yaml", "-explain", "iam-policy-changed", "-format", format)
			if got.code != exitComplete {
				t.Fatalf("exit code %d, stderr:\n%s", got.code, got.errOut)
			}
			golden(t, "explained."+format, got.out)
		})
	}
}

func TestExplain_max(t *testing.T) {
	var records []string
	for range 25 {
		records = append(records, record("e", "cli"))
	}
	records[3] = strings.Replace(records[3], "TagUser", "GetUser", 1) // another name: not a record to explain
	records[4] = strings.Replace(records[4], `"cli"`, `"cli\u001b[2J"`, 1)
	dir := write(t, map[string]string{"log.json": logFile(records...), "bad.json": `{"Records":[{"eventName":`})
	base := []string{"-only-rules", "-rules", "testdata/rules", "-explain", "user-tagged"}
	explained := func(r result) int { return strings.Count(r.out, "event e: ") }

	log := filepath.Join(dir, "log.json")
	got := runScan(t, "", append(base, log)...)
	if got.code != exitComplete || explained(got) != 20 || !strings.Contains(got.out, "25 records in 1 input; user-tagged looks at 24 of them by source and name: 20 explained, of which 20 matched\n4 are left out: raise -explain-max") {
		t.Errorf("exit code %d, stderr %s\n%s", got.code, got.errOut, got.out)
	}
	if strings.Contains(got.out, "\x1b") {
		t.Error("an escape sequence of the log reaches the terminal")
	}
	if got = runScan(t, "", append(base, "-explain-max", "100", log)...); explained(got) != 24 || strings.Contains(got.out, "left out") {
		t.Errorf("%d are explained\n%s", explained(got), got.out)
	}
	if got = runScan(t, "", append(base, "-explain-max", "0", log)...); got.code != exitIncomplete || !strings.Contains(got.errOut, "-explain-max") {
		t.Errorf("exit code %d, stderr %s", got.code, got.errOut)
	}
	if got = runScan(t, "", append(base, filepath.Join(dir, "bad.json"), filepath.Join(dir, "gone.json"))...); got.code != exitIncomplete || !strings.Contains(got.errOut, "gone.json") {
		t.Errorf("exit code %d, stderr %s", got.code, got.errOut)
	}
	if got = runScan(t, "", "-explain", "iam-user-craeted"); got.code != exitIncomplete || !strings.Contains(got.errOut, `did you mean "iam-user-created"?`) {
		t.Errorf("exit code %d, stderr %s", got.code, got.errOut)
	}
}
