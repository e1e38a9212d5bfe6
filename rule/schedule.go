package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A Schedule is a set of hours that repeats every week, such as the business hours of an office. It is data;
// [Schedule.Compile] makes it answer.
type Schedule struct {
	// TimeZone is an IANA name such as Europe/London, "" for UTC. Its clock and its daylight saving time are what
	// windows and holidays are read by. The zones are those of the system the program runs on: a program that may
	// run where there are none (a scratch container) imports time/tzdata.
	TimeZone string

	// Windows are weekdays and hours: "Mon-Fri 09:00-18:00", "Sat,Sun 00:00-24:00", "Mon 22:00-06:00". The first
	// time belongs to the window, the second does not. A window that ends no later than it starts ends on the
	// day after.
	Windows []string

	// Holidays are local days, "2026-01-01", on no moment of which the schedule is open: a window does not open
	// on a holiday, and one that reaches in from the day before closes at midnight. The hours after midnight of
	// a window that would have opened on a holiday are not open either.
	Holidays []string
}

// Active says when a rule is on duty: inside a named schedule or outside it. Exactly one of the two is set. It is
// judged by the event's time; an event without one is judged by the rule.
type Active struct {
	Inside, Outside string // name of a schedule
}

// A Calendar is a compiled Schedule. It does not change and is safe for concurrent use.
type Calendar struct {
	zone     *time.Location
	open     [7][]window // by the weekday on which the window opens
	holidays map[date]bool
}

// A window is open from and until a minute of the day; until exceeds a day's minutes when it passes midnight.
type window struct{ from, until int }

type date struct {
	year  int
	month time.Month
	day   int
}

const dayMinutes = 24 * 60

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}

// Compile checks the schedule. All that is wrong is joined into one error of *Error values, whose Field is
// relative to the schedule: "windows[0]".
func (s Schedule) Compile() (*Calendar, error) {
	c, errs := s.compile()
	if len(errs) > 0 {
		return nil, join(errs)
	}
	return c, nil
}

func (s Schedule) compile() (*Calendar, []*Error) {
	var errs []*Error
	fail := func(field, hint, format string, args ...any) {
		errs = append(errs, &Error{Field: field, Hint: hint, Err: fmt.Errorf(format, args...)})
	}
	c := &Calendar{zone: time.UTC, holidays: map[date]bool{}}
	if s.TimeZone != "" {
		zone, err := time.LoadLocation(s.TimeZone)
		switch {
		case err != nil:
			fail("timezone", "", "no time zone %q is known (zones have names such as Europe/London; where the system has none, import time/tzdata)", s.TimeZone)
		case s.TimeZone == "Local":
			fail("timezone", "", `the zone "Local" differs from machine to machine: name one such as Europe/London`)
		default:
			c.zone = zone
		}
	}
	if len(s.Windows) == 0 {
		fail("windows", "", "a schedule needs at least one window")
	}
	for i, text := range s.Windows {
		days, w, hint, err := parseWindow(text)
		if err != nil {
			fail(fmt.Sprintf("windows[%d]", i), hint, "%w", err)
		}
		for _, day := range days {
			c.open[day] = append(c.open[day], w)
		}
	}
	for i, text := range s.Holidays {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			fail(fmt.Sprintf("holidays[%d]", i), "", "%q is not a date such as 2026-01-01", text)
		}
		c.holidays[dateOf(day)] = true
	}
	return c, errs
}

// Contains tells whether the schedule is open at a moment, by the clock on the wall of its time zone: an hour
// that daylight saving time repeats is open twice or not at all, and one that it skips never comes. Whether a
// zero time, of an event without one, is inside is no question for a schedule: the caller answers it.
func (c *Calendar) Contains(t time.Time) bool {
	local := t.In(c.zone)
	if c.holidays[dateOf(local)] {
		return false
	}
	hour, minute, _ := local.Clock()
	now := hour*60 + minute
	for _, w := range c.open[local.Weekday()] {
		if w.from <= now && now < w.until {
			return true
		}
	}
	year, month, day := local.Date()
	before := time.Date(year, month, day-1, 0, 0, 0, 0, time.UTC) // a date, no moment: UTC has every midnight
	if c.holidays[dateOf(before)] {
		return false
	}
	for _, w := range c.open[before.Weekday()] {
		if now+dayMinutes < w.until {
			return true
		}
	}
	return false
}

var weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"} // indexed by time.Weekday

func parseWindow(text string) (days []int, w window, hint string, err error) {
	daysText, hours, ok := strings.Cut(strings.TrimSpace(text), " ")
	from, until, ok2 := strings.Cut(strings.TrimSpace(hours), "-")
	if !ok || !ok2 {
		return nil, w, "", fmt.Errorf("%q is not a window such as Mon-Fri 09:00-18:00", text)
	}
	if days, hint, err = parseDays(daysText); err != nil {
		return nil, w, hint, err
	}
	if w.from, err = parseClock(from); err == nil && w.from == dayMinutes {
		err = fmt.Errorf("no window opens at 24:00")
	}
	if err != nil {
		return nil, w, "", err
	}
	if w.until, err = parseClock(until); err != nil {
		return nil, w, "", err
	}
	if w.from == w.until {
		return nil, w, "", fmt.Errorf("the window %q is empty: a whole day is 00:00-24:00", text)
	}
	if w.until < w.from {
		w.until += dayMinutes
	}
	return days, w, "", nil
}

// parseDays reads Mon-Fri, Sat,Sun, Fri-Mon.
func parseDays(text string) (days []int, hint string, err error) {
	seen := [7]bool{}
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, hint, err := parseDay(first)
		if err != nil {
			return nil, hint, err
		}
		to, hint, err := parseDay(last)
		if err != nil {
			return nil, hint, err
		}
		for day := from; ; day = (day + 1) % 7 {
			if !seen[day] {
				seen[day] = true
				days = append(days, day)
			}
			if day == to {
				break
			}
		}
	}
	return days, "", nil
}

func parseDay(name string) (day int, hint string, err error) {
	for i, known := range weekdays {
		if name == known {
			return i, "", nil
		}
	}
	if len(name) > 3 {
		hint = nearest.Name(name[:3], weekdays) // Monday
	}
	if hint == "" {
		hint = nearest.Name(name, weekdays)
	}
	return 0, hint, fmt.Errorf("unknown weekday %q", name)
}

// parseClock reads 09:00 as minutes; 24:00 is allowed.
func parseClock(text string) (int, error) {
	hour, minute, ok := strings.Cut(text, ":")
	h, err1 := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	if !ok || err1 != nil || err2 != nil || len(hour) != 2 || len(minute) != 2 || m > 59 || h*60+m > dayMinutes {
		return 0, fmt.Errorf("%q is not a time of day such as 09:00", text)
	}
	return int(h*60 + m), nil
}
