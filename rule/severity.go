package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/nearest"
)

// A Severity says how bad a finding is. Severities are ordered: Critical > High. The zero value is unset.
type Severity uint8

// The severities.
const (
	Informational Severity = 1 + iota
	Low
	Medium
	High
	Critical
)

var severityNames = []string{"informational", "low", "medium", "high", "critical"}

// ParseSeverity reads the name of a severity, in small letters as String gives it. It fails with an *Error that
// has a hint where another name is close.
func ParseSeverity(name string) (Severity, error) {
	if i := slices.Index(severityNames, name); i >= 0 {
		return Severity(i + 1), nil
	}
	return 0, &Error{
		Err:  fmt.Errorf("unknown severity %q, the severities are %s", name, strings.Join(severityNames, ", ")),
		Hint: nearest.Name(name, severityNames),
	}
}

func (s Severity) known() bool { return s >= Informational && s <= Critical }

// String returns the name of the severity, "" for the zero value.
func (s Severity) String() string {
	switch {
	case s == 0:
		return ""
	case !s.known():
		return fmt.Sprintf("Severity(%d)", uint8(s))
	}
	return severityNames[s-1]
}

// MarshalText returns the name. It fails for a value that is no severity, the zero value included.
func (s Severity) MarshalText() ([]byte, error) {
	if !s.known() {
		return nil, fmt.Errorf("%d is no severity", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	parsed, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// DefaultRisk is the risk, 0 to 100, of a rule of this severity that names none: 10, 30, 50, 75 or 95.
// It is 0 for a value that is no severity.
func (s Severity) DefaultRisk() int {
	if !s.known() {
		return 0
	}
	return [...]int{10, 30, 50, 75, 95}[s-1]
}
