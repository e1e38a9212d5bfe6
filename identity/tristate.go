package identity

import (
	"strconv"
	"strings"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// A Tristate is a yes or no that a record may leave out. The zero value is Unknown.
//
// CloudTrail writes most of its booleans inside userIdentity as text ("true", once
// "False"), where a plain test of truth passes for both.
type Tristate uint8

// The three states.
const (
	Unknown Tristate = iota
	No
	Yes
)

// True reports whether t is Yes. It is false for No and for Unknown.
func (t Tristate) True() bool { return t == Yes }

// Known reports whether t is Yes or No.
func (t Tristate) Known() bool { return t == Yes || t == No }

// String returns "unknown", "no" or "yes".
func (t Tristate) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// MarshalJSON writes null, false or true.
func (t Tristate) MarshalJSON() ([]byte, error) {
	switch t {
	case Yes:
		return []byte("true"), nil
	case No:
		return []byte("false"), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON sets t to what [ParseTristate] reads. It never fails.
func (t *Tristate) UnmarshalJSON(raw []byte) error {
	*t = ParseTristate(raw)
	return nil
}

// ParseTristate reads a JSON value as a yes or no: a boolean, the text "true", "yes",
// "false" or "no" in any case, and the numbers 1 and 0, quoted or not.
// Anything else, JSON or not, is Unknown.
func ParseTristate(raw []byte) Tristate {
	switch string(raw) { // what CloudTrail writes
	case `true`, `"true"`:
		return Yes
	case `false`, `"false"`:
		return No
	}
	start := jsonscan.Space(raw, 0)
	end, err := jsonscan.Value(raw, start, 1)
	if err != nil || jsonscan.Space(raw, end) != len(raw) {
		return Unknown
	}
	text, ok := jsonscan.Lenient(raw[start:end])
	if !ok {
		return Unknown
	}
	switch text = strings.TrimSpace(text); {
	case strings.EqualFold(text, "true"), strings.EqualFold(text, "yes"):
		return Yes
	case strings.EqualFold(text, "false"), strings.EqualFold(text, "no"):
		return No
	}
	switch n, err := strconv.ParseFloat(text, 64); {
	case err != nil:
		return Unknown
	case n == 1:
		return Yes
	case n == 0:
		return No
	}
	return Unknown
}
