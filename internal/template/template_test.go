package template_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/template"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, in string
		want     []template.Segment
		errs     []template.Error
	}{
		{name: "empty"},
		{name: "text", in: "a b", want: []template.Segment{{Text: "a b"}}},
		{name: "placeholder", in: "{actor.id}", want: []template.Segment{{Expr: "actor.id", Offset: 1}}},
		{name: "both", in: "é {actor.id}: { event.eventName }.", want: []template.Segment{
			{Text: "é "}, {Expr: "actor.id", Offset: 3}, {Text: ": ", Offset: 12}, {Expr: "event.eventName", Offset: 16}, {Text: ".", Offset: 33},
		}},
		{name: "braces", in: "a {{b}} {{{x}}}", want: []template.Segment{{Text: "a {b} {"}, {Expr: "x", Offset: 11}, {Text: "}", Offset: 13}}},
		{name: "braces inside", in: `{a["}"]}{b['{\'']}{c({"k": 1})}`, want: []template.Segment{
			{Expr: `a["}"]`, Offset: 1}, {Expr: `b['{\'']`, Offset: 9}, {Expr: `c({"k": 1})`, Offset: 19},
		}},
		{name: "wrong", in: "a } b {} c {x", want: []template.Segment{{Text: "a  b  c "}}, errs: []template.Error{
			{Offset: 2, Message: "a } that closes nothing: write }} for a brace"},
			{Offset: 6, Message: "an empty placeholder"},
			{Offset: 11, Message: "a { that nothing closes: write {{ for a brace"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, errs := template.Parse(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("segments:\n%s", diff)
			}
			var values []template.Error
			for _, e := range errs {
				values = append(values, *e)
			}
			if diff := cmp.Diff(tt.errs, values); diff != "" {
				t.Errorf("errors:\n%s", diff)
			}
		})
	}
}
