package celenv

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/cel-go/common/types/ref"

	"github.com/trailsift/trailsift/internal/ingress"
	"github.com/trailsift/trailsift/internal/policy"
)

// A kind says what a Value holds.
type kind uint8

const (
	kAbsent   kind = iota // a member that the event lacks, JSON null, or the result of an operation that makes no sense
	kBool                 // num
	kInt                  // num
	kDouble               // num, as math.Float64bits
	kText                 // str
	kList                 // ref: []any, []Value, *List, []ingress.Rule or resources
	kObject               // ref: map[string]any or map[string]Value
	kRecord               // ref: a pointer to a Go value of the schema
	kTime                 // num seconds since 1970 and nano
	kDuration             // num, in nanoseconds
	kPolicy               // ref: *policy.Document
	kForeign              // ref: a ref.Val of a kind that conditions rarely meet (bytes, uint)
)

// A Value is what an expression yields. The zero Value is absent.
//
// It is passed by value and boxes nothing that an event already holds, which is what
// keeps a condition free of allocations.
type Value struct {
	kind kind
	nano int32
	num  int64
	str  string
	ref  any
}

var (
	absent = Value{}
	yes    = Value{kind: kBool, num: 1}
	no     = Value{kind: kBool}
)

func boolean(b bool) Value {
	if b {
		return yes
	}
	return no
}

func integer(n int64) Value  { return Value{kind: kInt, num: n} }
func double(f float64) Value { return Value{kind: kDouble, num: int64(math.Float64bits(f))} }
func text(s string) Value    { return Value{kind: kText, str: s} }
func moment(t time.Time) Value {
	if t.IsZero() {
		return absent
	}
	return Value{kind: kTime, num: t.Unix(), nano: int32(t.Nanosecond())}
}

func (v Value) float() float64 {
	if v.kind == kInt {
		return float64(v.num)
	}
	return math.Float64frombits(uint64(v.num))
}

func (v Value) isNumber() bool { return v.kind == kInt || v.kind == kDouble }

// truth is what a value means as a condition: only true is true.
func (v Value) truth() bool { return v.kind == kBool && v.num == 1 }

// fromJSON wraps a node of a free-form document, which stays where it is.
func fromJSON(x any) Value {
	switch n := x.(type) {
	case string:
		return text(n)
	case bool:
		return boolean(n)
	case int64:
		return integer(n)
	case float64:
		return double(n)
	case json.Number:
		// Beyond int64 or float64: compared as the nearest double, spelt exactly.
		f, _ := strconv.ParseFloat(string(n), 64)
		v := double(f)
		v.str = string(n)
		return v
	case map[string]any:
		return Value{kind: kObject, ref: x}
	case []any:
		return Value{kind: kList, ref: x} // x, not n: the interface already holds the slice
	}
	return absent
}

// tree is the inverse of fromJSON: the value as encoding/json would have decoded it.
func (v Value) tree() any {
	switch v.kind {
	case kBool:
		return v.num == 1
	case kInt:
		return v.num
	case kDouble:
		if v.str != "" {
			return json.Number(v.str)
		}
		return v.float()
	case kText:
		return v.str
	case kList:
		if x, ok := v.ref.([]any); ok {
			return x
		}
		out := make([]any, v.len())
		for i := range out {
			out[i] = v.at(i).tree()
		}
		return out
	case kObject:
		if x, ok := v.ref.(map[string]any); ok {
			return x
		}
		out := map[string]any{}
		for name, m := range v.ref.(map[string]Value) {
			out[name] = m.tree()
		}
		return out
	case kAbsent:
		return nil
	case kRecord:
		if doc, ok := v.ref.(*policy.Document); ok {
			return doc.Statements()
		}
		return v.ref
	}
	s, _ := v.spell()
	return s
}

// len is the number of elements of a list or members of an object, 0 of anything else.
func (v Value) len() int {
	switch x := v.ref.(type) {
	case []any:
		return len(x)
	case []Value:
		return len(x)
	case *List:
		return len(x.values)
	case map[string]any:
		return len(x)
	case map[string]Value:
		return len(x)
	case []ingress.Rule:
		return len(x)
	case resources:
		return len(x)
	}
	return 0
}

func (v Value) at(i int) Value {
	switch x := v.ref.(type) {
	case []any:
		if uint(i) < uint(len(x)) {
			return fromJSON(x[i])
		}
	case []Value:
		if uint(i) < uint(len(x)) {
			return x[i]
		}
	case *List:
		if uint(i) < uint(len(x.values)) {
			return text(x.values[i])
		}
	case []ingress.Rule:
		if uint(i) < uint(len(x)) {
			return Value{kind: kRecord, ref: &x[i]}
		}
	case resources:
		if uint(i) < uint(len(x)) {
			return Value{kind: kRecord, ref: &x[i]}
		}
	}
	return absent
}

// member selects from an object; from anything else it yields absent.
func (v Value) member(name string) Value {
	switch x := v.ref.(type) {
	case map[string]any:
		return fromJSON(x[name])
	case map[string]Value:
		return x[name]
	}
	return absent
}

// index is CEL's x[key] for any x and key.
func (v Value) index(key Value) Value {
	switch {
	case v.kind == kList && key.isNumber():
		if f := key.float(); f == math.Trunc(f) && f >= 0 && f < math.MaxInt32 {
			return v.at(int(f))
		}
	case v.kind == kObject && key.kind == kText:
		return v.member(key.str)
	}
	return absent
}

