package rule

import (
	"fmt"
	"math"
)

// A Param is a value that a rule leaves to whoever tunes it: a threshold, the approved regions.
// Conditions read it as params.name.
type Param struct {
	Type        ParamType // type. Required.
	Description string    // description: what it is for, and its unit
	Default     any       // default: a value of the type. Required.
}

// A ParamType is the type of a parameter.
type ParamType string

// The types, and what Go type a value has: string, int64, float64, bool and []string.
const (
	TextParam   ParamType = "text"
	IntParam    ParamType = "int"
	NumberParam ParamType = "number"
	BoolParam   ParamType = "bool"
	ListParam   ParamType = "list" // of text

	// DurationParam is a length of time, as text that ParseSpan reads: for windows and histories, and for
	// conditions that say duration(params.name).
	DurationParam ParamType = "duration"
)

var paramTypes = []string{string(TextParam), string(IntParam), string(NumberParam), string(BoolParam), string(ListParam), string(DurationParam)}

// Value returns v as a value of the type: any integer for an int or number, any list of text
// for a list. It fails where v is none.
func (t ParamType) Value(v any) (any, error) {
	switch t {
	case TextParam:
		if s, ok := v.(string); ok {
			return s, nil
		}
	case DurationParam:
		if s, ok := v.(string); ok {
			_, err := ParseSpan(s)
			return s, err
		}
	case BoolParam:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case IntParam, NumberParam:
		if n, ok := number(v); ok && (t == NumberParam || n == math.Trunc(n) && math.Abs(n) < 1<<53) {
			if t == IntParam {
				return int64(n), nil
			}
			return n, nil
		}
	case ListParam:
		switch l := v.(type) {
		case []string:
			return l, nil
		case []any:
			out := make([]string, len(l))
			for i, e := range l {
				s, ok := e.(string)
				if !ok {
					return nil, fmt.Errorf("%v is not a list of text", v)
				}
				out[i] = s
			}
			return out, nil
		}
	}
	return nil, fmt.Errorf("%v is not of type %s", v, t)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}
