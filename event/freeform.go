package event

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// A Doc is a free-form part of a record, such as requestParameters, or a part of
// such a part. Its shape depends on the service and the call, so every method is
// total: what is missing, null or of another type is an empty result, never an error.
//
// The zero Doc is absent. A Doc is parsed at the first access and safe for
// concurrent readers. Two Docs are == when they are the same document in memory,
// which says nothing of their contents.
//
// Paths are the names of members, from the outside in, names with dots, colons
// or slashes included: d.Str("encryptionContext", "aws:s3:arn"). On a list, a
// decimal number selects an element: d.Str("ipPermissions", "items", "0", "ipProtocol").
//
// The accessors coerce, because CloudTrail's services do not agree on types: a
// number may be written as text, a boolean as "true". Kind tells what is there.
type Doc struct {
	n *node
}

// A node is a document before and after it is parsed.
type node struct {
	raw   []byte // whole, valid JSON; nil for a part of another document
	once  sync.Once
	value any // set by once; from the start where raw is nil

	peeked atomic.Int32
}

// maxPeeks is how often a document is searched for one of its members before it is parsed after all.
const maxPeeks = 8

// text is the JSON of the document, of a whole one without copying it; "" for null.
func (d Doc) text() string {
	switch {
	case d.n == nil:
		return ""
	case len(d.n.raw) > 0 && d.n.raw[0] != 'n':
		return jsonscan.Alias(d.n.raw)
	case d.n.raw != nil || !d.Exists():
		return ""
	}
	return string(d.JSON()) // a part of another document, in an Event that was not parsed
}

// NewDoc returns the document that raw holds. It keeps raw, which must not change
// from then on. The Doc is absent when raw is not JSON or nests more than 100 levels deep.
func NewDoc(raw []byte) Doc {
	start := jsonscan.Space(raw, 0)
	stop, err := jsonscan.Value(raw, start, jsonscan.MaxDepth)
	if err != nil || jsonscan.Space(raw, stop) != len(raw) {
		return Doc{}
	}
	return Doc{&node{raw: raw[start:stop]}}
}

func newPart(v any) Doc { return Doc{&node{value: v}} }

// A Kind is a type of JSON value, or the absence of any.
type Kind uint8

// The kinds of Doc.
const (
	KindAbsent Kind = iota
	KindNull
	KindBool
	KindNumber
	KindText
	KindList
	KindObject
)

