package yamltree

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// Value returns n as JSON would have it: nil, bool, int64, float64, string, []any and map[string]any, and a
// json.Number where int64 and float64 cannot hold a number. Every call returns a fresh tree.
//
// A plain scalar that YAML takes for a number but JSON cannot write (010, 0x1F, 1_000, .inf) is a problem: YAML
// reads the account 012345678901 as another number than is written. A date is the text it is written as.
func (n *Node) Value() (any, []*Error) {
	switch n.Kind {
	case List:
		list := make([]any, 0, len(n.Items))
		var problems []*Error
		for _, item := range n.Items {
			v, more := item.Value()
			list, problems = append(list, v), append(problems, more...)
		}
		return list, problems
	case Map:
		object := make(map[string]any, len(n.Items))
		var problems []*Error
		for i, item := range n.Items {
			v, more := item.Value()
			object[n.Keys[i].Text] = v
			problems = append(problems, more...)
		}
		return object, problems
	}
	switch n.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		b, err := strconv.ParseBool(n.Text)
		if err != nil {
			return nil, []*Error{{n.Line, n.Column, fmt.Sprintf("%q is neither true nor false", n.Text)}}
		}
		return b, nil
	case "!!int", "!!float":
		if v, ok := number(n.Text); ok {
			return v, nil
		}
		return nil, []*Error{{n.Line, n.Column, fmt.Sprintf("%s is not a number JSON can write: put it in quotes if it is a text", n.Text)}}
	}
	if n.style == 0 {
		if v, ok := number(n.Text); ok { // YAML takes a number beyond float64 for a text
			return v, nil
		}
	}
	return n.Text, nil
}

func number(text string) (any, bool) {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return nil, false
	}
	if end, err := jsonscan.Value([]byte(text), 0, 1); err != nil || end != len(text) {
		return nil, false
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i, true
	}
	isInteger := true
	for _, c := range text {
		isInteger = isInteger && (c == '-' || c >= '0' && c <= '9')
	}
	f, err := strconv.ParseFloat(text, 64)
	if isInteger || err != nil || math.IsInf(f, 0) {
		return json.Number(text), true
	}
	return f, true
}
