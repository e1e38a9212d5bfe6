package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/internal/jsonscan"
)

// Parse decodes one record: a JSON object, with white space around it at most.
// It copies record.
//
// Types are taken leniently: a text may be written as a number or boolean, a
// boolean or number as text, and null, "" or {} stands for nothing. The last of
// several members of the same name counts. Bytes that are not UTF-8 become U+FFFD.
//
// Parse fails where record is not JSON, with [ErrTooDeep] where it nests more
// than 100 levels deep, and with [ErrNotRecord] where it is no object or no
// CloudTrail record: a record has an eventName and an eventSource, or is an
// Insights or aggregated event.
func Parse(record []byte) (*Event, error) {
	e := new(Event)
	if err := e.decode(bytes.Clone(record)); err != nil {
		return nil, err
	}
	return e, nil
}

// UnmarshalJSON is [Parse] into e, for records inside other JSON.
// After an error e holds nothing.
func (e *Event) UnmarshalJSON(record []byte) error {
	*e = Event{}
	err := e.decode(bytes.Clone(record))
	if err != nil {
		*e = Event{}
	}
	return err
}

// decode fills the zero Event e from record, which e owns from now on.
func (e *Event) decode(record []byte) error {
	if err := checkObject(record); err != nil {
		return err
	}
	return e.fill(record)
}

// fill is decode for an object that is known to be JSON and not to nest too deep.
func (e *Event) fill(record []byte) error {
	e.raw = record
	jsonscan.Walk(record, e.member)
	return e.checkRecord()
}

// checkObject rejects what is not one object, or nests too deep.
func checkObject(record []byte) error {
	i := jsonscan.Space(record, 0)
	stop, err := jsonscan.Value(record, i, jsonscan.MaxDepth)
	if err == nil && jsonscan.Space(record, stop) < len(record) {
		err = &jsonscan.SyntaxError{Offset: stop, Msg: "expected the end of the input"}
	}
	var syntax *jsonscan.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Deep:
		return ErrTooDeep
	case err != nil:
		return fmt.Errorf("decoding record: %w", err)
	case record[i] != '{':
		return ErrNotRecord
	}
	return nil
}

// checkRecord tells records from other objects. Service notifications to Lambda
// ("aws:s3", "aws:sqs") have an eventName and an eventSource as records do.
func (e *Event) checkRecord() error {
	if e.EventName != "" && e.EventSource != "" && !strings.HasPrefix(e.EventSource, "aws:") {
		return nil
	}
	for _, s := range []string{e.EventType, e.EventCategory} {
		switch {
		case strings.EqualFold(s, "AwsCloudTrailInsight"), strings.EqualFold(s, "Insight"),
			strings.EqualFold(s, "AwsAggregatedEvent"), strings.EqualFold(s, "Aggregated"):
			return nil
		}
	}
	return ErrNotRecord
}

// member sets the field for one member of the record. A member that comes twice
// replaces its first value wholly, in its field and in Extra.
func (e *Event) member(name string, raw []byte) {
	known := true
	switch name {
	case "eventVersion":
		known = text(&e.EventVersion, raw)
	case "userIdentity":
		e.UserIdentity, _ = identity.Parse(raw) // it fails on what is not JSON only
		known = raw[0] == '{' || nothing(raw)
	case "eventTime":
		known = text(&e.EventTimeText, raw)
		e.EventTime = parseTime(e.EventTimeText)
	case "eventSource":
		known = text(&e.EventSource, raw)
	case "eventName":
		known = text(&e.EventName, raw)
	case "awsRegion":
		known = text(&e.AWSRegion, raw)
	case "sourceIPAddress":
		known = text(&e.SourceIPAddress, raw)
	case "userAgent":
		known = text(&e.UserAgent, raw)
	case "errorCode":
		known = text(&e.ErrorCode, raw)
	case "errorMessage":
		known = text(&e.ErrorMessage, raw)
	case "requestParameters":
		e.RequestParameters = e.doc(requestParameters, raw)
	case "responseElements":
		e.ResponseElements = e.doc(responseElements, raw)
	case "additionalEventData":
		e.AdditionalEventData = e.doc(additionalEventData, raw)
	case "requestID":
		known = text(&e.RequestID, raw)
	case "eventID":
		known = text(&e.EventID, raw)
	case "eventType":
		known = text(&e.EventType, raw)
	case "apiVersion":
		known = text(&e.APIVersion, raw)
	case "managementEvent":
		known = tristate(&e.ManagementEvent, raw)
	case "readOnly":
		known = tristate(&e.ReadOnly, raw)
	case "resources":
		e.Resources, known = resources(raw)
	case "recipientAccountId":
		known = text(&e.RecipientAccountID, raw)
	case "sharedEventID":
		known = text(&e.SharedEventID, raw)
	case "serviceEventDetails":
		e.ServiceEventDetails = e.doc(serviceEventDetails, raw)
	case "vpcEndpointId":
		known = text(&e.VPCEndpointID, raw)
	case "vpcEndpointAccountId":
		known = text(&e.VPCEndpointAccountID, raw)
	case "eventCategory":
		known = text(&e.EventCategory, raw)
	case "addendum":
		e.Addendum, known = addendum(raw)
	case "sessionCredentialFromConsole":
		known = tristate(&e.SessionCredentialFromConsole, raw)
	case "edgeDeviceDetails":
		e.EdgeDeviceDetails = e.doc(edgeDeviceDetails, raw)
	case "tlsDetails":
		e.TLSDetails, known = tlsDetails(raw)
	case "insightDetails":
		e.InsightDetails = e.doc(insightDetails, raw)
	case "eventContext":
		e.EventContext = e.doc(eventContext, raw)
	case "annotation":
		known = text(&e.Annotation, raw)
	case "omitted":
		known = tristate(&e.Omitted, raw)
	default:
		known = false
	}
	keep(&e.Extra, name, raw, known)
}

