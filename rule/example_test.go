package rule_test

import (
	"fmt"
	"time"

	"github.com/trailsift/trailsift/rule"
)

func Example_go() {
	r := &rule.Rule{
		ID:       "root-access-key-created",
		Title:    "Access key created for the root user",
		Severity: rule.Critical,
		Attack:   []rule.Attack{{Tactic: "TA0003", Technique: "T1098.001"}},
		Match:    rule.Match{Source: []string{"iam.amazonaws.com"}, Event: []string{"CreateAccessKey"}, Outcome: rule.Success},
		When:     "actor.isRoot && !has(event.requestParameters.userName)",
		Message:  "Root access key {event.responseElements.accessKey.accessKeyId} created",
	}
	if err := r.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	r = r.WithDefaults()
	fmt.Println(r.Severity, r.Risk, r.GroupBy)
	fmt.Println(r.Attack[0].TacticName(), "by", r.Attack[0].TechniqueName())
	// Output:
	// critical 95 [actor.id]
	// Persistence by Account Manipulation: Additional Cloud Credentials
}

func ExampleParse() {
	r, err := rule.Parse("root-login.yaml", []byte(`
id: root-login
title: The root user signed in
severity: high
match: {source: signin.amazonaws.com, event: ConsoleLogin, outcome: success}
when: actor.isRoot
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s (%v): %s\n", r.ID, r.Severity, r.Title)
	// Output: root-login (high): The root user signed in
}

func ExampleParse_errors() {
	_, err := rule.Parse("root-login.yaml", []byte(`id: root-login
title: The root user signed in
severity: hihg
attack: [TA0001/T1078.04]
match: {event: ConsoleLogin, outcom: success}
`))
	for _, e := range rule.Errors(err) {
		fmt.Printf("line %d, column %d, %s: %q?\n", e.Line, e.Column, e.Field, e.Hint)
	}
	// Output:
	// line 3, column 11, severity: "high"?
	// line 4, column 10, attack[0]: "TA0001/T1078.004"?
	// line 5, column 30, match.outcom: "outcome"?
}

func ExampleSchedule() {
	r, err := rule.Parse("at-night.yaml", []byte(`
id: at-night
title: Somebody works at night
severity: low
when: actor.isUser
active: {outside: business-hours}
schedules:
  business-hours:
    timezone: Europe/London
    windows: ["Mon-Fri 09:00-18:00", "Sat 10:00-14:00"]
    holidays: ["2026-12-25"]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	calendar, err := r.Schedules[r.Active.Outside].Compile()
	if err != nil {
		fmt.Println(err)
		return
	}
	summer := time.Date(2026, 7, 6, 8, 30, 0, 0, time.UTC) // half past nine in London
	fmt.Println(calendar.Contains(summer), calendar.Contains(summer.Add(-time.Hour)))
	// Output: true false
}
