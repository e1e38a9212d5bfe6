package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// accepts reports whether b is one JSON value with white space around it.
func accepts(b []byte, depth int) bool {
	i, err := jsonscan.Value(b, jsonscan.Space(b, 0), depth)
	return err == nil && jsonscan.Space(b, i) == len(b)
}

// grammar holds an input for each corner of RFC 8259; encoding/json is the judge.
var grammar = []string{
	``, ` `, `null`, `nul`, `nulL`, `true`, `tru`, `false`, `fals`, `truex`,
	`0`, `-0`, `-`, `01`, `1.`, `.1`, `1.5`, `1e5`, `1E+5`, `1e-5`, `1e`, `1e+`, `1.e1`, `+1`, `0x1`, `--1`, `1 2`,
	`""`, `"a"`, `"`, `"\"`, `"\\"`, `"\\\"`, `"\""`, `"\/\b\f\n\r\t"`, `"\a"`, `"\u00e9"`, `"\u00E9"`, `"\u00g9"`, `"\u00e"`, `"\u"`,
	`"\ud83d\ude00"`, `"\ud83d"`, "\"\x00\"", "\"\n\"", "\"\x7f\"", "\"\xff\"", "\"\xc3\xa9\"", `'a'`,
	`[]`, `[ ]`, `[1]`, `[1,2]`, `[1,]`, `[,1]`, `[`, `]`, `[1`, `[1 2]`, `[[],[[]]]`, `[}`, `[1}`,
	`{}`, `{ }`, `{"a":1}`, `{"a":1,"b":{"c":[]}}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a" : 1 }`, `{a:1}`, `{"a":1]`, `{"a":1 "b":2}`, `{1:2}`, `{"a":`, `{"a"`, `{`, `}`,
	" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n{ \t\r\n} \t\r\n] \t\r\n", "\v1", "\u00a01", "\ufeff1", `[1]]`, `{"a":{}}}`,
}

func TestValueGrammar(t *testing.T) {
	for _, in := range grammar {
		if got, want := accepts([]byte(in), jsonscan.MaxDepth), json.Valid([]byte(in)); got != want {
			t.Errorf("%q: accepted = %v, want %v", in, got, want)
		}
	}
}

func TestValueEnd(t *testing.T) {
	for _, tt := range []struct {
		in    string
		start int
		end   int
	}{
		{`"a\"b" , 1`, 0, 6},
		{`[1,"]",{"a":"}"}] x`, 0, 17},
		{`{"a":[12,34]}`, 5, 12},
		{`{"a":[12,34]}`, 6, 8},
		{`-1.5e3]`, 0, 6},
		{`true,`, 0, 4},
	} {
		if end, err := jsonscan.Value([]byte(tt.in), tt.start, 10); end != tt.end || err != nil {
			t.Errorf("Value(%q, %d) = %d, %v, want %d", tt.in, tt.start, end, err, tt.end)
		}
	}
}

func TestValueDepth(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 255, 256, 257, 1000} {
		in := []byte(strings.Repeat(`[{"a":`, n) + `1` + strings.Repeat(`}]`, n))
		if !accepts(in, 2*n) {
			t.Errorf("%d levels: refused with just enough depth", 2*n)
		}
		var syntax *jsonscan.SyntaxError
		if _, err := jsonscan.Value(in, 0, 2*n-1); !errors.As(err, &syntax) || syntax.Offset != 6*n-5 {
			t.Errorf("%d levels: with one level less depth, error %v", 2*n, err)
		}
		in[len(in)-1] = '}' // the outermost bracket: does every level remember what it is?
		if accepts(in, 2*n) {
			t.Errorf("%d levels: accepted with the wrong last bracket", 2*n)
		}
	}
}

// A reader of a stream relies on ErrShort to tell what more bytes can mend from what is broken.
func TestValueShort(t *testing.T) {
	const in = `{"a":[1,true,null,"x\u00e9\"y",-1.5e+3],"b":{}}`
	for n := range len(in) {
		if _, err := jsonscan.Value([]byte(in[:n]), 0, 10); !errors.Is(err, jsonscan.ErrShort) {
			t.Errorf("%q: error %v, want ErrShort", in[:n], err)
		}
	}
	for _, in := range []string{`{"a":[1,tru_`, "\"a\x01", `{"a" 1`, `[1}`, `{x`, `-x`, `"\q"`} {
		var syntax *jsonscan.SyntaxError
		if _, err := jsonscan.Value([]byte(in), 0, 10); !errors.As(err, &syntax) {
			t.Errorf("%q: error %v, want a *SyntaxError", in, err)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, in := range grammar {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		// encoding/json gives up below 10,000 levels; ours then has to count them.
		if got, want := accepts(in, 10000), json.Valid(in); got != want {
			t.Fatalf("%q: accepted = %v, want %v", in, got, want)
		}
		in = append(in, behind...)
		if got, want := accepts(in, 10000), json.Valid(in); got != want {
			t.Fatalf("%q: accepted = %v, want %v", in, got, want)
		}
	})
}

// Strings are looked at eight bytes at a time, four words to a turn: every byte must count at
// every place of each, with more behind it, and without.
func TestStringEveryByteEverywhere(t *testing.T) {
	for length := range 42 {
		for at := range length {
			for c := range 256 {
				raw := []byte(`"` + strings.Repeat("é", length)[:length/2*2] + strings.Repeat("x", length%2) + `"`)
				raw[1+at] = byte(c)
				checkString(t, raw)
				checkString(t, append(raw, behind...))
				raw = []byte(`"` + strings.Repeat("x", length) + `"`)
				raw[1+at] = byte(c)
				checkString(t, raw)
				checkString(t, append(raw, behind...))
			}
		}
	}
}

// behind is what a string may have behind it without being another one: as much as Simple
// looks at in a turn.
var behind = strings.Repeat(" ", 32)

// Simple has to know every string that it can decide on, or skimming is slow.
func TestSimple(t *testing.T) {
	for length := range 100 {
		in := `"` + strings.Repeat("x", length) + `"`
		if end := jsonscan.Simple([]byte("  "+in+behind), 2); end != 2+len(in) {
			t.Errorf("Simple of %d bytes = %d", length, end)
		}
		for _, c := range []string{"\\n", "\n", "\x00", "é", "\xff"} {
			for at := range length {
				if end := jsonscan.Simple([]byte(in[:1+at]+c+in[1+at:]+behind), 0); end != 0 {
					t.Errorf("Simple = %d with %q at %d of %d", end, c, at, length)
				}
			}
		}
	}
}

func checkString(t *testing.T, raw []byte) {
	t.Helper()
	if got, want := accepts(raw, 1), json.Valid(raw); got != want {
		t.Errorf("%q: accepted = %v, want %v", raw, got, want)
	} else if want {
		checkText(t, bytes.TrimRight(raw, " "))
	}
	if end := jsonscan.Simple(raw, 0); end != 0 {
		if plain := raw[:end]; !json.Valid(plain) || jsonscan.Text(plain) != string(plain[1:end-1]) {
			t.Errorf("Simple(%q) = %d", raw, end)
		}
	}
}
