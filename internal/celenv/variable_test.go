package celenv_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// measured are variables of every type and way to move.
var measured = celenv.Scope{
	Params: map[string]bool{"limit": true},
	Vars: []celenv.Var{
		{Name: "calls", Type: celenv.IntVar, Moves: celenv.Rises},
		{Name: "secrets", Type: celenv.IntVar, Moves: celenv.Rises},
		{Name: "least", Type: celenv.AnyVar, Moves: celenv.Falls},
		{Name: "most", Type: celenv.AnyVar, Moves: celenv.Rises},
		{Name: "before", Type: celenv.IntVar, Moves: celenv.Stays},
		{Name: "share", Type: celenv.NumberVar, Moves: celenv.Stays},
	},
}

func TestVariables(t *testing.T) {
	moment := celenv.Moment(1767604500, 0) // 2026-01-05T09:15:00Z
	for _, c := range []struct {
		src  string
		vars []celenv.Value
		want string
	}{
		{"calls + before", []celenv.Value{celenv.Int(3), celenv.Int(0), celenv.None(), celenv.None(), celenv.Int(4), celenv.None()}, "7"},
		{"calls > 2 && share < 0.5", []celenv.Value{celenv.Int(3), celenv.Int(0), celenv.None(), celenv.None(), celenv.Int(0), celenv.Float(0.25)}, "true"},
		{"share", []celenv.Value{celenv.Int(3), celenv.Int(0), celenv.None(), celenv.None(), celenv.Int(0), celenv.None()}, "absent"},
		{"least < 5", []celenv.Value{celenv.Int(3), celenv.Int(0), celenv.None()}, "false"}, // absent
		{"least < 5", []celenv.Value{celenv.Int(3), celenv.Int(0), celenv.Float(4.5)}, "true"},
		{"least + duration(\"1m\")", []celenv.Value{celenv.Int(3), celenv.Int(0), moment}, `"2026-01-05T09:16:00Z"`},
		{"most - least", []celenv.Value{celenv.Int(3), celenv.Int(0), moment, celenv.Moment(1767604590, 0)}, `"1m30s"`},
		{"calls * params.limit", []celenv.Value{celenv.Int(3)}, "12"},
		{"[1, 2].exists(calls, calls == 2)", []celenv.Value{celenv.Int(3)}, "true"}, // a loop's variable hides it
		{"secrets", nil, "absent"}, // nothing is bound
	} {
		t.Run(c.src, func(t *testing.T) {
			p, issues := celenv.Compile(c.src, measured, false)
			if issues != nil {
				t.Fatal(issues)
			}
			var b celenv.Bindings
			for range p.Params() {
				b.Params = append(b.Params, celenv.FromGo(int64(4)))
			}
			b.Vars = c.vars
			var f celenv.Frame
			v, err := p.Eval(&f, &b)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Describe(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestVariables_issues(t *testing.T) {
	for _, c := range []struct{ src, message, hint, at string }{
		{"calls2 > 5", `there is no name "calls2"`, "calls", "calls2"},
		{"calls > 5 && secret > 2", `there is no name "secret"`, "secrets", "secret"},
		{`calls == "5"`, "no matching overload", "", "=="},
		{"share > calls && calls", "expected type 'bool' but found 'int'", "", "calls"},
		{"calls", "a condition must be true or false, this is int", "", ""},
		{"calls.exists(c, true)", "cannot be range of a comprehension", "", "calls"},
		{`calls > 5 && event.eventName == "x"`, "many events are looked at here: event of which is not said. Measure it under let", "", "event"},
		{"actor.isRoot && calls > 5", "many events are looked at here: actor of which is not said. Measure it under let", "", "actor"},
		{"calls > 5 && has(event.errorCode)", "many events are looked at here", "", "event"},
		{"calls > params.limits", `no parameter named "limits"`, "limit", ""},
	} {
		t.Run(c.src, func(t *testing.T) {
			for name, check := range map[string]func(string, celenv.Scope) []celenv.Issue{"CheckCondition": celenv.CheckCondition, "CheckRising": celenv.CheckRising} {
				issues := check(c.src, measured)
				if len(issues) == 0 {
					t.Fatalf("%s: no issue", name)
				}
				is := issues[0]
				if !strings.Contains(is.Message, c.message) || is.Hint != c.hint {
					t.Errorf("%s: got %q (hint %q), want %q (hint %q)", name, is.Message, is.Hint, c.message, c.hint)
				}
				if c.at != "" && !strings.HasPrefix(c.src[is.Offset:], c.at) {
					t.Errorf("%s: issue at %d, want it at %q", name, is.Offset, c.at)
				}
			}
		})
	}
	// Where there are none, the same names mean the event.
	if issues := celenv.CheckCondition(`event.eventName == "x" && actor.isRoot`, celenv.Scope{}); issues != nil {
		t.Error(issues)
	}
}

// Each case is a condition, and where it could turn false again: at the start of the text, which stands in it once.
func TestCheckRising(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
	}{
		{"calls >= 3", nil},
		{"calls > 3 || secrets > 3", nil},
		{"5 < calls && 5 <= secrets", nil},
		{"!(calls < 3)", nil},
		{"!(calls < 3 || secrets <= 2)", nil},
		{"calls + 2 * secrets - before >= params.limit", nil},
		{"calls / 2 > 3", nil},
		{"least < 3", nil},
		{"most > 3 && most - least >= 5", nil},
		{`most - least >= duration("5m")`, nil},
		{"most / 2.0 > 1.5", nil},
		{"before < 3 && before == 2 && share != 0.5 && !(share > 0.1)", nil},
		{"calls > before * 10", nil},
		{"calls >= 3 && (share > 0.5 ? before : 2) == 2", nil},

		{"calls < 3", []string{"< 3"}},
		{"!(calls >= 3)", []string{">= 3"}},
		{"calls == 3", []string{"== 3"}},
		{"calls != 3", []string{"!= 3"}},
		{"calls in [3, 4]", []string{"in ["}},
		{"calls > 3 && secrets < 2", []string{"< 2"}},
		{"calls < 3 || secrets < 2", []string{"< 3", "< 2"}},
		{"calls > secrets", []string{"> secrets"}},
		{"calls - secrets > 3", []string{"> 3"}},
		{"calls - secrets < most - least", []string{"< most"}},
		{"calls * secrets > 3", []string{"> 3"}},
		{"calls * -1 > 3", []string{"> 3"}},
		{"calls * 5000 > 3", []string{"> 3"}}, // it may overflow
		{"calls % 2 >= 1", []string{">= 1"}},
		{"10 / calls >= 1", []string{">= 1"}},
		{"-calls > -3", []string{"> -3"}},
		{"(calls > 3) == true", []string{"== true"}},
		{"share > 0.5 ? calls > 3 : calls > 5", []string{"? calls"}},
		{"[1, 2].exists(x, x > calls)", []string{"(x, x"}},
		{"least > 3", []string{"> 3"}},
		{"most < 3", []string{"< 3"}},
		{"!(least > 3)", []string{"> 3"}}, // true before the first value
		{"!(most <= 3)", []string{"<= 3"}},
		{"!(calls > 3 && most < 3)", []string{"> 3", "< 3"}},
		{"most / 2 > 1", []string{"> 1"}}, // 3 / 2 is 1, 2.9 / 2 more
	} {
		t.Run(c.src, func(t *testing.T) {
			var got, want []int
			for _, is := range celenv.CheckRising(c.src, measured) {
				got = append(got, is.Offset)
				if !strings.Contains(is.Message, "could turn false again when one more event comes") {
					t.Error(is.Message)
				}
			}
			for _, text := range c.want {
				want = append(want, strings.Index(c.src, text))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever happens, a condition that CheckRising lets pass never turns false again, and one that it does not let pass
// has a place.
func TestCheckRising_holds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	accepted, turned := 0, 0
	for range 4000 {
		src := randomCondition(r, 3)
		issues := celenv.CheckRising(src, measured)
		for _, is := range issues {
			if is.Offset < 0 || is.Offset >= len(src) || is.Message == "" {
				t.Fatalf("%s: %+v", src, is)
			}
		}
		p, typed := celenv.Compile(src, measured, true)
		if typed != nil {
			continue // int with double, say
		}
		if len(issues) == 0 {
			accepted++
		}
		history := randomHistory(r)
		before := false
		for i, vars := range history {
			b := celenv.Bindings{Vars: vars}
			for range p.Params() {
				b.Params = append(b.Params, celenv.FromGo(int64(4)))
			}
			var f celenv.Frame
			v, err := p.Eval(&f, &b)
			if err != nil {
				t.Fatal(err)
			}
			if before && !v.Truth() {
				if issues == nil {
					t.Fatalf("%s\nwas true and is false:\n%s\n%s", src, described(history[i-1]), described(vars))
				}
				turned++
			}
			before = v.Truth()
		}
	}
	t.Logf("%d accepted; of the others %d turned false", accepted, turned)
	if accepted < 400 || turned < 200 {
		t.Errorf("%d accepted, %d turned false: that says little", accepted, turned)
	}
}

func randomCondition(r *rand.Rand, depth int) string {
	of := func() string { return randomCondition(r, depth-1) }
	number := func() string { return randomNumber(r, 2) }
	if depth > 0 {
		switch r.IntN(8) {
		case 0:
			return "(" + of() + " && " + of() + ")"
		case 1:
			return "(" + of() + " || " + of() + ")"
		case 2:
			return "!(" + of() + ")"
		case 3:
			return "(" + of() + " ? " + of() + " : " + of() + ")"
		}
	}
	op := []string{"<", "<=", ">", ">=", ">", ">=", "==", "!="}[r.IntN(8)]
	return number() + " " + op + " " + number()
}

func randomNumber(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(2) == 0 {
		op := []string{"+", "-", "*", "/", "%"}[r.IntN(5)]
		return "(" + randomNumber(r, depth-1) + " " + op + " " + randomNumber(r, depth-1) + ")"
	}
	names := []string{"calls", "secrets", "least", "most", "before", "share", "params.limit"}
	switch i := r.IntN(11); {
	case i < len(names):
		return names[i]
	case i < 10:
		return fmt.Sprint(r.IntN(9) - 2)
	}
	return fmt.Sprintf("%.1f", r.Float64()*6-1)
}

// randomHistory is what the variables are as events come in.
func randomHistory(r *rand.Rand) (out [][]celenv.Value) {
	calls, secrets := int64(0), int64(0)
	least, most := math.NaN(), math.NaN()
	value := func(n float64) celenv.Value {
		switch {
		case math.IsNaN(n):
			return celenv.None()
		case n == math.Trunc(n):
			return celenv.Int(int64(n))
		}
		return celenv.Float(n)
	}
	before, share := celenv.Int(int64(r.IntN(4))), value(float64(r.IntN(5))/4)
	if r.IntN(4) == 0 {
		share = celenv.None()
	}
	for range 8 {
		calls += int64(r.IntN(3))
		secrets += int64(r.IntN(2))
		if r.IntN(2) == 0 {
			n := float64(r.IntN(40))/4 - 3
			if !(least <= n) {
				least = n
			}
			if !(most >= n) {
				most = n
			}
		}
		out = append(out, []celenv.Value{celenv.Int(calls), celenv.Int(secrets), value(least), value(most), before, share})
	}
	return out
}

func described(vars []celenv.Value) string {
	var out []string
	for i, v := range vars {
		out = append(out, measured.Vars[i].Name+" "+v.Describe())
	}
	return strings.Join(out, ", ")
}

func TestReadsAny(t *testing.T) {
	for src, want := range map[string]bool{
		"calls": true, "1 + least": true, "event.eventName": false, "event.calls": false, "[calls]": true, `"calls"`: false, "calls(": false, "": false,
		"actor.name + string(share)": true,
	} {
		if got := celenv.ReadsAny(src, measured.Vars); got != want {
			t.Errorf("%s: %v, want %v", src, got, want)
		}
	}
}

func TestValue_Each(t *testing.T) {
	for src, want := range map[string][]string{
		`event.eventName`:                          {"X"},
		`event.requestParameters.none`:             nil,
		`event.requestParameters.list`:             {"1", "two"}, // null is absent
		`event.requestParameters.empty`:            nil,
		`event.resources.map(r, r.ARN)`:            {"arn:aws:s3:::a", ""},
		`["a", event.requestParameters.none, "b"]`: {"a", "b"},
	} {
		t.Run(src, func(t *testing.T) {
			var got []string
			for v := range eval(t, `{"eventSource":"s3.amazonaws.com","eventName":"X","requestParameters":{"list":[1,null,"two"],"empty":[]},"resources":[{"ARN":"arn:aws:s3:::a"},{}]}`, src).Each {
				got = append(got, v.Text())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestValue_Number(t *testing.T) {
	for src, want := range map[string]float64{
		"1 + 1": 2, "1.5": 1.5, `timestamp("2026-01-05T09:15:00.5Z")`: 1767604500.5,
		`"5"`: math.Inf(-1), "true": math.Inf(-1), "event.requestParameters.none": math.Inf(-1), `duration("1s")`: math.Inf(-1),
	} {
		got, ok := eval(t, full, src).Number()
		if !ok {
			got = math.Inf(-1)
		}
		if got != want {
			t.Errorf("%s: %v, want %v", src, got, want)
		}
	}
}

func TestProgram_IsTime(t *testing.T) {
	for src, want := range map[string]bool{
		"event.eventTime": true, `event.eventTime + duration("1h")`: true, `timestamp("2026-01-05T09:15:00Z")`: true,
		"event.eventName": false, "event.requestParameters.createDate": false, "1": false,
	} {
		p, issues := celenv.Compile(src, celenv.Scope{}, false)
		if issues != nil {
			t.Fatal(issues)
		}
		if p.IsTime() != want {
			t.Errorf("%s: %v", src, p.IsTime())
		}
	}
}

const lookedUp = `{"eventSource":"s3.amazonaws.com","eventName":"X","sourceIPAddress":"198.51.100.7","requestParameters":{"n":5,"empty":"","other":"203.0.113.9"}}`

func TestLookup(t *testing.T) {
	answers := map[string]map[string]any{
		"198.51.100.7": {
			"number": 64500, "org": "Example", "int32": int32(5), "uint": uint(5), "uint32": uint32(5), "uint64": uint64(5), "int64": int64(5),
			"float32": float32(0.5), "yes": true, "texts": []string{"a", "b"}, "list": []any{1, []string{"c"}}, "nested": map[string]any{"n": 5}, "none": nil,
			"odd": struct{}{},
		},
		"": {"number": 1}, "5": {"number": 1},
	}
	ev, err := event.Parse([]byte(lookedUp))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		src, want string
		calls     int
	}{
		{`lookup("asn", event.sourceIPAddress).number`, "64500", 1},
		{`lookup("asn", event.sourceIPAddress).number == 64500 && lookup("asn", event.sourceIPAddress).org == "Example"`, "true", 1}, // asked once
		{`lookup("asn", event.requestParameters.other).org`, "absent", 1},
		{`lookup("asn", event.requestParameters.other).org != "x" && lookup("asn", event.requestParameters.other).number != 1`, "true", 1},
		{`has(lookup("asn", event.sourceIPAddress).org) && !has(lookup("asn", event.requestParameters.other).org)`, "true", 2},
		{`lookup("asn", event.requestParameters.none)`, "absent", 0}, // there is nothing to ask
		{`lookup("asn", event.requestParameters.empty)`, "absent", 0},
		{`lookup("asn", event.requestParameters.n)`, "absent", 0},
		{`lookup("known", event.sourceIPAddress).int32 + lookup("known", event.sourceIPAddress).int64`, "10", 1},
		{`lookup("known", event.sourceIPAddress).uint + lookup("known", event.sourceIPAddress).uint32 + lookup("known", event.sourceIPAddress).uint64`, "15", 1},
		{`lookup("known", event.sourceIPAddress).float32`, "0.5", 1},
		{`lookup("known", event.sourceIPAddress).yes`, "true", 1},
		{`"b" in lookup("known", event.sourceIPAddress).texts`, "true", 1},
		{`lookup("known", event.sourceIPAddress).list == [1, ["c"]]`, "true", 1},
		{`lookup("known", event.sourceIPAddress)["nested"].n`, "5", 1},
		{`has(lookup("known", event.sourceIPAddress).none) || has(lookup("known", event.sourceIPAddress).odd)`, "false", 1},
		{`lookup("unbound", event.sourceIPAddress).n`, "absent", 0},
	} {
		t.Run(c.src, func(t *testing.T) {
			p, issues := celenv.Compile(c.src, celenv.Scope{}, false)
			if issues != nil {
				t.Fatal(issues)
			}
			calls := 0
			b := celenv.Bindings{}
			for _, name := range p.Lookups() {
				if name == "unbound" {
					continue
				}
				b.Lookups = append(b.Lookups, func(key string) (map[string]any, bool) {
					calls++
					m, ok := answers[key]
					return m, ok
				})
			}
			var f celenv.Frame
			for range 2 { // nothing is kept from one event to the next
				calls = 0
				f.Reset(ev)
				v, err := p.Eval(&f, &b)
				if err != nil {
					t.Fatal(err)
				}
				if got := v.Describe(); strings.Trim(got, `"`) != c.want || calls != c.calls {
					t.Errorf("got %s after %d calls, want %s after %d", got, calls, c.want, c.calls)
				}
			}
		})
	}
}

// What one program asked, another one need not ask again about the same event; but another lookup is another question.
func TestLookup_shared(t *testing.T) {
	ev, err := event.Parse([]byte(lookedUp))
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	bound := func(name string) *celenv.Bindings {
		return &celenv.Bindings{Lookups: []celenv.Lookup{func(key string) (map[string]any, bool) {
			asked = append(asked, name+" "+key)
			return map[string]any{"country": "US", "org": "x"}, true
		}}}
	}
	var f celenv.Frame
	f.Reset(ev)
	for _, name := range []string{"geo", "asn", "geo"} {
		p, issues := celenv.Compile(fmt.Sprintf(`has(lookup(%q, event.sourceIPAddress).%s)`, name, map[string]string{"geo": "country", "asn": "org"}[name]), celenv.Scope{}, true)
		if issues != nil {
			t.Fatal(issues)
		}
		if v, err := p.Eval(&f, bound(name)); err != nil || !v.Truth() {
			t.Errorf("%s: %v, %v", name, v.Describe(), err)
		}
	}
	if diff := cmp.Diff([]string{"geo 198.51.100.7", "asn 198.51.100.7"}, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLookup_issues(t *testing.T) {
	scope := celenv.Scope{Lookups: map[string]bool{"asn": true, "geo": true, "staff": true}}
	for _, c := range []struct{ src, message, hint, at string }{
		{`lookup("geo", event.sourceIPAddress).contry == "US"`, `lookup("geo") has no "contry", it has city, country, country_name, region`, "country", ".contry"},
		{`has(lookup("asn", event.sourceIPAddress).asn)`, `lookup("asn") has no "asn", it has number, org`, "", ""},
		{`lookup("gео", event.sourceIPAddress).x`, `the rule does not say that it needs "gео": write it under needs`, "", `"g`},
		{`lookup("staf", actor.name).x`, `the rule does not say that it needs "staf": write it under needs`, "staff", `"staf`},
		{`lookup(event.eventName, "x").y`, "lookup needs the name of a lookup as a literal text", "", ""},
		{`lookup("asn").org`, "no matching overload", "", ""},
	} {
		t.Run(c.src, func(t *testing.T) {
			issues := celenv.CheckValue(c.src, scope)
			if len(issues) != 1 {
				t.Fatalf("got %v, want one issue", issues)
			}
			is := issues[0]
			if !strings.Contains(is.Message, c.message) || is.Hint != c.hint {
				t.Errorf("got %q (hint %q), want %q (hint %q)", is.Message, is.Hint, c.message, c.hint)
			}
			if c.at != "" && !strings.HasPrefix(string([]rune(c.src)[is.Offset:]), c.at) {
				t.Errorf("issue at %d, want it at %q", is.Offset, c.at)
			}
		})
	}
	for _, fine := range []string{
		`lookup("staff", actor.name).anything == 1`, // whatever the program tells
		`lookup("geo", event.sourceIPAddress).country_name == "Norway"`,
	} {
		if issues := celenv.CheckCondition(fine, scope); issues != nil {
			t.Errorf("%s: %v", fine, issues)
		}
	}
}

func TestMutantsIn(t *testing.T) {
	var got []string
	for _, m := range celenv.MutantsIn("calls >= 3 || share > 0.5", measured) {
		got = append(got, m.Text)
	}
	want := []string{
		"share > 0.5", "calls >= 3", "calls >= 3 && share > 0.5",
		"!(calls >= 3) || share > 0.5", "calls > 3 || share > 0.5", "calls <= 3 || share > 0.5", "calls >= 4 || share > 0.5",
		"calls >= 3 || !(share > 0.5)", "calls >= 3 || share >= 0.5", "calls >= 3 || share < 0.5", "calls >= 3 || share > 1.5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if m := celenv.MutantsIn("calls > 3", celenv.Scope{}); m != nil {
		t.Errorf("%v: calls is not known there", m)
	}
	// The name of a lookup is no value.
	for _, m := range celenv.Mutants(`lookup("geo", event.sourceIPAddress).country == "US"`) {
		if !strings.Contains(m.Text, `lookup("geo", event.sourceIPAddress)`) {
			t.Error(m.Text)
		}
	}
}
