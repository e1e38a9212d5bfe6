package rule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

func TestCalendar_Contains(t *testing.T) {
	office := func(zone string) rule.Schedule {
		return rule.Schedule{TimeZone: zone, Windows: []string{"Mon-Fri 09:00-18:00"}}
	}
	night := rule.Schedule{Windows: []string{"Mon 22:00-06:00"}} // 2026-01-05 is a Monday
	holiday := func(days ...string) rule.Schedule {
		return rule.Schedule{Windows: []string{"Mon-Sun 22:00-06:00", "Mon-Sun 08:00-12:00"}, Holidays: days}
	}
	newYork := rule.Schedule{TimeZone: "America/New_York", Windows: []string{"Sun 01:00-03:00"}}
	tests := []struct {
		name     string
		schedule rule.Schedule
		at       string
		want     bool
	}{
		{"at the start", office(""), "2026-01-05T09:00:00Z", true},
		{"just before the start", office(""), "2026-01-05T08:59:59.999Z", false},
		{"just before the end", office(""), "2026-01-05T17:59:59.999Z", true},
		{"at the end", office(""), "2026-01-05T18:00:00Z", false},
		{"Friday", office(""), "2026-01-09T12:00:00Z", true},
		{"Saturday", office(""), "2026-01-10T12:00:00Z", false},
		{"Sunday", office(""), "2026-01-11T12:00:00Z", false},
		{"written in another zone", office(""), "2026-01-05T23:30:00+10:00", true},

		{"London in winter, opening", office("Europe/London"), "2026-01-05T09:00:00Z", true},
		{"London in summer, an hour earlier", office("Europe/London"), "2026-07-06T08:00:00Z", true},
		{"London in summer, closed an hour earlier", office("Europe/London"), "2026-07-06T17:00:00Z", false},
		{"London, the Friday before the clocks go forward", office("Europe/London"), "2026-03-27T08:30:00Z", false},
		{"London, the Monday after", office("Europe/London"), "2026-03-30T08:30:00Z", true},
		{"London, the Monday after the clocks go back", office("Europe/London"), "2026-10-26T08:30:00Z", false},
		{"New York in winter, opening", office("America/New_York"), "2026-01-05T14:00:00Z", true},
		{"New York in winter, before", office("America/New_York"), "2026-01-05T13:59:00Z", false},
		{"New York in summer, opening", office("America/New_York"), "2026-07-06T13:00:00Z", true},
		{"New York, already Saturday in UTC", rule.Schedule{TimeZone: "America/New_York", Windows: []string{"Fri 18:00-24:00"}}, "2026-01-10T03:00:00Z", true},
		{"Tokyo, Monday while it is Sunday in UTC", office("Asia/Tokyo"), "2026-01-05T00:00:00Z", true},
		{"Tokyo, Monday before opening", office("Asia/Tokyo"), "2026-01-04T23:59:00Z", false},
		{"Tokyo has no summer time", office("Asia/Tokyo"), "2026-07-06T00:00:00Z", true},
		{"Tokyo, Friday evening in UTC is Saturday", office("Asia/Tokyo"), "2026-01-09T16:00:00Z", false},

		// 2026-03-08 02:00 EST becomes 03:00 EDT; 2026-11-01 02:00 EDT becomes 01:00 EST.
		{"New York, before the hour that is skipped", newYork, "2026-03-08T06:59:59Z", true},
		{"New York, at once three o'clock", newYork, "2026-03-08T07:00:00Z", false},
		{"New York, one o'clock the first time", newYork, "2026-11-01T05:30:00Z", true},
		{"New York, one o'clock the second time", newYork, "2026-11-01T06:30:00Z", true},
		{"New York, two o'clock after it", newYork, "2026-11-01T07:30:00Z", true},
		{"New York, three o'clock after it", newYork, "2026-11-01T08:00:00Z", false},
		// 2026-03-29 01:00 GMT becomes 02:00 BST.
		{"London, a window that falls into the hour skipped", rule.Schedule{TimeZone: "Europe/London", Windows: []string{"Sun 01:00-02:00"}}, "2026-03-29T01:00:00Z", false},
		{"London, a night over the change", rule.Schedule{TimeZone: "Europe/London", Windows: []string{"Sat 22:00-06:00"}}, "2026-03-29T04:59:59Z", true},
		{"London, the end of it an hour earlier", rule.Schedule{TimeZone: "Europe/London", Windows: []string{"Sat 22:00-06:00"}}, "2026-03-29T05:00:00Z", false},

		{"night, opening", night, "2026-01-05T22:00:00Z", true},
		{"night, after midnight", night, "2026-01-06T00:00:00Z", true},
		{"night, before it ends", night, "2026-01-06T05:59:59Z", true},
		{"night, at its end", night, "2026-01-06T06:00:00Z", false},
		{"night, the morning before", night, "2026-01-05T03:00:00Z", false},
		{"night, the evening after", night, "2026-01-06T23:00:00Z", false},
		{"Sunday night into Monday", rule.Schedule{Windows: []string{"Sun 22:00-06:00"}}, "2026-01-05T03:00:00Z", true},
		{"until midnight, 24:00", rule.Schedule{Windows: []string{"Mon 18:00-24:00"}}, "2026-01-05T23:59:59Z", true},
		{"until midnight, 24:00, over", rule.Schedule{Windows: []string{"Mon 18:00-24:00"}}, "2026-01-06T00:00:00Z", false},
		{"until midnight, 00:00", rule.Schedule{Windows: []string{"Mon 18:00-00:00"}}, "2026-01-05T23:59:59Z", true},
		{"until midnight, 00:00, over", rule.Schedule{Windows: []string{"Mon 18:00-00:00"}}, "2026-01-06T00:00:00Z", false},
		{"days around the weekend", rule.Schedule{Windows: []string{"Sat-Mon 00:00-24:00"}}, "2026-01-05T12:00:00Z", true},
		{"days around the weekend, Tuesday", rule.Schedule{Windows: []string{"Sat-Mon 00:00-24:00"}}, "2026-01-06T12:00:00Z", false},
		{"days in a list", rule.Schedule{Windows: []string{"Sat,Sun,Tue-Wed 00:00-24:00"}}, "2026-01-07T12:00:00Z", true},
		{"days in a list, Thursday", rule.Schedule{Windows: []string{"Sat,Sun,Tue-Wed 00:00-24:00"}}, "2026-01-08T12:00:00Z", false},
		{"second window", rule.Schedule{Windows: []string{"Mon 01:00-02:00", "Mon 03:00-04:00"}}, "2026-01-05T03:30:00Z", true},

		{"holiday, a window of the day", holiday("2026-01-06"), "2026-01-06T09:00:00Z", false},
		{"holiday, the night before reaches in", holiday("2026-01-06"), "2026-01-06T03:00:00Z", false},
		{"holiday, the evening before it", holiday("2026-01-06"), "2026-01-05T23:00:00Z", true},
		{"holiday, the evening of it", holiday("2026-01-06"), "2026-01-06T23:00:00Z", false},
		{"holiday, the morning after it", holiday("2026-01-06"), "2026-01-07T03:00:00Z", false},
		{"holiday, the day after it", holiday("2026-01-06"), "2026-01-07T09:00:00Z", true},
		{"first of a month after a holiday", holiday("2026-01-31"), "2026-02-01T03:00:00Z", false},
		{"holiday by the local day, Tokyo", rule.Schedule{TimeZone: "Asia/Tokyo", Windows: []string{"Mon-Sun 00:00-24:00"}, Holidays: []string{"2026-01-06"}}, "2026-01-05T15:00:00Z", false},
		{"not by the day in UTC, Tokyo", rule.Schedule{TimeZone: "Asia/Tokyo", Windows: []string{"Mon-Sun 00:00-24:00"}, Holidays: []string{"2026-01-06"}}, "2026-01-06T15:00:00Z", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calendar, err := tt.schedule.Compile()
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := calendar.Contains(at); got != tt.want {
				t.Errorf("Contains(%s) = %v", tt.at, got)
			}
		})
	}
}

