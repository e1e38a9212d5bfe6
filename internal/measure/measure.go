// Package measure reads what an aggregate measures over many events: "distinct(event.eventName)".
package measure

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A Function is what is done with the events.
type Function string

// The functions.
const (
	Count    Function = "count"    // how many events
	CountIf  Function = "count_if" // how many events of which a condition is true
	Distinct Function = "distinct" // how many different values
	Min      Function = "min"      // the least number or time
	Max      Function = "max"      // the greatest
	Ratio    Function = "ratio"    // which share of the events a condition is true of, from 0 to 1
)

var functions = []string{string(Count), string(CountIf), string(Distinct), string(Min), string(Max), string(Ratio)}

// A Measure is one expression, read.
type Measure struct {
	Function Function
	Settled  bool   // over events old enough that none of their time is still to come
	Arg      string // "" for count
	Offset   int    // of Arg in the source, in characters
}

// Conditional reports whether the argument is a condition.
func (m Measure) Conditional() bool { return m.Function == CountIf || m.Function == Ratio }

// An Error says what is wrong with a measure.
type Error struct {
	Hint string
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

var call = regexp.MustCompile(`(?s)^(\s*([a-z_]+)\s*\(\s*)(.*?)\s*\)\s*$`)

// Parse reads a measure. A ratio is always settled.
func Parse(src string) (Measure, *Error) { return parse(src, false) }

func parse(src string, settled bool) (Measure, *Error) {
	m := call.FindStringSubmatch(src)
	if m == nil {
		return Measure{}, &Error{Err: fmt.Errorf("a measure is one of %s, with what it measures in parentheses: distinct(event.eventName)", strings.Join(functions, ", "))}
	}
	name, arg, offset := m[2], m[3], utf8.RuneCountInString(m[1])
	if name == "settled" {
		if settled {
			return Measure{}, &Error{Err: errors.New("settled once is enough")}
		}
		inner, err := parse(arg, true)
		if err != nil {
			return Measure{}, err
		}
		inner.Settled, inner.Offset = true, inner.Offset+offset
		return inner, nil
	}
	if !slices.Contains(functions, name) {
		return Measure{}, &Error{Hint: nearest.Name(name, append([]string{"settled"}, functions...)), Err: fmt.Errorf("unknown measure %q, the measures are %s", name, strings.Join(functions, ", "))}
	}
	out := Measure{Function: Function(name), Arg: arg, Offset: offset, Settled: name == string(Ratio)}
	switch {
	case out.Function == Count && arg != "":
		return Measure{}, &Error{Hint: "count_if(...)", Err: errors.New("count counts every event of the rule, and takes nothing")}
	case out.Function != Count && arg == "":
		return Measure{}, &Error{Err: fmt.Errorf("%s of what?", name)}
	}
	return out, nil
}
