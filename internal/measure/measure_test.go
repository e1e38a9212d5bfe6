package measure_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		src  string
		want measure.Measure
	}{
		{"count()", measure.Measure{Function: measure.Count, Offset: 6}},
		{" count( ) ", measure.Measure{Function: measure.Count, Offset: 8}},
		{`count_if(event.errorCode != "")`, measure.Measure{Function: measure.CountIf, Arg: `event.errorCode != ""`, Offset: 9}},
		{"distinct(event.eventName)", measure.Measure{Function: measure.Distinct, Arg: "event.eventName", Offset: 9}},
		{"distinct ( event.eventName )", measure.Measure{Function: measure.Distinct, Arg: "event.eventName", Offset: 11}},
		{"min(size(event.resources))", measure.Measure{Function: measure.Min, Arg: "size(event.resources)", Offset: 4}},
		{"max(\n  event.eventTime\n)", measure.Measure{Function: measure.Max, Arg: "event.eventTime", Offset: 7}},
		{"ratio(actor.isRoot)", measure.Measure{Function: measure.Ratio, Arg: "actor.isRoot", Offset: 6, Settled: true}},
		{"settled(count())", measure.Measure{Function: measure.Count, Offset: 14, Settled: true}},
		{"settled( distinct(event.eventName) )", measure.Measure{Function: measure.Distinct, Arg: "event.eventName", Offset: 18, Settled: true}},
		{"settled(ratio(actor.isRoot))", measure.Measure{Function: measure.Ratio, Arg: "actor.isRoot", Offset: 14, Settled: true}},
		{`settled(count_if(actor.name == "é"))`, measure.Measure{Function: measure.CountIf, Arg: `actor.name == "é"`, Offset: 17, Settled: true}},
	} {
		t.Run(c.src, func(t *testing.T) {
			got, err := measure.Parse(c.src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if conditional := c.want.Function == measure.CountIf || c.want.Function == measure.Ratio; got.Conditional() != conditional {
				t.Errorf("conditional: %v", got.Conditional())
			}
		})
	}
}

func TestParse_errors(t *testing.T) {
	const whole = "a measure is one of count, count_if, distinct, min, max, ratio, with what it measures in parentheses: distinct(event.eventName)"
	for _, c := range []struct{ src, want, hint string }{
		{"", whole, ""},
		{"count", whole, ""},
		{"event.eventName", whole, ""},
		{"count() + 1", whole, ""},
		{"distinct(event.eventName", whole, ""},
		{"Count()", whole, ""},
		{"count(event.eventName)", "count counts every event of the rule, and takes nothing", "count_if(...)"},
		{"distinct()", "distinct of what?", ""},
		{"ratio( )", "ratio of what?", ""},
		{"distinkt(event.eventName)", `unknown measure "distinkt", the measures are count, count_if, distinct, min, max, ratio`, "distinct"},
		{"setled(count())", `unknown measure "setled", the measures are count, count_if, distinct, min, max, ratio`, "settled"},
		{"sum(event.eventName)", `unknown measure "sum", the measures are count, count_if, distinct, min, max, ratio`, ""},
		{"settled()", whole, ""},
		{"settled(settled(count()))", "settled once is enough", ""},
		{"settled(counts())", `unknown measure "counts", the measures are count, count_if, distinct, min, max, ratio`, "count"},
	} {
		t.Run(c.src, func(t *testing.T) {
			m, err := measure.Parse(c.src)
			if err == nil {
				t.Fatalf("got %+v", m)
			}
			if err.Error() != c.want || err.Hint != c.hint {
				t.Errorf("got %q (hint %q), want %q (hint %q)", err, err.Hint, c.want, c.hint)
			}
		})
	}
}

func TestVars(t *testing.T) {
	let := map[string]string{
		"a": "count()", "b": "count_if(actor.isRoot)", "c": "distinct(event.eventName)", "d": "min(event.eventTime)", "e": "max(event.eventTime)", "f": "ratio(actor.isRoot)",
		"g": "settled(count())", "h": "settled(max(event.eventTime))", "i": "no measure",
	}
	want := []celenv.Var{
		{Name: "a", Type: celenv.IntVar, Moves: celenv.Rises},
		{Name: "b", Type: celenv.IntVar, Moves: celenv.Rises},
		{Name: "c", Type: celenv.IntVar, Moves: celenv.Rises},
		{Name: "d", Type: celenv.AnyVar, Moves: celenv.Falls},
		{Name: "e", Type: celenv.AnyVar, Moves: celenv.Rises},
		{Name: "f", Type: celenv.NumberVar, Moves: celenv.Stays},
		{Name: "g", Type: celenv.IntVar, Moves: celenv.Stays},
		{Name: "h", Type: celenv.AnyVar, Moves: celenv.Stays},
		{Name: "i", Type: celenv.IntVar, Moves: celenv.Rises},
	}
	if diff := cmp.Diff(want, measure.Vars(let)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v := measure.Vars(nil); v == nil || len(v) > 0 { // nil would stand for the event
		t.Errorf("without measures: %#v", v)
	}
	var names []string
	for _, v := range measure.MessageVars(let) {
		names = append(names, v.Name)
	}
	if diff := cmp.Diff([]string{"count", "first", "last", "a", "b", "c", "d", "e", "f", "g", "h", "i"}, names); diff != "" {
		t.Errorf("in messages (-want +got):\n%s", diff)
	}
}

// Whatever stands there, Parse gives a measure or an error, and the argument stands where it says.
func FuzzParse(f *testing.F) {
	for _, src := range []string{
		"count()", " settled( distinct( event.eventName ) ) ", "ratio(actor.isRoot)", `count_if(event.errorCode == "é)")`, "min(", "settled(settled(settled(count())))", "max()()", "distinct(a) + distinct(b)",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, err := measure.Parse(src)
		if err != nil {
			if err.Error() == "" || m != (measure.Measure{}) {
				t.Fatalf("%+v, %q", m, err)
			}
			return
		}
		if (m.Arg == "") != (m.Function == measure.Count) {
			t.Fatalf("%s of %q", m.Function, m.Arg)
		}
		if !utf8.ValidString(src) {
			return
		}
		if at, arg := []rune(src), []rune(m.Arg); m.Offset < 0 || m.Offset+len(arg) > len(at) || string(at[m.Offset:m.Offset+len(arg)]) != m.Arg {
			t.Fatalf("%q does not stand at %d", m.Arg, m.Offset)
		}
	})
}
