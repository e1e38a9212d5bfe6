package event_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

func doc(s string) event.Doc { return event.NewDoc([]byte(s)) }

const mixed = `{
	"text": "x", "empty": "", "null": null, "yes": true, "no": false,
	"int": 612, "float": 612.5, "whole": 612.0, "numeric": "612", "numericFraction": "612.5", "truthy": "True", "one": 1,
	"list": [{"id": "a"}, 2, null], "none": [], "object": {"deep": {"er": "found"}}, "blank": {},
	"a.b": 1, "aws:s3:arn": "arn:aws:s3:::b", "x-amz-acl": "private", "a/b": "slash", "": "unnamed", "0": "zero"
}`

// answers is everything that a Doc says about one place.
type answers struct {
	Kind   event.Kind
	Exists bool
	Value  any
	Len    int
	Keys   []string
	List   int
	Str    string
	Num    float64
	NumOK  bool
	Int    int64
	IntOK  bool
	Bool   bool
	BoolOK bool
}

func ask(d event.Doc, path ...string) (a answers) {
	at := d.Get(path...)
	a.Kind, a.Exists, a.Value, a.Len, a.Keys = at.Kind(), at.Exists(), at.Value(), at.Len(), at.Keys()
	a.List, a.Str = len(d.List(path...)), d.Str(path...)
	a.Num, a.NumOK = d.Num(path...)
	a.Int, a.IntOK = d.Int(path...)
	a.Bool, a.BoolOK = d.Bool(path...)
	return a
}

func TestDocAccessors(t *testing.T) {
	absent := answers{}
	tests := []struct {
		path string // separated by |
		want answers
	}{
		{"missing", absent},
		{"missing|deeper", absent},
		{"null", answers{Kind: event.KindNull}},
		{"null|deeper", absent},
		{"text|deeper", absent},
		{"text|0", absent},
		{"text", answers{Kind: event.KindText, Exists: true, Value: "x", List: 1, Str: "x"}},
		{"empty", answers{Kind: event.KindText, Exists: true, Value: "", List: 1}},
		{"yes", answers{Kind: event.KindBool, Exists: true, Value: true, List: 1, Str: "true", Bool: true, BoolOK: true}},
		{"no", answers{Kind: event.KindBool, Exists: true, Value: false, List: 1, Str: "false", BoolOK: true}},
		{"truthy", answers{Kind: event.KindText, Exists: true, Value: "True", List: 1, Str: "True", Bool: true, BoolOK: true}},
		{"one", answers{Kind: event.KindNumber, Exists: true, Value: int64(1), List: 1, Str: "1", Num: 1, NumOK: true, Int: 1, IntOK: true, Bool: true, BoolOK: true}},
		{"int", answers{Kind: event.KindNumber, Exists: true, Value: int64(612), List: 1, Str: "612", Num: 612, NumOK: true, Int: 612, IntOK: true}},
		{"whole", answers{Kind: event.KindNumber, Exists: true, Value: 612.0, List: 1, Str: "612", Num: 612, NumOK: true, Int: 612, IntOK: true}},
		{"float", answers{Kind: event.KindNumber, Exists: true, Value: 612.5, List: 1, Str: "612.5", Num: 612.5, NumOK: true}},
		{"numeric", answers{Kind: event.KindText, Exists: true, Value: "612", List: 1, Str: "612", Num: 612, NumOK: true, Int: 612, IntOK: true}},
		{"numericFraction", answers{Kind: event.KindText, Exists: true, Value: "612.5", List: 1, Str: "612.5", Num: 612.5, NumOK: true}},
		{"list", answers{Kind: event.KindList, Exists: true, Value: []any{map[string]any{"id": "a"}, int64(2), nil}, Len: 3, List: 3}},
		{"list|0|id", answers{Kind: event.KindText, Exists: true, Value: "a", List: 1, Str: "a"}},
		{"list|2", answers{Kind: event.KindNull}},
		{"list|3", absent},
		{"list|-1", absent},
		{"list|00", absent},
		{"list|+0", absent},
		{"list|id", absent},
		{"list|99999999999999999999", absent},
		{"list|", absent},
		{"none", answers{Kind: event.KindList, Exists: true, Value: []any{}}},
		{"blank", answers{Kind: event.KindObject, Exists: true, Value: map[string]any{}, Keys: []string{}, List: 1}},
		{"object", answers{Kind: event.KindObject, Exists: true, Value: map[string]any{"deep": map[string]any{"er": "found"}}, Len: 1, Keys: []string{"deep"}, List: 1}},
		{"object|deep|er", answers{Kind: event.KindText, Exists: true, Value: "found", List: 1, Str: "found"}},
		{"aws:s3:arn", answers{Kind: event.KindText, Exists: true, Value: "arn:aws:s3:::b", List: 1, Str: "arn:aws:s3:::b"}},
		{"x-amz-acl", answers{Kind: event.KindText, Exists: true, Value: "private", List: 1, Str: "private"}},
		{"a/b", answers{Kind: event.KindText, Exists: true, Value: "slash", List: 1, Str: "slash"}},
		{"0", answers{Kind: event.KindText, Exists: true, Value: "zero", List: 1, Str: "zero"}},
		{"", answers{Kind: event.KindText, Exists: true, Value: "unnamed", List: 1, Str: "unnamed"}},
	}
	d := doc(mixed)
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			path := strings.Split(tt.path, "|")
			if diff := cmp.Diff(tt.want, ask(d, path...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			// The same from the part at the path, asked without one.
			if diff := cmp.Diff(tt.want, ask(d.Get(path...))); diff != "" {
				t.Errorf("part, -want +got:\n%s", diff)
			}
			if at := d.Get(path...); at.Kind() != event.KindAbsent {
				if diff := cmp.Diff(tt.want, ask(event.NewDoc(at.JSON()))); diff != "" && tt.path != "whole" {
					t.Errorf("part through JSON, -want +got:\n%s", diff)
				}
			}
		})
	}
}

