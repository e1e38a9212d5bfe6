package ruleset_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state"
)

// failures are denied calls of a user, so many seconds apart.
func failures(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","accountId":"210987654321","userName":"mira"},"eventTime":"2026-01-05T09:15:%02dZ",`+
			`"eventSource":"s3.amazonaws.com","eventName":"GetBucketAcl","sourceIPAddress":"198.51.100.7","errorCode":"AccessDenied","requestParameters":{"bucketName":"b%d"},"eventID":"5d1f0a2b-0000-4000-9000-%012d"}`+"\n", 10*i, i, i)
	}
	return b.String()
}

// denied is a rule that counts, built in Go.
var denied = &rule.Rule{
	ID: "buckets-tried", Title: "Many buckets tried", Severity: rule.Medium,
	Match: rule.Match{Source: []string{"s3.amazonaws.com"}, Outcome: rule.Failure},
	Aggregate: &rule.Aggregate{
		Window: "5m",
		Let:    map[string]string{"buckets": "distinct(event.requestParameters.bucketName)"},
		Having: "buckets >= 4",
	},
	Message: "{actor.name} was denied {buckets} buckets between {first} and {last}",
}

// A rule with memory has one finding for all of a group's events in a period. It gives it out again, with the same ID,
// when the event that decided is delivered again.
func Example_aggregate() {
	set, err := ruleset.Compile([]*rule.Rule{denied})
	if err != nil {
		fmt.Println(err)
		return
	}
	ids := map[string]bool{}
	for result, err := range set.Scan(context.Background(), strings.NewReader(failures(6)+failures(6))) { // delivered twice
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, f := range result.Findings {
			ids[f.ID] = true
			fmt.Println(f.Message, "update:", f.Episode.Update)
		}
	}
	fmt.Println(len(ids), "finding")
	// Output:
	// mira was denied 4 buckets between 2026-01-05T09:15:00Z and 2026-01-05T09:15:30Z update: false
	// mira was denied 4 buckets between 2026-01-05T09:15:00Z and 2026-01-05T09:15:30Z update: true
	// 1 finding
}

// What rules remember outlives the process: half of the events come before it ends, half after it starts again.
func ExampleWithStore() {
	log := strings.SplitAfter(failures(6), "\n")
	var saved bytes.Buffer
	for _, part := range [][]string{log[:3], log[3:]} {
		store := state.NewMemory(state.Limits{})
		if saved.Len() > 0 {
			if err := store.Restore(&saved); err != nil {
				fmt.Println(err)
				return
			}
		}
		set, err := ruleset.Compile([]*rule.Rule{denied}, ruleset.WithStore(store))
		if err != nil {
			fmt.Println(err)
			return
		}
		found := 0
		for result, err := range set.Scan(context.Background(), strings.NewReader(strings.Join(part, ""))) {
			if err != nil {
				fmt.Println(err)
				continue
			}
			found += len(result.Findings)
		}
		fmt.Println(found, "findings,", store.Stats().Keys, "key")
		if err := store.Snapshot(&saved); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// 0 findings, 1 key
	// 1 findings, 1 key
}

// A rule that needs to know of which country an address is, and a program that knows a little.
func ExampleWithLookup() {
	abroad := &rule.Rule{
		ID: "console-login-abroad", Title: "Console sign-in from abroad", Severity: rule.Low,
		Match: rule.Match{Source: []string{"signin.amazonaws.com"}, Event: []string{"ConsoleLogin"}},
		Needs: []string{"geo"}, When: `has(lookup("geo", event.sourceIPAddress).country) && lookup("geo", event.sourceIPAddress).country != "IE"`,
		Message: `{actor.name} signed in from {lookup("geo", event.sourceIPAddress).country}`,
	}
	without, _ := ruleset.Compile([]*rule.Rule{abroad})
	fmt.Println("inactive:", without.Inactive())
	set, err := ruleset.Compile([]*rule.Rule{abroad}, ruleset.WithLookup("geo", func(address string) (map[string]any, bool) {
		return map[string]any{"country": "FR"}, address == "203.0.113.9"
	}), ruleset.ObservedSince(time.Unix(0, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	record := `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","accountId":"210987654321","userName":"mira"},"eventTime":"2026-01-05T09:15:00Z",` +
		`"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"203.0.113.9","responseElements":{"ConsoleLogin":"Success"},"eventID":"5d1f0a2b-0000-4000-9000-000000000001"}`
	for result, err := range set.Scan(context.Background(), strings.NewReader(record)) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, f := range result.Findings {
			fmt.Println(f.Message)
		}
	}
	// Output:
	// inactive: [{console-login-abroad [geo]}]
	// mira signed in from FR
}
