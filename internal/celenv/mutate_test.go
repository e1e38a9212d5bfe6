package celenv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

func TestMutants(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
	}{
		{`actor.isRoot`, []string{`!actor.isRoot`}},
		{`true`, []string{`false`}},
		{`!actor.isRoot`, []string{`actor.isRoot`}},
		{`event.eventName == "A"`, []string{`!(event.eventName == "A")`, `event.eventName == "Ax"`}},
		{`event.eventName in ["A", "B"]`, []string{`!(event.eventName in ["A", "B"])`, `event.eventName in ["Ax", "B"]`, `event.eventName in ["A", "Bx"]`}},
		{`event.requestParameters.n.num() < 14`, []string{
			`!(event.requestParameters.n.num() < 14)`, `event.requestParameters.n.num() <= 14`, `event.requestParameters.n.num() > 14`, `event.requestParameters.n.num() < 15`,
		}},
		{`actor.isRoot && has(event.errorCode) && actor.isUser`, []string{ // each conjunct is dropped once
			`actor.isRoot && has(event.errorCode)`, `actor.isRoot && has(event.errorCode) || actor.isUser`,
			`has(event.errorCode) && actor.isUser`, `actor.isRoot && actor.isUser`, `(actor.isRoot || has(event.errorCode)) && actor.isUser`,
			`!actor.isRoot && has(event.errorCode) && actor.isUser`, `actor.isRoot && !has(event.errorCode) && actor.isUser`, `actor.isRoot && has(event.errorCode) && !actor.isUser`,
		}},
		{`event.requestParameters.l.list().exists(x, x == "a" || x.b)`, []string{
			`!(event.requestParameters.l.list().exists(x, x == "a" || x.b))`, `event.requestParameters.l.list().exists(x, x.b)`, `event.requestParameters.l.list().exists(x, x == "a")`,
			`event.requestParameters.l.list().exists(x, x == "a" && x.b)`, `event.requestParameters.l.list().exists(x, !(x == "a") || x.b)`,
			`event.requestParameters.l.list().exists(x, x == "ax" || x.b)`, `event.requestParameters.l.list().exists(x, x == "a" || !x.b)`,
		}},
		{`event.sourceIPAddress in list("offices")`, []string{`!(event.sourceIPAddress in list("offices"))`}},   // a name is no value
		{`cidr(event.sourceIPAddress, "10.0.0.0/8")`, []string{`!(cidr(event.sourceIPAddress, "10.0.0.0/8"))`}}, // "10.0.0.0/8x" does not compile
		{`event.eventNam == "A"`, nil},
		{``, nil},
	} {
		t.Run(c.src, func(t *testing.T) {
			var got []string
			for _, m := range celenv.Mutants(c.src) {
				got = append(got, m.Text)
				if m.What == "" || m.Offset < 0 || m.Offset >= len(c.src) {
					t.Errorf("%+v", m)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A mutant says what was done, and where.
func TestMutants_what(t *testing.T) {
	const src = "actor.isRoot\n  && event.requestParameters.n >= 5"
	got := map[string]string{}
	for _, m := range celenv.Mutants(src) {
		got[m.What], _, _ = strings.Cut(src[m.Offset:], " ")
	}
	want := map[string]string{
		"dropped actor.isRoot": "&&", "dropped event.requestParameters.n >= 5": "&&", "&& became ||": "&&",
		"negated actor.isRoot": ".isRoot\n", "negated event.requestParameters.n >= 5": ">=", ">= became >": ">=", ">= became <=": ">=", "5 became 6": "5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTrace_Counts(t *testing.T) {
	p, trace, issues := celenv.CompileTraced(`event.requestParameters.l.exists(x, x == "b")`, celenv.Scope{}, true)
	if issues != nil {
		t.Fatal(issues)
	}
	var f celenv.Frame
	for _, record := range []string{`{"l":["a","b","c"]}`, `{"l":["a"]}`, `{}`} {
		ev, err := event.Parse([]byte(`{"eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":` + record + `}`))
		if err != nil {
			t.Fatal(err)
		}
		f.Reset(ev)
		if _, err := p.EvalTraced(&f, &celenv.Bindings{}, trace); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]celenv.Counts{}
	for i, part := range trace.Parts {
		if part.Boolean {
			got[part.Text] = trace.Counts(i)
		}
	}
	want := map[string]celenv.Counts{
		`event.requestParameters.l.exists(x, x == "b")`: {True: 1, False: 2},
		`x == "b"`: {True: 1, False: 2}, // turn by turn; the loop ends with the first that is true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever the source, its mutants compile, are no two alike, and differ from it.
func FuzzMutants(f *testing.F) {
	for _, src := range []string{
		`actor.isRoot && !has(event.requestParameters.userName)`, `event.requestParameters["a\"b"].l.list().exists(x, x.n > 1.5 ? x.a : !x.b)`,
		`size(event.resources.filter(r, r.ARN.startsWith("arn:") || r.type in ["a", 'b'])) >= 2 && -1 < 3u`, `{"a": [true, 2]}.a[0]`, `event.eventTime > timestamp("2026-01-05T09:15:00Z")`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 300 {
			t.Skip()
		}
		seen := map[string]bool{src: true}
		for _, m := range celenv.Mutants(src) {
			if seen[m.Text] {
				t.Errorf("%q comes twice, or is the source", m.Text)
			}
			seen[m.Text] = true
			if issues := celenv.CheckCondition(m.Text, celenv.Scope{}); issues != nil {
				t.Errorf("%q (%s): %v", m.Text, m.What, issues)
			}
			if m.Offset < 0 || m.Offset > len([]rune(src)) {
				t.Errorf("%q: offset %d", m.Text, m.Offset)
			}
		}
	})
}