// contains is CEL's `x in v`.
func (v Value) contains(x Value) bool {
	if x.kind == kAbsent {
		return false
	}
	switch c := v.ref.(type) {
	case *List:
		return x.kind == kText && c.has(x.str)
	case map[string]any, map[string]Value:
		return x.kind == kText && v.member(x.str).kind != kAbsent
	}
	if v.kind != kList {
		return false
	}
	for i := range v.len() {
		if v.at(i).equal(x) {
			return true
		}
	}
	return false
}

// equal is CEL's ==, except that nothing equals an absent value.
func (v Value) equal(w Value) bool {
	if v.kind != w.kind {
		return v.isNumber() && w.isNumber() && v.compareNumber(w) == 0
	}
	switch v.kind {
	case kText:
		return v.str == w.str
	case kBool, kInt, kDuration:
		return v.num == w.num
	case kDouble:
		if v.str != "" && w.str != "" {
			return v.str == w.str
		}
		return v.float() == w.float()
	case kTime:
		return v.num == w.num && v.nano == w.nano
	case kList:
		if v.len() != w.len() {
			return false
		}
		for i := range v.len() {
			if !v.at(i).equal(w.at(i)) {
				return false
			}
		}
		return true
	case kObject:
		return equalObjects(v, w)
	case kForeign:
		return v.ref.(ref.Val).Equal(w.ref.(ref.Val)).Value() == true
	case kRecord:
		return v.ref == w.ref
	}
	return false
}

func equalObjects(v, w Value) bool {
	if v.len() != w.len() {
		return false
	}
	for _, name := range v.keys() {
		if a, b := v.member(name), w.member(name); !a.equal(b) && (a.kind != kAbsent || b.kind != kAbsent) {
			return false
		}
	}
	return true
}

func (v Value) keys() []string {
	var names []string
	switch x := v.ref.(type) {
	case map[string]any:
		names = make([]string, 0, len(x))
		for name := range x {
			names = append(names, name)
		}
	case map[string]Value:
		names = make([]string, 0, len(x))
		for name := range x {
			names = append(names, name)
		}
	}
	return names
}

// compare orders two values of one kind; it reports false where they have no order.
func (v Value) compare(w Value) (int, bool) {
	switch {
	case v.isNumber() && w.isNumber():
		if v.kind == kDouble && math.IsNaN(v.float()) || w.kind == kDouble && math.IsNaN(w.float()) {
			return 0, false
		}
		return v.compareNumber(w), true
	case v.kind != w.kind:
		return 0, false
	case v.kind == kText:
		return strings.Compare(v.str, w.str), true
	case v.kind == kBool || v.kind == kDuration:
		return cmp.Compare(v.num, w.num), true
	case v.kind == kTime:
		if c := cmp.Compare(v.num, w.num); c != 0 {
			return c, true
		}
		return cmp.Compare(v.nano, w.nano), true
	}
	return 0, false
}

// compareNumber compares integers exactly and everything else as doubles,
// without losing an integer that a double cannot hold.
func (v Value) compareNumber(w Value) int {
	switch {
	case v.kind == kInt && w.kind == kInt:
		return cmp.Compare(v.num, w.num)
	case v.kind == kInt:
		return -w.compareNumber(v)
	case w.kind == kInt:
		f := v.float()
		switch {
		case math.IsNaN(f):
			return -1
		case f >= 1<<63:
			return 1
		case f < -1<<63:
			return -1
		}
		if c := cmp.Compare(int64(f), w.num); c != 0 {
			return c
		}
		return cmp.Compare(f, math.Trunc(f))
	}
	return cmp.Compare(v.float(), w.float())
}

// size is CEL's size(), 0 for what has none.
func (v Value) size() int64 {
	if v.kind == kText {
		return int64(utf8.RuneCountInString(v.str))
	}
	return int64(v.len())
}

// spell writes a scalar as CloudTrail would have written it.
func (v Value) spell() (string, bool) {
	switch v.kind {
	case kText:
		return v.str, true
	case kBool:
		return strconv.FormatBool(v.num == 1), true
	case kInt:
		return strconv.FormatInt(v.num, 10), true
	case kDouble:
		if v.str != "" {
			return v.str, true
		}
		return strconv.FormatFloat(v.float(), 'g', -1, 64), true
	case kTime:
		return time.Unix(v.num, int64(v.nano)).UTC().Format(time.RFC3339Nano), true
	case kDuration:
		return time.Duration(v.num).String(), true
	}
	return "", false
}

// FromGo makes the value of a parameter: of a bool, int64, float64, string or []string.
// Anything else is absent.
func FromGo(x any) Value {
	if l, ok := x.([]string); ok {
		return Value{kind: kList, ref: NewList(l)}
	}
	return fromJSON(x)
}

// Present reports whether the value is there at all.
func (v Value) Present() bool { return v.kind != kAbsent }

// Text is the value as a message shows it: scalars as they are spelt,
// lists and objects as JSON, and "" for an absent value.
func (v Value) Text() string {
	if s, ok := v.spell(); ok {
		return s
	}
	switch v.kind {
	case kAbsent:
		return ""
	case kList, kObject, kRecord:
		if b, err := json.Marshal(v.tree()); err == nil {
			return string(b)
		}
	}
	return ""
}

// Describe is the value as an explanation shows it: JSON, or "absent".
func (v Value) Describe() string {
	switch v.kind {
	case kAbsent:
		return "absent"
	case kText, kTime, kDuration:
		s, _ := v.spell()
		return strconv.Quote(s)
	}
	return v.Text()
}

// Truth is what the value means as a condition: only true is true.
func (v Value) Truth() bool { return v.truth() }
