package event_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/trailsift/trailsift/event"
)

// Whatever reaches a Lambda function or a queue consumer is read the same way, and what holds
// no records says what it is.
func ExampleRecords() {
	input := strings.NewReader(`
{"Records":[{"eventVersion":"1.11","eventSource":"iam.amazonaws.com","eventName":"CreateUser"},{"eventVersion":"1.11",}]}
{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{"eventVersion":"1.11","eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}}
{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail-b"}`)

	for e, err := range event.Records(input, event.File("mixed.json")) {
		var none *event.NoRecordsError
		switch {
		case errors.As(err, &none) && none.Kind == event.PayloadTestEvent:
			fmt.Println("ignored", none.Kind)
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(e.EventName, "in", e.Location.Envelope)
		}
	}
	// Output:
	// CreateUser in Records
	// mixed.json: record 1 at byte 96 (Records): invalid JSON at byte 23: expected a member name
	// RunInstances in detail
	// ignored an S3 test event
}