// The free-form members, each with its lazily parsed node inside the Event, so
// that a record whose documents nobody reads allocates nothing for them.
const (
	requestParameters = iota
	responseElements
	additionalEventData
	serviceEventDetails
	edgeDeviceDetails
	insightDetails
	eventContext
	docCount
)

func (e *Event) doc(i int, raw []byte) Doc {
	e.docs[i].raw = raw
	return Doc{&e.docs[i]}
}

func resources(raw []byte) (list []Resource, known bool) {
	if raw[0] != '[' {
		r, ok := resource(raw)
		if !ok || nothing(raw) {
			return nil, ok
		}
		return []Resource{r}, true
	}
	known = true
	jsonscan.WalkElements(raw, func(raw []byte) {
		r, ok := resource(raw)
		if ok && raw[0] != 'n' {
			list = append(list, r)
		}
		known = known && ok
	})
	return list, known
}

// resource decodes an element of resources, which tools rewrite to the bare ARN at times.
func resource(raw []byte) (r Resource, ok bool) {
	if raw[0] == '"' {
		r.ARN = jsonscan.Text(raw)
		return r, true
	}
	ok = object(raw, &r.Extra, func(name string, raw []byte) bool {
		switch name {
		case "ARN":
			return text(&r.ARN, raw)
		case "ARNPrefix":
			return text(&r.ARNPrefix, raw)
		case "accountId":
			return text(&r.AccountID, raw)
		case "type":
			return text(&r.Type, raw)
		}
		return false
	})
	return r, ok
}

func addendum(raw []byte) (a Addendum, ok bool) {
	ok = object(raw, &a.Extra, func(name string, raw []byte) bool {
		switch name {
		case "reason":
			return text(&a.Reason, raw)
		case "updatedFields":
			return text(&a.UpdatedFields, raw)
		case "originalRequestID":
			return text(&a.OriginalRequestID, raw)
		case "originalEventID":
			return text(&a.OriginalEventID, raw)
		}
		return false
	})
	return a, ok
}

func tlsDetails(raw []byte) (t TLSDetails, ok bool) {
	ok = object(raw, &t.Extra, func(name string, raw []byte) bool {
		switch name {
		case "tlsVersion":
			return text(&t.TLSVersion, raw)
		case "cipherSuite":
			return text(&t.CipherSuite, raw)
		case "clientProvidedHostHeader":
			return text(&t.ClientProvidedHostHeader, raw)
		case "keyExchange":
			return text(&t.KeyExchange, raw)
		}
		return false
	})
	return t, ok
}

// object hands the members of raw to set, and those that set has no place for to
// extra. It reports whether raw is an object, or nothing at all.
func object(raw []byte, extra *map[string]json.RawMessage, set func(name string, raw []byte) bool) bool {
	if raw[0] != '{' {
		return nothing(raw)
	}
	jsonscan.Walk(raw, func(name string, raw []byte) {
		keep(extra, name, raw, set(name, raw))
	})
	return true
}

// keep puts a member that has no place into extra, or removes an earlier one of its name.
func keep(extra *map[string]json.RawMessage, name string, raw []byte, known bool) {
	switch {
	case !known:
		if *extra == nil {
			*extra = make(map[string]json.RawMessage)
		}
		(*extra)[name] = raw[:len(raw):len(raw)] // clipped: appending to it must not write into the record
	case *extra != nil:
		if delete(*extra, name); len(*extra) == 0 {
			*extra = nil
		}
	}
}

// text sets dst to the text of a scalar, and to "" for anything else, which it reports.
func text(dst *string, raw []byte) (known bool) {
	*dst, known = jsonscan.Lenient(raw)
	return known || nothing(raw)
}

// tristate sets dst, and reports whether raw could be understood.
func tristate(dst *identity.Tristate, raw []byte) (known bool) {
	switch raw[0] { // what CloudTrail writes, without a detour by text
	case 't':
		*dst = identity.Yes
	case 'f':
		*dst = identity.No
	default:
		*dst = identity.ParseTristate(raw)
	}
	return dst.Known() || nothing(raw)
}

// nothing reports whether raw is one of the ways in which CloudTrail writes that there is no value.
func nothing(raw []byte) bool {
	switch raw[0] {
	case 'n':
		return true
	case '"':
		return len(raw) == len(`""`)
	case '{':
		return raw[jsonscan.Space(raw, 1)] == '}'
	}
	return false
}
