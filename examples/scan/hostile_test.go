package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// TestHostileUserAgent puts what a terminal would obey into every output.
func TestHostileUserAgent(t *testing.T) {
	agent := "cli\x1b]0;owned\x07\u009b2J\x7f\u202egnp\U000e0041"
	quoted, err := json.Marshal(agent)
	if err != nil {
		t.Fatal(err)
	}
	log := logFile(strings.Replace(record("e-1", "AGENT"), `"AGENT"`, string(quoted), 1), `{"eventName":"\u001b[2J"}`)
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			got := runScan(t, log, "-format", format, "-only-rules", "-rules", "testdata/rules", "-", "no\x1b[2Jsuch")
			if !strings.Contains(got.out, "tagged with cli") {
				t.Fatalf("stdout: %q, stderr: %q", got.out, got.errOut)
			}
			for _, r := range got.out + got.errOut {
				if r != '\n' && !unicode.IsGraphic(r) {
					t.Errorf("%q is written as it is, in %q", r, got.out+got.errOut)
				}
			}
			if format == "json" {
				var f jsonFinding
				if err := json.Unmarshal([]byte(got.out), &f); err != nil || !strings.HasSuffix(f.Message, agent) {
					t.Errorf("the message became %q, %v", f.Message, err)
				}
			}
		})
	}
}
