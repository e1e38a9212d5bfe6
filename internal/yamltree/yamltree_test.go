package yamltree_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/yamltree"
)

func TestParse_problems(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
		lost     bool // nothing of the document can be used
	}{
		{name: "fine", in: "a: 1\nb: [x, y]\n"},
		{name: "byte order mark", in: "\ufeffa: 1\n"},
		{name: "CRLF", in: "a: 1\r\nb: 2\r\n"},
		{name: "aliases", in: "a: &x [1, 2]\nb: *x\nc: *x\n"},
		{name: "empty", in: "", want: []string{"1:1: the file is empty"}, lost: true},
		{name: "only a comment", in: "# nothing\n", want: []string{"1:1: the file is empty"}, lost: true},
		{name: "duplicate keys", in: "a: 1\nb:\n  c: 1\n  c: 2\na: 2\n", want: []string{
			`4:3: the key "c" stands on line 3 already`,
			`5:1: the key "a" stands on line 1 already`,
		}},
		{name: "two documents", in: "a: 1\n---\nb: 1\n", want: []string{"2:1: a second document starts here: a file holds one"}},
		{name: "merge key", in: "a: &x {b: 1}\nc:\n  <<: *x\n", want: []string{"3:3: merge keys (<<) are not supported"}},
		{name: "tag", in: "a: !secret x\nb: !!binary eA==\nc: !!set {x}\n", want: []string{
			"1:4: the tag !secret is not supported",
			"2:4: the tag !!binary is not supported",
			"3:4: the tag !!set is not supported",
		}},
		{name: "key that is a list", in: "? [a, b]\n: 1\n", want: []string{"1:3: a key is a text, not a list"}},
		{name: "anchor inside itself", in: "a: &x [1, *x]\n", want: []string{`1:11: the anchor "x" holds itself`}, lost: true},
		{name: "unknown anchor", in: "a: 1\nb: *x\n", want: []string{"2:1: unknown anchor 'x' referenced"}, lost: true},
		{name: "tab", in: "# rule\na:\n  b: 1\n\tc: 1\nd: 1\n", want: []string{"4:2: found a tab character that violates indentation"}, lost: true},
		{name: "colon in a plain text", in: "# rule\na: 1\nb: x: y\nc: 1\n", want: []string{"3:1: mapping values are not allowed in this context"}, lost: true},
		{name: "missing colon", in: "# rule\na: 1\nb\nc: 1\n", want: []string{"3:1: could not find expected ':'"}, lost: true},
		{name: "open quote", in: "a: 1\nb: \"x\nc: 1\n", want: []string{"2:1: found unexpected end of stream"}, lost: true},
		{name: "wrong indentation", in: "# rule\na:\n    b: 1\n  c: 1\n", want: []string{"4:3: did not find expected key"}, lost: true},
		{name: "not UTF-8", in: "a: 1\nb: x\xff\n", want: []string{"2:5: a byte that is not UTF-8"}, lost: true},
		{name: "line separator", in: "a: x\u2028y\n", want: []string{"1:5: the line separator U+2028: write it as an escape in double quotes"}, lost: true},
		{name: "bare carriage return", in: "a: 1\rb: 2\n", want: []string{"1:5: a carriage return without a line feed"}, lost: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, problems := yamltree.Parse([]byte(tt.in))
			var got []string
			for _, p := range problems {
				got = append(got, p.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if (doc == nil) != tt.lost {
				t.Errorf("document lost: %v, want %v", doc == nil, tt.lost)
			}
		})
	}
}

