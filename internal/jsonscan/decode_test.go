package jsonscan_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

func TestMembers(t *testing.T) {
	type member struct{ Name, Value string }
	for _, tt := range []struct {
		name, in string
		want     []member
	}{
		{"empty", ` { } `, nil},
		{"one", `{"a":1}`, []member{{"a", `1`}}},
		{"space is no part of a value", ` { "a" : [ 1 ] , "b" : {} } `, []member{{"a", `[ 1 ]`}, {"b", `{}`}}},
		{"duplicates in order", `{"a":1,"a":2}`, []member{{"a", `1`}, {"a", `2`}}},
		{"escaped name", `{"\u0061\n":null}`, []member{{"a\n", `null`}}},
		{"empty name", `{"":""}`, []member{{"", `""`}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []member
			err := jsonscan.Members([]byte(tt.in), func(name string, value []byte) error {
				got = append(got, member{name, string(value)})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestElements(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{` [ ] `, nil},
		{`[1]`, []string{`1`}},
		{` [ "a,]" , [ ] , {"b":[1]} ] `, []string{`"a,]"`, `[ ]`, `{"b":[1]}`}},
	} {
		var got []string
		err := jsonscan.Elements([]byte(tt.in), func(value []byte) error {
			got = append(got, string(value))
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
}

// Members and Elements together accept exactly the objects and arrays that encoding/json accepts.
func TestMembersElementsGrammar(t *testing.T) {
	for _, in := range grammar {
		valid := json.Valid([]byte(in))
		start := strings.TrimLeft(in, " \t\r\n")
		members := jsonscan.Members([]byte(in), func(string, []byte) error { return nil })
		if want := valid && strings.HasPrefix(start, "{"); (members == nil) != want {
			t.Errorf("Members(%q) = %v, want success %v", in, members, want)
		}
		elements := jsonscan.Elements([]byte(in), func([]byte) error { return nil })
		if want := valid && strings.HasPrefix(start, "["); (elements == nil) != want {
			t.Errorf("Elements(%q) = %v, want success %v", in, elements, want)
		}
	}
}

func TestWalkStopsAtError(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	if err := jsonscan.Members([]byte(`{"a":1,"b":2}`), func(string, []byte) error { calls++; return stop }); err != stop || calls != 1 {
		t.Errorf("Members: %v after %d calls", err, calls)
	}
	calls = 0
	if err := jsonscan.Elements([]byte(`[1,2]`), func([]byte) error { calls++; return stop }); err != stop || calls != 1 {
		t.Errorf("Elements: %v after %d calls", err, calls)
	}
}

var texts = []string{
	`""`, `"plain"`, `"caf\u00e9"`, `"café"`, `"\"\\\/\b\f\n\r\t"`, `"\u0000"`, `"a\u202fPM"`,
	`"\ud83d\ude00"`, `"😀"`, `"\uD83D\uDE00x"`,
	`"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\ud83d\ude00"`, `"\ude00\ud83d"`, `"\ud83d\\ude00"`, `"\ufffd"`, `"\ud83d\ufffd"`,
	"\"\xff\"", "\"\xff\xff\"", "\"a\xc3\"", "\"\xed\xa0\x80\"", "\"\xf0\x9f\x98\"", "\"\xc3\\n\xa9\"", "\"\\n\xff\xfe\"", "\"\xff\\u00e9\xff\xff\\t\"",
}

func checkText(t *testing.T, raw []byte) {
	t.Helper()
	var want string
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatalf("%q: %v", raw, err)
	}
	if got := jsonscan.Text(raw); got != want {
		t.Errorf("Text(%q) = %q, want %q", raw, got, want)
	}
}

func TestText(t *testing.T) {
	for _, in := range texts {
		checkText(t, []byte(in))
	}
}

func TestTextAliases(t *testing.T) {
	raw := []byte(`"plain"`)
	if text := jsonscan.Text(raw); unsafe.StringData(text) != &raw[1] {
		t.Error("text without escapes was copied")
	}
	if n := testing.AllocsPerRun(100, func() { jsonscan.Text(raw) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzText(f *testing.F) {
	for _, in := range texts {
		f.Add([]byte(in[1 : len(in)-1]))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		raw := append(append([]byte{'"'}, in...), '"')
		end, err := jsonscan.String(raw, 0)
		if valid := json.Valid(raw); (err == nil && end == len(raw)) != valid {
			t.Fatalf("String(%q) = %d, %v, but valid is %v", raw, end, err, valid)
		} else if valid {
			checkText(t, raw)
		}
	})
}

func TestLenient(t *testing.T) {
	for _, tt := range []struct {
		in   string
		text string
		ok   bool
	}{
		{`"a"`, "a", true},
		{`""`, "", true},
		{`null`, "", true},
		{`true`, "true", true},
		{`612.0`, "612.0", true},
		{`{}`, "", false},
		{`["a"]`, "", false},
	} {
		if text, ok := jsonscan.Lenient([]byte(tt.in)); text != tt.text || ok != tt.ok {
			t.Errorf("Lenient(%s) = %q, %v, want %q, %v", tt.in, text, ok, tt.text, tt.ok)
		}
	}
}
