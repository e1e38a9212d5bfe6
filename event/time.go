package event

import "time"

// CloudTrail writes the first form only. The others come from AWS's own samples
// (ISO basic) and from tools that rewrite records on their way.
var timeForms = [...]string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"20060102T150405Z0700",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05",
}

// parseTime reads an eventTime; one without a zone is in UTC, as CloudTrail's all are.
// A fraction of a second is accepted in every form. The zero Time says that s is none of them.
func parseTime(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
