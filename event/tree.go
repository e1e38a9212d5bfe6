package event

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ohler55/ojg/oj"
	"github.com/trailsift/trailsift/identity"
)

// decodeTree returns the tree of raw, which is valid JSON.
//
// ojg decodes it, being three times as fast as encoding/json, save for documents
// that hold something ojg does not keep exactly.
func decodeTree(raw []byte) any {
	if plain(raw) {
		p := parsers.Get().(*oj.Parser)
		v, err := p.Parse(raw)
		parsers.Put(p)
		if err == nil {
			return v
		}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return exactNumbers(v)
}

// parsers keeps ojg's parsers, whose buffers are worth more than they are.
var parsers = sync.Pool{New: func() any { return new(oj.Parser) }}

// plain reports whether ojg decodes raw exactly. It does not where raw holds
//   - an escaped half of a surrogate pair: "\ud83d\ude00" becomes two U+FFFD;
//   - an integer of more than 18 digits: it may become a string;
//   - a fraction other than zeros, or an exponent: 1e400 becomes +Inf, and a
//     fraction is rounded differently on some architectures;
//   - bytes that are not UTF-8: they are let through.
func plain(raw []byte) bool {
	if !utf8.Valid(raw) {
		return false
	}
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			var ok bool
			if i, ok = plainString(raw, i); !ok {
				return false
			}
		case '0' <= c && c <= '9':
			var ok bool
			if i, ok = plainNumber(raw, i); !ok {
				return false
			}
		}
	}
	return true
}

// plainString returns the index of the quote that closes the string at raw[i].
func plainString(raw []byte, i int) (int, bool) {
	for i++; raw[i] != '"'; i++ {
		if raw[i] != '\\' {
			continue
		}
		// A second escape of a pair is as good a sign as the first: both begin with d.
		if i++; raw[i] == 'u' && raw[i+1]|0x20 == 'd' && raw[i+2] >= '8' {
			return i, false
		}
	}
	return i, true
}

// plainNumber returns the index of the last byte of the number whose first digit is raw[i].
func plainNumber(raw []byte, i int) (int, bool) {
	at := func(i int) byte {
		if i < len(raw) {
			return raw[i]
		}
		return 0
	}
	end := i
	for '0' <= at(end) && at(end) <= '9' {
		end++
	}
	if at(end) == '.' {
		for end++; at(end) == '0'; end++ {
		}
		if '0' <= at(end) && at(end) <= '9' {
			return end, false
		}
	}
	return end - 1, end-i <= 18 && at(end)|0x20 != 'e'
}

// exactNumbers replaces the json.Numbers of a tree, in place, by what Doc.Value promises.
func exactNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			v[k] = exactNumbers(m)
		}
	case []any:
		for i, m := range v {
			v[i] = exactNumbers(m)
		}
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			if i, err := strconv.ParseInt(string(v), 10, 64); err == nil {
				return i
			}
		} else if f, err := strconv.ParseFloat(string(v), 64); err == nil {
			return f
		}
	}
	return v
}

// encodeTree is the inverse of decodeTree.
func encodeTree(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return nil // no tree of decodeTree's gets here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// tristateOf reads a scalar of a tree as identity reads one of a record.
func tristateOf(v any) identity.Tristate {
	switch v.(type) {
	case string, int64, float64, json.Number:
		return identity.ParseTristate(encodeTree(v))
	}
	return identity.Unknown
}
