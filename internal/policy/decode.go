package policy

import (
	"encoding/json"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// Limits of a policy as text, far beyond what AWS stores.
const (
	maxText  = 1 << 20
	maxDepth = 64
)

// decode returns the object in JSON text, which may be URL-encoded or a JSON string, or
// twice one of them; nil when there is none.
func decode(text string) any {
	for range 4 {
		text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
		if text == "" || len(text) > maxText {
			return nil
		}
		if text[0] == '{' {
			if v := object(text); v != nil {
				return v
			}
		}
		if text[0] == '"' {
			var inner string
			if json.Unmarshal([]byte(text), &inner) != nil {
				return nil
			}
			text = inner
			continue
		}
		if !strings.Contains(text, "%") {
			return nil
		}
		// In either way of encoding a plus sign of the policy itself became %2B, so that
		// a plus sign still there is a space.
		plain, err := url.QueryUnescape(text)
		if err != nil {
			return nil
		}
		text = plain
	}
	return nil
}

// object decodes a JSON object, nil when text is not exactly one. Of members with the same
// name the last one counts.
func object(text string) any {
	if deep(text) {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v map[string]any
	if d.Decode(&v) != nil {
		return nil
	}
	if _, err := d.Token(); err != io.EOF {
		return nil
	}
	return v
}

// deep reports whether JSON text nests deeper than maxDepth.
func deep(text string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// texts returns the values of an element that is one value or a list of them: text, and
// numbers and booleans in their spelling. ok is false when there is anything else among
// them; null and absent are no value.
func texts(v any) (list []string, ok bool) {
	values, isList := v.([]any)
	if !isList {
		if v == nil {
			return nil, true
		}
		values = []any{v}
	}
	list, ok = make([]string, 0, len(values)), true
	for _, v := range values {
		switch v := v.(type) {
		case string:
			list = append(list, v)
		case bool:
			list = append(list, strconv.FormatBool(v))
		case json.Number:
			list = append(list, string(v))
		case int64:
			list = append(list, strconv.FormatInt(v, 10))
		case float64:
			list = append(list, strconv.FormatFloat(v, 'f', -1, 64))
		default:
			ok = false
		}
	}
	return list, ok
}
