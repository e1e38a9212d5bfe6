package ingress

import (
	"encoding/json"
	"iter"
	"math"
	"strconv"
	"strings"
)

// field returns the member of m with the name, which starts in lower case, or with the name as the API spells it, which
// starts in upper case. CloudTrail lowers the first letter for most EC2 calls, not for all.
func field(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	if len(m) == 0 {
		return nil
	}
	// A map is searched for converted bytes without an allocation.
	var upper [48]byte
	n := copy(upper[:], name)
	upper[0] -= 'a' - 'A'
	return m[string(upper[:n])]
}

// elements yields what a list of EC2 holds: the elements of items, of a list, or v itself
// when it is an object or text on its own. An empty list may be written {} or "", which is
// then yielded, and names no source.
func elements(v any) iter.Seq[any] {
	return func(yield func(any) bool) {
		if m, ok := v.(map[string]any); ok {
			if items, ok := m["items"]; ok {
				v = items
			}
		}
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				if !yield(element) {
					return
				}
			}
		case map[string]any, string:
			yield(v)
		}
	}
}

// text returns v when it is text, without white space around it.
func text(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

// number returns the whole number that v is or spells.
func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		if v == int64(int32(v)) {
			return int(v), true
		}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) <= math.MaxInt32 {
			return int(v), true
		}
	case json.Number:
		return number(string(v))
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 32); err == nil {
			return int(n), true
		}
	}
	return 0, false
}

// protocol names a protocol, which EC2 takes by name or by IANA number.
func protocol(v any) string {
	name := strings.ToLower(text(v))
	if n, ok := number(v); ok {
		switch n {
		case -1:
			return "all"
		case 1:
			return "icmp"
		case 6:
			return "tcp"
		case 17:
			return "udp"
		case 58:
			return "icmpv6"
		}
		name = strconv.Itoa(n)
	}
	if name == "" {
		return "all"
	}
	return name
}

// cutSlash splits a network into its address and its prefix length.
func cutSlash(cidr string) (address string, length int, ok bool) {
	address, digits, ok := strings.Cut(cidr, "/")
	if !ok || digits == "" {
		return "", 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 8)
	return address, int(n), err == nil
}
