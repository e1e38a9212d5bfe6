package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A result is what the program leaves behind.
type result struct {
	code        int
	out, errOut string
}

func runScan(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

// record is a record that the rule of testdata/rules/tag.yaml matches.
func record(id, userAgent string) string {
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/eng/ops/mira","accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY0000001","userName":"mira"},"eventTime":"2026-01-05T09:15:00Z","eventSource":"iam.amazonaws.com","eventName":"TagUser","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":%q,"requestParameters":{"userName":"lee"},"responseElements":null,"eventID":%q,"readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321","eventCategory":"Management"}`, userAgent, id)
}

func logFile(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// write makes files in a new directory, and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bundled is the directory of the trail that comes with the program.
const bundled = "../internal/trail/logs"

func TestBundledTrail(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			got := runScan(t, "", "-format", format)
			if got.code != exitComplete {
				t.Fatalf("exit code %d, stderr:\n%s", got.code, got.errOut)
			}
			golden := filepath.Join("testdata", "bundled."+format)
			if *update {
				if err := os.WriteFile(golden, []byte(got.out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.out, "\n")); diff != "" {
				t.Errorf("output changed; if it should, run go test ./examples/scan -update (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWorkersChangeNothing(t *testing.T) {
	one := runScan(t, "", "-format", "json", "-workers", "1", bundled)
	eight := runScan(t, "", "-format", "json", "-workers", "8", bundled)
	if one.out == "" {
		t.Fatal("no findings")
	}
	if diff := cmp.Diff(one, eight, cmp.AllowUnexported(result{})); diff != "" {
		t.Error(diff)
	}
}

func TestExitCode(t *testing.T) {
	rec := record("e-1", "cli")
	dir := write(t, map[string]string{
		"log.json":       logFile(rec),
		"bad.json":       logFile(rec, `{"eventName":12`+"}", `"text"`, record("e-2", "cli")),
		"digest.json":    `{"awsAccountId":"210987654321","digestStartTime":"2026-01-05T08:01:31Z","digestEndTime":"2026-01-05T09:01:31Z","digestS3Bucket":"b","digestS3Object":"o","logFiles":[],"previousDigestS3Object":null}`,
		"cut.json.gz":    zipped(t, logFile(rec))[:40],
		"empty/.hidden":  "no log",
		"rules/tag.yaml": readFile(t, "testdata/rules/tag.yaml"),
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	tests := []struct {
		name   string
		args   []string
		code   int
		stdout string // in the output
		stderr string
	}{
		{"complete", []string{at("log.json")}, exitComplete, "1 finding (1 low)", ""},
		{"bad records", []string{at("bad.json")}, exitComplete, "2 records could not be read", "bad.json: record 1 "},
		{"bad records in json", []string{"-format", "json", at("bad.json")}, exitComplete, `"event_ids":["e-2"]`, "2 records could not be read"},
		{"other payload", []string{at("digest.json")}, exitComplete, "skipped, as no records: a digest file (1)", ""},
		{"empty directory", []string{at("empty")}, exitComplete, "0 records in 0 inputs", ""},
		{"missing path", []string{at("missing.json"), at("log.json")}, exitIncomplete, "1 finding (1 low)", "cannot read " + at("missing.json") + ": no such file or directory"},
		{"cut short", []string{at("cut.json.gz")}, exitIncomplete, "the scan is incomplete: 1 input could not be read", "cut.json.gz"},
		{"findings below the level", []string{"-fail-on", "medium", at("log.json")}, exitComplete, "1 finding", ""},
		{"findings of the level", []string{"-fail-on", "low", at("log.json")}, exitFindings, "1 finding", ""},
		{"findings that are not shown", []string{"-fail-on", "low", "-min-severity", "high", "-format", "json", at("log.json")}, exitFindings, "", "1 finding"},
		{"incomplete before findings", []string{"-fail-on", "low", at("log.json"), at("missing.json")}, exitIncomplete, "1 finding", "missing.json"},
		{"help", []string{"-h"}, exitComplete, "", "Usage: scan"},
		{"unknown flag", []string{"-colour"}, exitIncomplete, "", "-colour"},
		{"unknown level", []string{"-fail-on", "hihg"}, exitIncomplete, "", `did you mean "high"?`},
		{"unknown format", []string{"-format", "xml"}, exitIncomplete, "", `unknown format "xml"`},
		{"no workers", []string{"-workers", "0"}, exitIncomplete, "", "-workers"},
		{"standard input twice", []string{"-", "-"}, exitIncomplete, "", "only once"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := runScan(t, "", append([]string{"-only-rules", "-rules", at("rules")}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.out, test.stdout) || !strings.Contains(got.errOut, test.stderr) {
				t.Errorf("exit code %d, want %d with %q on stdout and %q on stderr; stdout:\n%s\nstderr:\n%s", got.code, test.code, test.stdout, test.stderr, got.out, got.errOut)
			}
			if test.stderr == "" && got.errOut != "" {
				t.Errorf("stderr: %s", got.errOut)
			}
		})
	}
	t.Run("rules without any", func(t *testing.T) {
		if got := runScan(t, "", "-only-rules"); got.code != exitIncomplete {
			t.Errorf("exit code %d", got.code)
		}
		if got := runScan(t, "", "-rules", at("empty")); got.code != exitIncomplete || !strings.Contains(got.errOut, "no rules") {
			t.Errorf("exit code %d, stderr: %s", got.code, got.errOut)
		}
	})
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errOut bytes.Buffer
	for _, args := range [][]string{{bundled}, {"-explain", "iam-user-created", bundled}} {
		if code := run(ctx, args, strings.NewReader(""), &out, &errOut); code != exitIncomplete || !strings.Contains(errOut.String(), "interrupted") {
			t.Errorf("%v: exit code %d, stderr: %s", args, code, &errOut)
		}
		errOut.Reset()
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"-format", "text"}, {"-format", "json"}, {"-list"}, {"-explain", "iam-user-created"}, {"-explain", "iam-user-created", "-explain-max", "1", "-format", "json"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var errOut bytes.Buffer
			if code := run(t.Context(), args, strings.NewReader(""), full{}, &errOut); code != exitIncomplete || !strings.Contains(errOut.String(), "no space left") {
				t.Errorf("exit code %d, stderr: %s", code, &errOut)
			}
		})
	}
}
