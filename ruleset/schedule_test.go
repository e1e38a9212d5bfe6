package ruleset_test

import (
	"fmt"
	"testing"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

func TestSchedule(t *testing.T) {
	berlin := rule.Schedule{TimeZone: "Europe/Berlin", Windows: []string{"Mon-Fri 09:00-18:00", "Sun 01:00-04:00"}, Holidays: []string{"2026-01-01"}}
	scheduled := func(a rule.Active) *rule.Rule {
		r := newRule("scheduled", `event.eventName == "StopLogging"`)
		r.Active, r.Schedules = &a, map[string]rule.Schedule{"hours": berlin}
		return r
	}
	inside, outside := scheduled(rule.Active{Inside: "hours"}), scheduled(rule.Active{Outside: "hours"})
	for _, c := range []struct {
		name, time string
		open       bool
	}{
		{"nine in winter", "2026-01-05T08:00:00Z", true},
		{"a second before", "2026-01-05T07:59:59Z", false},
		{"nine in summer", "2026-07-06T07:00:00Z", true},
		{"a second before in summer", "2026-07-06T06:59:59Z", false},
		{"six in the evening", "2026-01-05T17:00:00Z", false},
		{"Saturday noon", "2026-01-10T11:00:00Z", false},
		{"a holiday on a Thursday", "2026-01-01T11:00:00Z", false},
		{"before the clocks go forward, 01:59", "2026-03-29T00:59:00Z", true},
		{"after it, 03:00", "2026-03-29T01:00:00Z", true},
		{"an hour later, 04:00", "2026-03-29T02:00:00Z", false},
		{"the second 02:30 when the clocks go back", "2026-10-25T01:30:00Z", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			record := fmt.Sprintf(`{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventTime":%q}`, c.time)
			for r, want := range map[*rule.Rule]bool{inside: c.open, outside: !c.open} {
				set := compile(t, []*rule.Rule{r})
				if got := len(eval(t, set, record).Findings) == 1; got != want {
					t.Errorf("active %+v: found %v, want %v", *r.Active, got, want)
				}
				var suppressed uint64
				if !want {
					suppressed = 1
				}
				if st := set.Stats()[0]; st.Suppressed != suppressed || st.Matched != 1-suppressed {
					t.Errorf("active %+v: statistics %+v", *r.Active, st)
				}
			}
		})
	}
	for _, record := range []string{
		`{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging"}`,
		`{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventTime":"yesterday"}`,
	} {
		if result := eval(t, compile(t, []*rule.Rule{inside}), record); len(result.Findings) != 1 {
			t.Errorf("%s: without a time the rule is active inside its hours", record)
		}
		if result := eval(t, compile(t, []*rule.Rule{outside}), record); len(result.Findings) != 1 {
			t.Errorf("%s: without a time the rule is active outside its hours", record)
		}
	}
	set := compile(t, []*rule.Rule{inside}, ruleset.WithSchedule("hours", rule.Schedule{Windows: []string{"Sat 00:00-24:00"}}))
	if result := eval(t, set, `{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventTime":"2026-01-10T11:00:00Z"}`); len(result.Findings) != 1 {
		t.Error("WithSchedule does not take the place of the rule's own")
	}
}
