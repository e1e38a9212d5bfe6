package plain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/trailsift/trailsift/examples/internal/plain"
)

func TestText(t *testing.T) {
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
			if got := plain.Text(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzWriteJSON(f *testing.F) {
	f.Add("cli\x1b\u009b\u202e\U000e0041\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		if err := plain.WriteJSON(&b, s); err != nil {
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