func TestDocAbsent(t *testing.T) {
	var zero event.Doc
	if diff := cmp.Diff(answers{}, ask(zero)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if zero.JSON() != nil || zero.At(0) != zero || zero.Get("a") != zero {
		t.Error("the zero Doc has something in it")
	}
	if parts, err := zero.Query("$.a"); parts != nil || err != nil {
		t.Errorf("Query: %v, %v", parts, err)
	}
	if b, err := json.Marshal(zero); string(b) != "null" || err != nil {
		t.Errorf("Marshal: %s, %v", b, err)
	}
	for _, bad := range []string{``, ` `, `{`, `nul`, `{} {}`, `{"a":1,}`, strings.Repeat("[", 101) + strings.Repeat("]", 101)} {
		if d := doc(bad); d != zero {
			t.Errorf("NewDoc(%.20q) is %v", bad, d.Kind())
		}
	}
	if d := doc(" [1]\n"); d.Len() != 1 || string(d.JSON()) != "[1]" {
		t.Errorf("white space around a document: %s", d.JSON())
	}
}

func TestDocAt(t *testing.T) {
	d := doc(`[10, null]`)
	for i, want := range map[int]event.Kind{-1: event.KindAbsent, 0: event.KindNumber, 1: event.KindNull, 2: event.KindAbsent, math.MaxInt: event.KindAbsent} {
		if got := d.At(i).Kind(); got != want {
			t.Errorf("At(%d) is %v, want %v", i, got, want)
		}
	}
	if got := doc(`{"0":1}`).At(0).Kind(); got != event.KindAbsent {
		t.Errorf("At of an object is %v", got)
	}
}

func TestDocNumbers(t *testing.T) {
	tests := []struct {
		raw   string
		value any
		str   string
		num   float64
		numOK bool
		int   int64
		intOK bool
	}{
		{"0", int64(0), "0", 0, true, 0, true},
		{"-0", int64(0), "0", 0, true, 0, true},
		{"9223372036854775807", int64(math.MaxInt64), "9223372036854775807", math.MaxInt64, true, math.MaxInt64, true},
		{"-9223372036854775808", int64(math.MinInt64), "-9223372036854775808", math.MinInt64, true, math.MinInt64, true},
		{"9223372036854775808", json.Number("9223372036854775808"), "9223372036854775808", 1 << 63, true, 0, false},
		{"-9223372036854775809", json.Number("-9223372036854775809"), "-9223372036854775809", -1 << 63, true, 0, false},
		{"999999999999999999", int64(999999999999999999), "999999999999999999", 1e18, true, 999999999999999999, true},
		{"1000000000000000000", int64(1e18), "1000000000000000000", 1e18, true, 1e18, true},
		{"123456789012345678901234567890", json.Number("123456789012345678901234567890"), "123456789012345678901234567890", 123456789012345678901234567890, true, 0, false},
		{"612.0", 612.0, "612", 612, true, 612, true},
		{"612.000000000000000000000", 612.0, "612", 612, true, 612, true},
		{"-612.0", -612.0, "-612", -612, true, -612, true},
		{"0.1", 0.1, "0.1", 0.1, true, 0, false},
		{"1.005", 1.005, "1.005", 1.005, true, 0, false},
		{"0.30000000000000004", 0.30000000000000004, "0.30000000000000004", 0.30000000000000004, true, 0, false},
		{"12345678.0", 12345678.0, "12345678", 12345678, true, 12345678, true},
		{"1e2", 100.0, "100", 100, true, 100, true},
		{"1E+2", 100.0, "100", 100, true, 100, true},
		{"1e21", 1e21, "1e+21", 1e21, true, 0, false},
		{"1e-7", 1e-7, "1e-07", 1e-7, true, 0, false},
		{"9007199254740993.0", 9007199254740992.0, "9007199254740992", 9007199254740992, true, 0, false},
		{"9007199254740991.0", 9007199254740991.0, "9007199254740991", 9007199254740991, true, 9007199254740991, true},
		{"9007199254740995.0", 9007199254740996.0, "9007199254740996", 9007199254740996, true, 0, false},
		{"1e400", json.Number("1e400"), "1e400", 0, false, 0, false},
		{"-1e400", json.Number("-1e400"), "-1e400", 0, false, 0, false},
		{"1e-400", 0.0, "0", 0, true, 0, true},
		{`"1e400"`, "1e400", "1e400", 0, false, 0, false},
		{`"Inf"`, "Inf", "Inf", 0, false, 0, false},
		{`"NaN"`, "NaN", "NaN", 0, false, 0, false},
		{`"0x10"`, "0x10", "0x10", 0, false, 0, false},
		{`"1_0"`, "1_0", "1_0", 0, false, 0, false},
		{`" 1"`, " 1", " 1", 0, false, 0, false},
		{`""`, "", "", 0, false, 0, false},
		{`"012345678901"`, "012345678901", "012345678901", 12345678901, true, 12345678901, true},
		{`"9223372036854775807"`, "9223372036854775807", "9223372036854775807", math.MaxInt64, true, math.MaxInt64, true},
		{`"9223372036854775808"`, "9223372036854775808", "9223372036854775808", 1 << 63, true, 0, false},
		{`"612.0"`, "612.0", "612.0", 612, true, 612, true},
	}
	for _, tt := range tests {
		// Alone, and beside another number: both decoders see it in every position.
		for _, wrap := range []string{`%`, `{"n":%}`, `[%]`, `[1,%,2]`, `{"a":1.5,"n":% }`} {
			t.Run(tt.raw+" in "+wrap, func(t *testing.T) {
				path := map[string][]string{`{"n":%}`: {"n"}, `[%]`: {"0"}, `[1,%,2]`: {"1"}, `{"a":1.5,"n":% }`: {"n"}}[wrap]
				d := doc(strings.ReplaceAll(wrap, "%", tt.raw))
				if got := d.Get(path...).Value(); got != tt.value {
					t.Errorf("Value %T %v, want %T %v", got, got, tt.value, tt.value)
				}
				if got := d.Str(path...); got != tt.str {
					t.Errorf("Str %q, want %q", got, tt.str)
				}
				if got, ok := d.Num(path...); ok != tt.numOK || ok && got != tt.num {
					t.Errorf("Num %v, %v, want %v, %v", got, ok, tt.num, tt.numOK)
				}
				if got, ok := d.Int(path...); ok != tt.intOK || got != tt.int {
					t.Errorf("Int %v, %v, want %v, %v", got, ok, tt.int, tt.intOK)
				}
			})
		}
	}
}

func TestDocText(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"plain", `"abc"`, "abc"},
		{"escapes", `"\"\\\/\b\f\n\r\t\u0041\u00e9\u2028"`, "\"\\/\b\f\n\r\tA\u00e9\u2028"},
		{"NUL", `"a\u0000b"`, "a\x00b"},
		{"surrogate pair", `"\ud83d\ude00"`, "\U0001F600"},
		{"surrogate pair in capitals", `"\uD83D\uDE00"`, "\U0001F600"},
		{"lone high surrogate", `"a\ud83db"`, "a\uFFFDb"},
		{"lone low surrogate", `"a\ude00b"`, "a\uFFFDb"},
		{"two high surrogates", `"\ud83d\ud83d"`, "\uFFFD\uFFFD"},
		{"escaped backslash before u", `"\\ud83d"`, `\ud83d`},
		{"literal emoji", "\"\U0001F600\"", "\U0001F600"},
		{"narrow no-break space", "\"Jul 10, 2023, 12:30:04\u202fPM\"", "Jul 10, 2023, 12:30:04\u202fPM"},
		{"not UTF-8", "\"a\xffb\"", "a\uFFFDb"},
		{"encoded surrogate", "\"\xed\xa0\x80\"", "\uFFFD\uFFFD\uFFFD"},
		{"braces and quotes", `"{[\"]}"`, `{["]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := doc(tt.raw).Str(); got != tt.want {
				t.Errorf("alone: %q, want %q", got, tt.want)
			}
			d := doc(`{` + tt.raw + `: ` + tt.raw + `}`)
			if got := d.Str(tt.want); got != tt.want {
				t.Errorf("under its own name: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDocDuplicates(t *testing.T) {
	for _, raw := range []string{`{"a":1,"b":0,"a":2}`, `{"a":{"x":1},"a":2}`, `{"a":1,"\u0061":2}`, `{"a":1,"z":0.5,"a":2}`} {
		t.Run(raw, func(t *testing.T) {
			if got := doc(raw).Str("a"); got != "2" {
				t.Errorf("a is %q, not the last", got)
			}
		})
	}
	if got := doc(`{"a":{"x":1},"a":{"y":2}}`).Get("a").Keys(); !cmp.Equal(got, []string{"y"}) {
		t.Errorf("duplicates are merged: %v", got)
	}
}

func TestDocBool(t *testing.T) {
	tests := []struct {
		raw       string
		value, ok bool
	}{
		{`true`, true, true}, {`false`, false, true},
		{`"true"`, true, true}, {`"True"`, true, true}, {`"TRUE"`, true, true}, {`"1"`, true, true}, {`1`, true, true},
		{`"false"`, false, true}, {`"False"`, false, true}, {`"0"`, false, true}, {`0`, false, true},
		{`"Yes"`, true, true}, {`"No"`, false, true},
		{`"maybe"`, false, false}, {`""`, false, false}, {`2`, false, false}, {`null`, false, false}, {`[true]`, false, false}, {`{}`, false, false},
		{`123456789012345678901`, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.raw, func(t *testing.T) {
			if value, ok := doc(tt.raw).Bool(); value != tt.value || ok != tt.ok {
				t.Errorf("%v, %v", value, ok)
			}
		})
	}
}

func TestDocJSON(t *testing.T) {
	d := doc(`{"b": 612.0, "a": "<é\ud83d\ude00>"}`)
	if got := string(d.JSON()); got != `{"b": 612.0, "a": "<é\ud83d\ude00>"}` {
		t.Errorf("a whole document is %s", got)
	}
	if got := string(d.Get("a").JSON()); got != `"<é😀>"` {
		t.Errorf("a part is %s", got)
	}
}

func TestDocQuery(t *testing.T) {
	d := doc(`{"ipPermissions":{"items":[
		{"fromPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"},{"cidrIp":"192.0.2.0/24"}]}},
		{"fromPort":443,"ipRanges":{"items":[{"cidrIp":"198.51.100.0/24"}]}}]},
		"tags":{"d":4,"b":2,"c":3,"a":1,"f":6,"e":5},"aws:s3:arn":"x","limit":22}`)
	tests := []struct {
		path string
		want []string
	}{
		{"$.ipPermissions.items[*].fromPort", []string{"22", "443"}},
		{"$.ipPermissions.items[?(@.fromPort == 22)].ipRanges.items[*].cidrIp", []string{"0.0.0.0/0", "192.0.2.0/24"}},
		{"$..cidrIp", []string{"0.0.0.0/0", "192.0.2.0/24", "198.51.100.0/24"}},
		{"$.tags.*", []string{"1", "2", "3", "4", "5", "6"}},
		{"$.tags[?(@ > 3)]", []string{"4", "5", "6"}},
		{"$['aws:s3:arn']", []string{"x"}},
		{"tags.a", []string{"1"}},
		{"$.tags.missing", nil},
		{"$.tags.a.b.c", nil},
		{"$.ipPermissions.items[9]", nil},
		{"$.ipPermissions.items[?(@.fromPort == $.limit)].fromPort", []string{"22"}},
		{"$.tags[?(@ >= $.tags.a)]", []string{"1", "2", "3", "4", "5", "6"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			for range 20 { // the order of a map is another one each time
				parts, err := d.Query(tt.path)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, p := range parts {
					got = append(got, p.Str())
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Fatalf("-want +got:\n%s", diff)
				}
			}
		})
	}
	t.Run("the whole", func(t *testing.T) {
		parts, err := d.Query("$")
		if err != nil || len(parts) != 1 || parts[0].Len() != 4 {
			t.Errorf("%v, %v", parts, err)
		}
	})
	t.Run("of a scalar", func(t *testing.T) {
		for _, raw := range []string{"null", "1", `"x"`} {
			for path, want := range map[string]int{"$": 1, "$.a": 0, "$[0]": 0, "$[?(@.a == 1)]": 0, "$..a": 0} {
				if parts, err := doc(raw).Query(path); err != nil || len(parts) != want {
					t.Errorf("%s of %s: %d parts, %v", path, raw, len(parts), err)
				}
			}
		}
	})
	for _, bad := range []string{"$.a[", "$.a[?(", "$[(@.length-1)]", "$.a\x00["} {
		t.Run("bad "+strconv.Quote(bad), func(t *testing.T) {
			if _, err := d.Query(bad); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestConcurrentReaders(t *testing.T) {
	e := parse(t, everyField)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			part := e.RequestParameters.Get("userName")
			if e.RequestParameters.Str("userName") != "jo" || part.Str() != "jo" || e.Actor().Name != "mira" || e.Outcome() != event.Failure {
				t.Error("wrong answer")
			}
			if _, err := e.InsightDetails.Query("$.state"); err != nil {
				t.Error(err)
			}
			e.ServiceEventDetails.Keys()
			e.ServiceEventDetails.List()
		})
	}
	wg.Wait()
}