func TestParse_limits(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	tests := []struct{ name, in, want string }{
		{"too large", "a: " + strings.Repeat("x", yamltree.MaxBytes), "1:1: the file is larger than 1048576 bytes"},
		{"too deep", strings.Repeat("[", 200) + strings.Repeat("]", 200), "1:102: nested deeper than 100 levels"},
		{"too many by aliases", bomb, "1:1: more than 100000 values, aliases written out"},
		{"deepest flow", strings.Repeat("[", 1<<20), ""},
		{"deepest block", strings.Repeat("- ", 1<<19), ""},
		{"deepest keys", strings.Repeat("? ", 1<<19), ""},
		{"open flow of keys", "{" + strings.Repeat("a: {", 1<<17), ""},
		{"many comments", strings.Repeat("#\n", 1<<18) + "a: [", ""},
		{"many lines, broken", strings.Repeat("a: 1\n", 1<<17) + "\tb", ""},
		{"many quotes", strings.Repeat("'a' \"b\" ", 1<<16), ""},
		{"far block", "a: |1\n" + strings.Repeat(" ", 1<<19) + "x\n", "fine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			doc, problems := yamltree.Parse([]byte(tt.in))
			if tt.want == "fine" {
				doc.Place(doc.Root.Items[0], 10)
			} else if len(problems) == 0 {
				t.Fatal("no problem found")
			}
			if strings.Contains(tt.want, ":") && problems[0].Error() != tt.want {
				t.Errorf("got %q, want %q", problems[0], tt.want)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			} else {
				t.Logf("took %v", d)
			}
		})
	}
}

// Each text holds letters that occur once in its file: where the file has the letter is where Place must find it.
func TestDocument_Place(t *testing.T) {
	tests := []struct{ name, in string }{
		{"plain", "k: abc def\n"},
		{"plain, folded", "k: abc\n  def  \n\n\n  ghi\n"},
		{"plain in flow", "k: [x, abc\n   def, y]\n"},
		{"plain with a comment", "k: abc # not this\n"},
		{"single quotes", "k: 'ab''c ''d'''\n"},
		{"single quotes, folded", "k: 'abc\n\n  def ''\n   ghi'\n"},
		{"double quotes", `k: "a\tb\u00e9c\\d\"e\U0001F600f"` + "\n"},
		{"double quotes, folded", "k: \"abc  \\\n   def\n\n   ghi\\\n\n  \\ jlm\"\n"},
		{"literal", "k: |\n  abc\n    def\n\n  ghi\n"},
		{"literal, stripped", "k: |-  # not this\n  abc\n  def\n\n"},
		{"literal, kept", "k: |+\n  abc\n\n\n"},
		{"literal, indentation given", "k:\n  - |2\n      abc\n     def\n"},
		{"literal, empty lines first", "k: |\n\n\n  abc\n"},
		{"folded", "k: >\n  abc\n  def\n\n  ghi\n    jlm\n  nop\n"},
		{"folded, stripped", "k: >-\n  abc\n  def\n"},
		{"folded without a last line end", "k: >-\n  abc\n  def"},
		{"CRLF", "k: |\r\n  abc\r\n  def\r\n"},
		{"CRLF, folded", "k: >-\r\n  abc\r\n\r\n  def\r\n"},
		{"CRLF, double quotes", "k: \"abc\r\n  def \\\r\n  ghi\"\r\n"},
		{"tag and anchor", "k: &here !!str\n  |\n  abc\n"},
		{"beyond ASCII", "k: 'äöü 日本語 abc'\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, problems := yamltree.Parse([]byte(tt.in))
			if doc == nil || len(problems) > 0 {
				t.Fatal(problems)
			}
			node := doc.Root.Items[0]
			if node.Kind == yamltree.List {
				node = node.Items[len(node.Items)/2]
			}
			lines := strings.Split(tt.in, "\n")
			checked := 0
			for offset, r := range []rune(node.Text) {
				line, column := doc.Place(node, offset)
				if line < 1 || line > len(lines) {
					t.Fatalf("offset %d is on line %d", offset, line)
				}
				if r <= ' ' || strings.Count(tt.in, string(r)) != 1 {
					continue
				}
				checked++
				if src := []rune(lines[line-1]); column > len(src) || src[column-1] != r {
					t.Errorf("offset %d (%q) is said to be at %d:%d", offset, r, line, column)
				}
			}
			if checked < 3 {
				t.Errorf("only %d letters of %q could be checked", checked, node.Text)
			}
		})
	}
}

