package rule_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

const parameterised = `id: p
title: P
severity: low
match: {source: iam.amazonaws.com}
when: event.requestParameters.n.num() < params.least && event.awsRegion in params.regions
message: "below {params.least}"
params:
  least: {type: int, description: fewest characters, default: 14}
  regions: {type: list, default: [us-east-1]}
tests:
  - name: t
    event: {base: user-call, set: {eventName: X}}
    params: {least: 7}
    match: false
`

func TestParams(t *testing.T) {
	r, err := rule.Parse("p.yaml", []byte(parameterised))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]rule.Param{
		"least":   {Type: rule.IntParam, Description: "fewest characters", Default: int64(14)},
		"regions": {Type: rule.ListParam, Default: []string{"us-east-1"}},
	}
	if diff := cmp.Diff(want, r.Params); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for edit, message := range map[string]string{
		"params.least &&|params.lest &&":            `no parameter named "lest" (did you mean "least"?)`,
		"{params.least}|{params.leest}":             `no parameter named "leest" (did you mean "least"?)`,
		"type: int|type: integer":                   `unknown type "integer"`,
		"default: 14|default: many":                 "many is not of type int",
		"default: 14|default: 1.5":                  "1.5 is not of type int",
		", default: 14|":                            "missing",
		"default: [us-east-1]|default: [1]":         "not a list of text",
		"params: {least: 7}|params: {lest: 7}":      `no such parameter (did you mean "least"?)`,
		"params: {least: 7}|params: {least: seven}": "seven is not of type int",
	} {
		old, new, _ := strings.Cut(edit, "|")
		text := strings.Replace(parameterised, old, new, 1)
		if text == parameterised {
			t.Fatalf("%s changes nothing", edit)
		}
		if _, err := rule.Parse("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%s: got %v, want %s", edit, err, message)
		}
	}
}
