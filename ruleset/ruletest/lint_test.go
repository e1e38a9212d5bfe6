package ruletest_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

func TestWarnings(t *testing.T) {
	const head = `id: group-created
title: Group created
severity: low
match: {source: iam.amazonaws.com, event: CreateGroup}
`
	const firing = `
tests:
  - name: by a user
    event: {base: user-call, set: {eventSource: iam.amazonaws.com, eventName: CreateGroup, requestParameters: {groupName: ops}}}
    match: true
  - name: under a path
    event: {base: role-call, set: {eventSource: iam.amazonaws.com, eventName: CreateGroup, requestParameters: {groupName: ops, path: /eng/}}}
    match: true
  - name: deleted
    event: {base: role-call, set: {eventSource: iam.amazonaws.com, eventName: DeleteGroup, requestParameters: {group: ops}}}
    match: false
`
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"every field is there in some case", head + `message: "{event.requestParameters.groupName} {event.requestParameters.path} {event.userIdentity.userName} {{x}}"` + firing, nil},
		{"a field that only other events have", head + `message: "Group {event.requestParameters.group} created"` + firing, []string{
			`5:18: {event.requestParameters.group} is empty in every case in which the rule fires`,
		}},
		{"typed and empty", head + `message: "{actor.id}: {event.errorCode}"` + firing, []string{
			`5:24: {event.errorCode} is empty in every case in which the rule fires`,
		}},
		{"no cases", head + `message: "{event.errorCode}"`, nil},
		{"with those of package rule", head + `message: "{event.errorCode}"` + "\ngroup_by: [actor.sessionName]" + firing, []string{
			`5:12: {event.errorCode} is empty in every case in which the rule fires`,
			`6:12: actor.sessionName holds the name of the session: one principal falls apart into as many groups as it has sessions`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules, err := rule.ReadFS(fstest.MapFS{"r.yaml": {Data: []byte(c.file)}}, ".")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range ruletest.Warnings(rules) {
				got = append(got, fmt.Sprintf("%d:%d: %v", w.Line, w.Column, w.Err))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A failing records what Lint reports.
type failing struct {
	testing.TB
	errors int
}

func (f *failing) Helper()      {}
func (f *failing) Error(...any) { f.errors++ }

func TestLint(t *testing.T) {
	const file = "id: a\ntitle: A\nseverity: low\nmatch: {event: CreateUser}\nmessage: A\ngroup_by: [actor.sessionName]\n"
	f := &failing{TB: t}
	ruletest.Lint(f, fstest.MapFS{"a.yaml": {Data: []byte(file)}})
	if f.errors != 2 {
		t.Errorf("%d warnings, want 2", f.errors)
	}
}
