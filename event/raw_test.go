package event_test

import (
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
)

// One Event serves for many records: nothing of an earlier one shows in a later one, and the
// texts that were taken out of it stay.
func TestRaw_DecodeInto(t *testing.T) {
	in := `{"Records":[
		{"eventVersion":"1.08","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"first","userIdentity":{"type":"Root","arn":"arn:aws:iam::210987654321:root"},"requestParameters":{"userName":"jo"},"resources":[{"ARN":"a"}],"odd":1},
		{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"second"},
		{"eventVersion":"1.08","requestID":"no record"}
	]}`
	var e event.Event
	var ids []string
	var failed int
	for raw, err := range event.RawRecords(strings.NewReader(in)) {
		if err != nil {
			failed++
			continue
		}
		if err := raw.DecodeInto(&e); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.EventID)
		want, err := raw.Decode()
		if err != nil {
			t.Fatal(err)
		}
		if e.EventName != want.EventName || e.Location != want.Location || e.Actor() != want.Actor() || string(e.Raw()) != string(want.Raw()) ||
			e.RequestParameters.Str("userName") != want.RequestParameters.Str("userName") || len(e.Resources) != len(want.Resources) || len(e.Extra) != len(want.Extra) {
			t.Errorf("into a used event:\n%+v\ninto a new one:\n%+v", &e, want)
		}
	}
	if strings.Join(ids, " ") != "first second" || failed != 1 {
		t.Errorf("got %v and %d failures, want the two ids, unchanged, and 1", ids, failed)
	}
}
