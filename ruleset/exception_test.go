package ruleset_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// tooLong is a condition whose loops are cut off over longRecord, and true over shorter lists.
const tooLong = `event.requestParameters.l.all(a, event.requestParameters.l.all(b, a == b))`

// longRecord has a list of 2,100, so that two loops inside each other turn more than 4 million times.
func longRecord(more string) string {
	return `{"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventID":"e-long"` + more + `,"requestParameters":{"l":[` + strings.Repeat("1,", 2099) + `1]}}`
}

func TestException(t *testing.T) {
	expires := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	mira := rule.Exception{Name: "mira", Reason: "r", When: `actor.name == "mira"`}
	miraUntil := rule.Exception{Name: "mira-until", Reason: "r", When: `actor.name == "mira"`, Expires: expires}
	lena := rule.Exception{Name: "lena", Reason: "r", When: `actor.name == "lena"`}
	at := func(eventTime string) string {
		return fmt.Sprintf(`{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventTime":%q,"userIdentity":{"type":"IAMUser","userName":"mira"}}`, eventTime)
	}
	for _, c := range []struct {
		name       string
		when       string
		exceptions []rule.Exception
		eventTime  string
		found      bool
	}{
		{"none", "true", nil, "2026-01-05T09:15:00Z", true},
		{"one that holds", "true", []rule.Exception{mira}, "2026-01-05T09:15:00Z", false},
		{"one that does not", "true", []rule.Exception{lena}, "2026-01-05T09:15:00Z", true},
		{"the second of two", "true", []rule.Exception{lena, mira}, "2026-01-05T09:15:00Z", false},
		{"of a rule that does not match", "actor.isRoot", []rule.Exception{mira}, "2026-01-05T09:15:00Z", false},
		{"before it expires", "true", []rule.Exception{miraUntil}, "2026-02-28T23:59:59Z", false},
		{"when it expires", "true", []rule.Exception{miraUntil}, "2026-03-01T00:00:00Z", true},
		{"long ago: the event's time counts, not the clock", "true", []rule.Exception{miraUntil}, "2016-01-05T09:15:00Z", false},
		{"one that expires, for an event without a time", "true", []rule.Exception{miraUntil}, "", true},
		{"one that does not expire, for an event without a time", "true", []rule.Exception{mira}, "", false},
		{"expired beside one in force", "true", []rule.Exception{miraUntil, mira}, "2027-01-05T09:15:00Z", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRule("r", c.when)
			r.Exceptions = c.exceptions
			result := eval(t, compile(t, []*rule.Rule{r}), at(c.eventTime))
			if got := len(result.Findings) == 1; got != c.found {
				t.Errorf("found %v, want %v", got, c.found)
			}
			if len(result.Faults) > 0 {
				t.Errorf("faults: %v", result.Faults)
			}
		})
	}
}

// An exception without a verdict hides nothing.
func TestException_fault(t *testing.T) {
	fails := rule.Exception{Name: "fails", Reason: "r", When: tooLong}
	holds := rule.Exception{Name: "holds", Reason: "r", When: `event.eventName == "ListBuckets"`}
	for _, c := range []struct {
		name       string
		exceptions []rule.Exception
		found      []string
	}{
		{"alone", []rule.Exception{fails}, []string{"r"}},
		{"before one that holds", []rule.Exception{fails, holds}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRule("r", "true")
			r.Exceptions = c.exceptions
			set := compile(t, []*rule.Rule{r})
			result := eval(t, set, longRecord(""))
			if diff := cmp.Diff(c.found, found(result)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if len(result.Faults) != 1 || result.Faults[0].Part != "exceptions[0].when" || !errors.Is(result.Faults[0], celenv.ErrTooMuchWork) {
				t.Errorf("faults: %v", result.Faults)
			}
		})
	}
}

// TestException_onlyRemoves compares sets with and without exceptions: what they remove is what
// the conditions of the exceptions say, and they add and change nothing.
func TestException_onlyRemoves(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 26))
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	atom := func() string {
		return pick(`actor.name == "mira"`, `actor.isRoot`, `event.awsRegion.startsWith("eu-")`, `event.eventName in ["DeleteBucket", "GetObject"]`,
			`has(event.requestParameters.bucketName)`, `event.requestParameters.bucketName.glob("acme-*")`, `cidr(event.sourceIPAddress, "192.0.2.0/24")`, `true`, `false`)
	}
	condition := func() string {
		switch rng.IntN(4) {
		case 0:
			return "(" + atom() + ") && (" + atom() + ")"
		case 1:
			return "(" + atom() + ") || (" + atom() + ")"
		case 2:
			return "!(" + atom() + ")"
		}
		return atom()
	}
	record := func(i int) string {
		return fmt.Sprintf(`{"eventSource":"s3.amazonaws.com","eventName":%q,"eventID":"e%d","eventTime":%q,"awsRegion":%q,"sourceIPAddress":%q,"userIdentity":{"type":%q,"userName":%q},"requestParameters":%s}`,
			pick("DeleteBucket", "GetObject", "PutObject"), i, pick("2026-01-05T09:15:00Z", "2026-06-05T09:15:00Z", ""), pick("eu-west-1", "us-east-1"),
			pick("192.0.2.7", "198.51.100.7", "AWS Internal"), pick("IAMUser", "Root"), pick("mira", "lena"), pick("null", `{"bucketName":"acme-logs"}`, `{"bucketName":["x"]}`))
	}
	removed, kept := 0, 0
	for range 60 {
		var plain, excepted, asRules []*rule.Rule
		excuses := map[string][]rule.Exception{} // by rule
		for i := range 8 {
			r := newRule(fmt.Sprintf("r%d", i), condition())
			x := *r
			for j := range 1 + rng.IntN(2) {
				e := rule.Exception{Name: fmt.Sprintf("x%d-%d", i, j), Reason: "r", When: condition()}
				if rng.IntN(2) == 0 {
					e.Expires = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
				}
				x.Exceptions = append(x.Exceptions, e)
				asRules = append(asRules, newRule(e.Name, e.When))
			}
			excuses[r.ID] = x.Exceptions
			plain, excepted = append(plain, r), append(excepted, &x)
		}
		without, with, says := compile(t, plain), compile(t, excepted), compile(t, asRules)
		for i := range 20 {
			record := record(i)
			ev := parse(t, record)
			holding := found(eval(t, says, record))
			var want []ruleset.Finding
			for _, f := range eval(t, without, record).Findings {
				if slices.ContainsFunc(excuses[f.Rule], func(e rule.Exception) bool {
					return slices.Contains(holding, e.Name) && e.HoldsAt(ev.EventTime)
				}) {
					removed++
				} else {
					kept++
					want = append(want, f)
				}
			}
			if diff := cmp.Diff(want, eval(t, with, record).Findings); diff != "" {
				t.Fatalf("%s\n%v\n(-want +got):\n%s", record, excuses, diff)
			}
		}
	}
	if removed < 500 || kept < 500 {
		t.Errorf("removed %d, kept %d: the comparison is thin", removed, kept)
	}
}
