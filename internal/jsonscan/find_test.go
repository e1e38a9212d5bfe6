package jsonscan_test

import (
	"encoding/json"
	"testing"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

func TestFind(t *testing.T) {
	for _, tt := range []struct{ in, name, want string }{
		{`{"a":1}`, "a", `1`},
		{`{"a":1}`, "b", ``},
		{`{}`, "a", ``},
		{`[1]`, "a", ``},
		{`"a"`, "a", ``},
		{`{"a":{"b":1},"b":2}`, "b", `2`},
		{`{"a":{"b":[{"c":"}"}]},"c":"]"}`, "c", `"]"`},
		{`{"a":1,"b":2,"a":"last"}`, "a", `"last"`},
		{` { "a" : [ 1 ] , "b" : null } `, "a", `[ 1 ]`},
		{`{"\u0061":true}`, "a", `true`},
		{`{"caf\u00e9":1}`, "café", `1`},
		{`{"café":1}`, "café", `1`},
		{`{"a\"":1,"a":2}`, `a"`, `1`},
		{"{\"\xff\":1}", "\ufffd", `1`},
		{`{"":1}`, "", `1`},
	} {
		if got := jsonscan.Find([]byte(tt.in), tt.name); string(got) != tt.want {
			t.Errorf("Find(%s, %q) = %q, want %q", tt.in, tt.name, got, tt.want)
		}
	}
}

// Find finds what encoding/json decodes.
func FuzzFind(f *testing.F) {
	for _, in := range grammar {
		f.Add([]byte(in), "a")
	}
	f.Add([]byte(`{"\u0061":1,"b":{"a":2},"a":[{"a":3}]}`), "a")
	f.Add([]byte(`{"\ud83d":1,"\xff":{}}`), "\ufffd")
	f.Fuzz(func(t *testing.T, in []byte, name string) {
		start := jsonscan.Space(in, 0)
		end, err := jsonscan.Value(in, start, jsonscan.MaxDepth)
		if err != nil || jsonscan.Space(in, end) != len(in) {
			t.Skip() // nothing is promised for it
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(in, &want) != nil {
			want = nil
		}
		if got := jsonscan.Find(in, name); string(got) != string(want[name]) {
			t.Errorf("Find(%q, %q) = %q, want %q", in, name, got, want[name])
		}
	})
}
