package event

import "bytes"

// A Raw is one record as it stands in the input, checked to be JSON, not decoded.
//
// It belongs to the iteration: the Raw and its Bytes are valid until the next step only, and
// are not to be modified.
type Raw struct {
	// Bytes is the record, from brace to brace.
	Bytes []byte

	// Location says where it was found.
	Location Location

	skimmed
}

// Field returns the text of the member f: nil where the record lacks it or holds null. The text of
// a free-form member is its JSON.
//
// exact is true where that text is certain to be what decoding gives. It is false, and text
// nil, where only [Raw.Decode] can tell: where the value is no string, holds an escape or is
// not UTF-8, where the member comes twice, or where the name of a member beside it is written
// with an escape.
func (r *Raw) Field(f Field) (text []byte, exact bool) {
	if int(f) >= NumFields || r.unsure&(1<<f) != 0 {
		return nil, false
	}
	s := r.spans[f]
	if r.seen&(1<<f) == 0 || s.start == 0 {
		return nil, true
	}
	return r.Bytes[s.start:s.end], true
}

// Decode decodes the record as [Parse] does, from a copy, and keeps the Location.
func (r *Raw) Decode() (*Event, error) {
	e := new(Event)
	if err := r.DecodeInto(e); err != nil {
		return nil, err
	}
	return e, nil
}

// DecodeInto is Decode into an Event that nobody uses any more, which saves allocating one for
// each record. Texts that were taken from the Event before stay as they are; its Docs must not be
// read any more. After an error e holds nothing.
func (r *Raw) DecodeInto(e *Event) error {
	*e = Event{Location: r.Location}
	err := e.fill(bytes.Clone(r.Bytes)) // the skim checked that it is JSON
	if err != nil {
		*e = Event{}
	}
	return err
}
