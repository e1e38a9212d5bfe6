package event

import (
	"bytes"
	"encoding/json"
)

// MarshalJSON returns the record's exact bytes, whatever happened to the fields since.
// For an Event that was not parsed it writes the fields, and Extra, under CloudTrail's names.
func (e *Event) MarshalJSON() ([]byte, error) {
	if e.raw != nil {
		return e.raw, nil
	}
	type fields Event // without this method
	b, err := json.Marshal((*fields)(e))
	return withExtra(b, e.Extra, err)
}

// MarshalJSON writes the fields and Extra under CloudTrail's names.
func (r Resource) MarshalJSON() ([]byte, error) {
	type fields Resource
	b, err := json.Marshal(fields(r))
	return withExtra(b, r.Extra, err)
}

// MarshalJSON writes the fields and Extra under CloudTrail's names.
func (a Addendum) MarshalJSON() ([]byte, error) {
	type fields Addendum
	b, err := json.Marshal(fields(a))
	return withExtra(b, a.Extra, err)
}

// MarshalJSON writes the fields and Extra under CloudTrail's names.
func (t TLSDetails) MarshalJSON() ([]byte, error) {
	type fields TLSDetails
	b, err := json.Marshal(fields(t))
	return withExtra(b, t.Extra, err)
}

// withExtra appends the members of extra to the object b.
func withExtra(b []byte, extra map[string]json.RawMessage, err error) ([]byte, error) {
	if err != nil || len(extra) == 0 {
		return b, err
	}
	more, err := json.Marshal(extra)
	if err != nil || bytes.Equal(b, []byte("{}")) {
		return more, err
	}
	return append(append(b[:len(b)-1], ','), more[1:]...), nil
}