func TestNode_Value(t *testing.T) {
	const in = `
text: x
quoted: "12"
int: 210987654321
negative: -3
float: 1.5
exponent: 1e3
large: 123456789012345678901
huge: 1e400
bool: true
"null": null
tilde: ~
nothing:
date: 2026-01-05
time: 2026-01-05T09:15:00Z
answer: yes
list: [1, [a], {b: null}]
`
	doc, problems := yamltree.Parse([]byte(in))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, problems := doc.Root.Value()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := map[string]any{
		"text": "x", "quoted": "12", "int": int64(210987654321), "negative": int64(-3), "float": 1.5, "exponent": 1000.0,
		"large": json.Number("123456789012345678901"), "huge": json.Number("1e400"),
		"bool": true, "null": nil, "tilde": nil, "nothing": nil,
		"date": "2026-01-05", "time": "2026-01-05T09:15:00Z", "answer": "yes",
		"list": []any{int64(1), []any{"a"}, map[string]any{"b": nil}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	doc, _ = yamltree.Parse([]byte("a: 012345678901\nb: [0x1F, 1_000, .inf, +1, .5]\n"))
	_, problems = doc.Root.Value()
	if len(problems) != 6 || problems[0].Error() != "1:4: 012345678901 is not a number JSON can write: put it in quotes if it is a text" {
		t.Errorf("problems: %v", problems)
	}
}

func TestParse_questionMarks(t *testing.T) {
	const in = "a: [Who?, Used since? Search., '? x']\nb: {u: https://example.com/?q=1, v?: 1}\n" +
		"c: Who? When?\nd: >\n  ? not a key\n? e\n: ?f\ng: [{? h : 1}]\ni: \"\ue000?\"\n"
	doc, problems := yamltree.Parse([]byte(in))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, _ := doc.Root.Value()
	want := map[string]any{
		"a": []any{"Who?", "Used since? Search.", "? x"},
		"b": map[string]any{"u": "https://example.com/?q=1", "v?": int64(1)},
		"c": "Who? When?",
		"d": "? not a key\n",
		"e": "?f",
		"g": []any{map[string]any{"h": int64(1)}},
		"i": "\ue000?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	n, _ := doc.Root.Find("a[1]")
	if line, column := doc.Place(n, 12); line != 1 || column != 23 {
		t.Errorf("the second S is said to be at %d:%d", line, column)
	}
}

func TestNode_Find(t *testing.T) {
	doc, _ := yamltree.Parse([]byte("a: {b: [x, {c: y}], b.d: z}\ns: one\n"))
	tests := []struct {
		path, want string
		exact      bool
	}{
		{"a.b[0]", "x", true},
		{"a.b[1].c", "y", true},
		{"a.b.d", "z", true},
		{"s", "one", true},
		{"s[0]", "one", true},
		{"s[1]", "one", false},
		{"a.b[1].q", "", false},
		{"a.b[-1]", "", false},
		{"a.b[", "", false},
		{"", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			n, exact := doc.Root.Find(tt.path)
			if exact != tt.exact || n.Text != tt.want {
				t.Errorf("got %q, %v", n.Text, exact)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a: 1\n")
	f.Add("?")
	f.Add("a: &x [1, *x]\n---\n")
	f.Add("a: [b? c, ? d]\n? e\n: \ue000\n")
	f.Add("k: |2-\n   abc\n\n  d\n")
	f.Add("k: >+\n  abc\n   d\n\n  e\n")
	f.Add("k: \"a\\\n\n  \\u00e9 b\n\n c\"\n")
	f.Add("k: 'a''\n\n b'\n? x\n: !!str y # z\n")
	f.Fuzz(func(t *testing.T, in string) {
		doc, problems := yamltree.Parse([]byte(in))
		if doc == nil {
			if len(problems) == 0 {
				t.Fatal("neither document nor problem")
			}
			return
		}
		lines := strings.Count(in, "\n") + 1
		var walk func(n *yamltree.Node)
		walk = func(n *yamltree.Node) {
			for offset := range min(len(n.Text)+2, 50) {
				if line, column := doc.Place(n, offset); line < 1 || line > lines || column < 1 {
					t.Fatalf("%q, offset %d: at %d:%d", n.Text, offset, line, column)
				}
			}
			for _, c := range append(n.Keys, n.Items...) {
				walk(c)
			}
		}
		walk(doc.Root)
		doc.Root.Value()
	})
}