// String returns the kind's name in lower case, "absent" for instance.
func (k Kind) String() string {
	names := [...]string{"absent", "null", "bool", "number", "text", "list", "object"}
	if int(k) < len(names) {
		return names[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Kind returns what d is. It does not parse d.
func (d Doc) Kind() Kind {
	switch {
	case d.n == nil:
		return KindAbsent
	case d.n.raw != nil:
		return kindOf(d.n.raw[0])
	}
	switch d.n.value.(type) {
	case nil:
		return KindNull
	case bool:
		return KindBool
	case string:
		return KindText
	case []any:
		return KindList
	case map[string]any:
		return KindObject
	}
	return KindNumber
}

// kindOf tells the kind of a value from its first byte.
func kindOf(c byte) Kind {
	switch c {
	case 'n':
		return KindNull
	case 't', 'f':
		return KindBool
	case '"':
		return KindText
	case '[':
		return KindList
	case '{':
		return KindObject
	}
	return KindNumber
}

// Exists reports whether d is present and not null.
func (d Doc) Exists() bool { return d.Kind() > KindNull }

// Value returns d as a tree of nil, bool, int64, float64, json.Number, string,
// []any and map[string]any. A number written as an integer is an int64, any other
// a float64; a number beyond the range of its type is a json.Number. The tree is
// shared and must not be modified. An absent document is nil, as null is.
func (d Doc) Value() any {
	if d.n == nil {
		return nil
	}
	if d.n.raw != nil {
		d.n.once.Do(func() { d.n.value = decodeTree(d.n.raw) })
	}
	return d.n.value
}

// JSON returns d as JSON: a document of a record in its exact bytes, which must
// not be modified, and a part of one in an equivalent encoding. It is nil when d is absent.
func (d Doc) JSON() []byte {
	switch {
	case d.n == nil:
		return nil
	case d.n.raw != nil:
		return d.n.raw
	}
	return encodeTree(d.n.value)
}

// MarshalJSON returns d's JSON; null when d is absent.
func (d Doc) MarshalJSON() ([]byte, error) {
	if d.n == nil {
		return []byte("null"), nil
	}
	return d.JSON(), nil
}

// Peek tells what there is at path, and of a text or a boolean what it says. It does not parse d for a
// few answers, which is much faster where one or two members of a document are asked for. Of a number,
// list or object it tells the kind alone. A path leads through objects, not through lists.
func (d Doc) Peek(path ...string) (Kind, string) {
	if d.n == nil {
		return KindAbsent, ""
	}
	if d.n.raw == nil || d.n.peeked.Load() >= maxPeeks {
		return peekTree(d.Value(), path)
	}
	d.n.peeked.Add(1)
	raw := d.n.raw
	for _, name := range path {
		if raw = jsonscan.Find(raw, name); raw == nil {
			return KindAbsent, ""
		}
	}
	switch kind := kindOf(raw[0]); kind {
	case KindText:
		return kind, jsonscan.Text(raw)
	case KindBool:
		return kind, jsonscan.Alias(raw)
	default:
		return kind, ""
	}
}

func peekTree(v any, path []string) (Kind, string) {
	for _, name := range path {
		object, _ := v.(map[string]any)
		m, ok := object[name]
		if !ok {
			return KindAbsent, ""
		}
		v = m
	}
	switch v := v.(type) {
	case string:
		return KindText, v
	case bool:
		return KindBool, strconv.FormatBool(v)
	}
	return newPart(v).Kind(), ""
}

// lookup walks path from d. Null is found, a missing member is not.
func (d Doc) lookup(path []string) (v any, found bool) {
	if d.n == nil {
		return nil, false
	}
	v = d.Value()
	for _, name := range path {
		if v, found = step(v, name); !found {
			return nil, false
		}
	}
	return v, true
}

func step(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		m, ok := v[name]
		return m, ok
	case []any:
		if i, ok := index(name); ok && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// index reads a decimal number without sign or leading zero.
func index(name string) (int, bool) {
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || name[0] == '+' || name[0] == '-' || name[0] == '0' && len(name) > 1 {
		return 0, false
	}
	return i, true
}

// Get returns the part of d at path: d itself for an empty path, absent where there is none.
func (d Doc) Get(path ...string) Doc {
	if len(path) == 0 {
		return d
	}
	v, ok := d.lookup(path)
	if !ok {
		return Doc{}
	}
	return newPart(v)
}

// At returns element i of a list; absent for any other document or index.
func (d Doc) At(i int) Doc {
	if list, ok := d.Value().([]any); ok && 0 <= i && i < len(list) {
		return newPart(list[i])
	}
	return Doc{}
}

// Len returns the number of elements of a list or members of an object, otherwise 0.
func (d Doc) Len() int {
	switch v := d.Value().(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}

// Keys returns the names of an object's members, sorted; nil for any other document.
func (d Doc) Keys() []string {
	object, ok := d.Value().(map[string]any)
	if !ok {
		return nil
	}
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// List returns the elements of the list at path. A scalar or object stands for a
// list of one, because services write a single element either way; null and
// absent give nil. EC2's {"items": [...]} is an object: ask for "items".
func (d Doc) List(path ...string) []Doc {
	v, _ := d.lookup(path)
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		docs := make([]Doc, len(v))
		for i := range v {
			docs[i] = newPart(v[i])
		}
		return docs
	}
	return []Doc{newPart(v)}
}

// Str returns the text at path. A boolean or number gives its spelling, a number
// in its shortest decimal form: 612.0 is "612". Anything else is "".
func (d Doc) Str(path ...string) string {
	v, _ := d.lookup(path)
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		form := byte('f')
		if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
			form = 'e'
		}
		return strconv.FormatFloat(v, form, -1, 64)
	case json.Number:
		return v.String()
	}
	return ""
}

// Num returns the number at path. A text that spells a finite decimal number counts as that number.
func (d Doc) Num(path ...string) (float64, bool) {
	v, _ := d.lookup(path)
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		return decimal(v.String())
	case string:
		return decimal(v)
	}
	return 0, false
}

// decimal is ParseFloat without its words (inf, nan), hexadecimal and overflow.
func decimal(s string) (float64, bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// Int returns the integer at path, exactly: 612, 612.0 and "612" are all 612.
// A fraction, or an integer that int64 cannot hold, is none.
func (d Doc) Int(path ...string) (int64, bool) {
	v, _ := d.lookup(path)
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return integral(v)
	case string:
		if i, err := strconv.ParseInt(v, 10, 64); err == nil {
			return i, true
		}
		f, ok := decimal(v)
		if !ok {
			return 0, false
		}
		return integral(f)
	}
	return 0, false
}

func integral(f float64) (int64, bool) {
	// Every integer below 2^53 is exact in a float64; from there on, the text may have meant a neighbour.
	if math.Abs(f) >= 1<<53 || f != math.Trunc(f) {
		return 0, false
	}
	return int64(f), true
}

// Bool returns the boolean at path, or the one that a text or number there stands
// for, by the rule of [identity.ParseTristate]: "true", "True" and "1" are all true.
func (d Doc) Bool(path ...string) (value, ok bool) {
	v, found := d.lookup(path)
	if !found {
		return false, false
	}
	if b, isBool := v.(bool); isBool {
		return b, true
	}
	t := tristateOf(v)
	return t.True(), t.Known()
}
