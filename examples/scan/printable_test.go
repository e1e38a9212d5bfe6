package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", `role "café" 日本 \x1b`, `role "café" 日本 \x1b`},
		{"escape sequence", "\x1b[2Jcli\x07", `\x1b[2Jcli\a`},
		{"C1 control", "\u009b31m", `\u009b31m`},
		{"delete", "a\x7f", `a\x7f`},
		{"line break", "a\nCRITICAL\r", `a\nCRITICAL\r`},
		{"direction of writing", "a\u202eb\u2066", `a\u202eb\u2066`},
		{"tag", "\U000e0041", `\U000e0041`},
		{"no UTF-8", "a\xffb", "a\ufffdb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := printable(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

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

func FuzzJSONLine(f *testing.F) {
	f.Add("cli\x1b\u009b\u202e\U000e0041\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		if err := writeLine(&b, s); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ReplaceAll(back, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Errorf("%q became %q", s, back)
		}
		for _, r := range strings.TrimSuffix(b.String(), "\n") {
			if !unicode.IsGraphic(r) {
				t.Errorf("%q is written as it is", r)
			}
		}
	})
}
