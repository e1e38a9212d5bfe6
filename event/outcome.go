package event

import "bytes"

// An Outcome says whether the request of an event succeeded.
type Outcome string

// The outcomes of a request. There is no third one: a record is written when the
// request has completed.
const (
	Success Outcome = "success"
	Failure Outcome = "failure"
)

// Outcome reports whether the request succeeded, by the first of these that holds:
//
//  1. It has an errorCode: Failure.
//  2. It has an errorMessage: Failure. A console sign-in that fails has no errorCode
//     ("AWS Management Console sign-in events").
//  3. responseElements holds "Failure" under the event's name, as {"ConsoleLogin": "Failure"}: Failure.
//  4. serviceEventDetails does, as sign-ins to IAM Identity Center do
//     ("Understanding IAM Identity Center sign-in events"): Failure.
//  5. Otherwise: Success.
//
// Success is that of the API call. What the call set in motion may still fail,
// and a batch may have failed in part.
func (e *Event) Outcome() Outcome {
	if e.ErrorCode != "" || e.ErrorMessage != "" ||
		e.ResponseElements.saysFailure(e.EventName) || e.ServiceEventDetails.saysFailure(e.EventName) {
		return Failure
	}
	return Success
}

// saysFailure reports whether d holds "Failure" under the event's name. The bytes
// are searched first, so that the documents of successful calls are not parsed for it.
func (d Doc) saysFailure(eventName string) bool {
	raw := d.JSON()
	return (bytes.Contains(raw, []byte("Failure")) || bytes.IndexByte(raw, '\\') >= 0) &&
		d.Str(eventName) == "Failure"
}