func TestSchedule_Compile_errors(t *testing.T) {
	s := rule.Schedule{
		TimeZone: "Europe/Londn",
		Windows: []string{
			"", "Mon", "09:00-18:00", "Mon-Fri 9:00-18:00", "Mon 09:00-24:01", "Mon 24:00-25:00", "Mon 09:60-10:00",
			"Monday 09:00-18:00", "mon 09:00-18:00", "Mon-Fry 09:00-18:00", "Mon, Tue 09:00-18:00", "Mon 10:00-10:00", "Mon +9:00-10:00",
		},
		Holidays: []string{"2026-02-30", "1 January"},
	}
	_, err := s.Compile()
	var got []string
	for _, e := range rule.Errors(err) {
		got = append(got, e.Error())
	}
	want := []string{
		`timezone: no time zone "Europe/Londn" is known (zones have names such as Europe/London; where the system has none, import time/tzdata)`,
		`windows[0]: "" is not a window such as Mon-Fri 09:00-18:00`,
		`windows[1]: "Mon" is not a window such as Mon-Fri 09:00-18:00`,
		`windows[2]: "09:00-18:00" is not a window such as Mon-Fri 09:00-18:00`,
		`windows[3]: "9:00" is not a time of day such as 09:00`,
		`windows[4]: "24:01" is not a time of day such as 09:00`,
		`windows[5]: no window opens at 24:00`,
		`windows[6]: "09:60" is not a time of day such as 09:00`,
		`windows[7]: unknown weekday "Monday" (did you mean "Mon"?)`,
		`windows[8]: unknown weekday "mon" (did you mean "Mon"?)`,
		`windows[9]: unknown weekday "Fry" (did you mean "Fri"?)`,
		`windows[10]: unknown weekday ""`,
		`windows[11]: the window "Mon 10:00-10:00" is empty: a whole day is 00:00-24:00`,
		`windows[12]: "+9:00" is not a time of day such as 09:00`,
		`holidays[0]: "2026-02-30" is not a date such as 2026-01-01`,
		`holidays[1]: "1 January" is not a date such as 2026-01-01`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, s := range []rule.Schedule{{}, {TimeZone: "Local", Windows: []string{"Mon 00:00-24:00"}}, {TimeZone: "../UTC", Windows: []string{"Mon 00:00-24:00"}}} {
		if _, err := s.Compile(); err == nil || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%+v: got %v", s, err)
		}
	}
}

func TestException_HoldsAt(t *testing.T) {
	day := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name        string
		expires, at time.Time
		want        bool
	}{
		{"never expires", time.Time{}, day, true},
		{"never expires, event without a time", time.Time{}, time.Time{}, true},
		{"the moment before", day, day.Add(-time.Nanosecond), true},
		{"that day", day, day, false},
		{"event without a time", day, time.Time{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (rule.Exception{Expires: tt.expires}).HoldsAt(tt.at); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
