package event_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
)

// sameEvent compares the exported fields of events, documents by their JSON.
var sameEvent = cmp.Options{
	cmpopts.IgnoreUnexported(event.Event{}),
	cmp.Transformer("JSON", func(d event.Doc) string { return string(d.JSON()) }),
	cmp.Transformer("Text", func(m json.RawMessage) string { return string(m) }),
}

func parse(t testing.TB, record string) *event.Event {
	t.Helper()
	e, err := event.Parse([]byte(record))
	if err != nil {
		t.Fatalf("Parse(%s): %v", record, err)
	}
	return e
}

// with is a record that has the members of more besides what every record has.
func with(more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"eventSource":"iam.amazonaws.com","eventName":"GetUser"` + more + `}`
}

const everyField = `{
	"eventVersion": "1.11",
	"userIdentity": {"type": "IAMUser", "principalId": "AIDA5SYNTHUSER000001", "userName": "mira"},
	"eventTime": "2026-02-03T04:05:06Z",
	"eventSource": "iam.amazonaws.com",
	"eventName": "CreateUser",
	"awsRegion": "us-east-1",
	"sourceIPAddress": "198.51.100.7",
	"userAgent": "aws-cli/2.30.0",
	"errorCode": "AccessDenied",
	"errorMessage": "not authorized",
	"requestParameters": {"userName": "jo"},
	"responseElements": null,
	"additionalEventData": {},
	"requestID": "r-1",
	"eventID": "e-1",
	"eventType": "AwsApiCall",
	"apiVersion": "2010-05-08",
	"managementEvent": true,
	"readOnly": false,
	"resources": [{"ARN": "arn:aws:iam::210987654321:user/jo", "accountId": "210987654321", "type": "AWS::IAM::User", "note": 1}, {"ARNPrefix": "arn:aws:s3:::b/"}],
	"recipientAccountId": "210987654321",
	"serviceEventDetails": {"keyId": "k"},
	"sharedEventID": "s-1",
	"vpcEndpointId": "vpce-1",
	"vpcEndpointAccountId": "345678901234",
	"eventCategory": "Management",
	"addendum": {"reason": "UPDATED_DATA", "updatedFields": "eventID,resources", "originalRequestID": "r-0", "originalEventID": "e-0", "originalUID": "u-0"},
	"sessionCredentialFromConsole": "true",
	"edgeDeviceDetails": {"type": "snow"},
	"tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": "iam.amazonaws.com", "keyExchange": "X25519MLKEM768", "new": true},
	"insightDetails": {"state": "Start"},
	"eventContext": {"requestContext": {}},
	"annotation": "cut",
	"omitted": true,
	"brandNew": [1, 2]
}`

func TestParseFields(t *testing.T) {
	doc := func(s string) event.Doc { return event.NewDoc([]byte(s)) }
	want := &event.Event{
		EventVersion:        "1.11",
		UserIdentity:        identity.UserIdentity{Type: identity.TypeIAMUser, PrincipalID: "AIDA5SYNTHUSER000001", UserName: "mira"},
		EventTime:           time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
		EventTimeText:       "2026-02-03T04:05:06Z",
		EventSource:         "iam.amazonaws.com",
		EventName:           "CreateUser",
		AWSRegion:           "us-east-1",
		SourceIPAddress:     "198.51.100.7",
		UserAgent:           "aws-cli/2.30.0",
		ErrorCode:           "AccessDenied",
		ErrorMessage:        "not authorized",
		RequestParameters:   doc(`{"userName": "jo"}`),
		ResponseElements:    doc(`null`),
		AdditionalEventData: doc(`{}`),
		RequestID:           "r-1",
		EventID:             "e-1",
		EventType:           "AwsApiCall",
		APIVersion:          "2010-05-08",
		ManagementEvent:     identity.Yes,
		ReadOnly:            identity.No,
		Resources: []event.Resource{
			{ARN: "arn:aws:iam::210987654321:user/jo", AccountID: "210987654321", Type: "AWS::IAM::User", Extra: map[string]json.RawMessage{"note": json.RawMessage("1")}},
			{ARNPrefix: "arn:aws:s3:::b/"},
		},
		RecipientAccountID:   "210987654321",
		SharedEventID:        "s-1",
		ServiceEventDetails:  doc(`{"keyId": "k"}`),
		VPCEndpointID:        "vpce-1",
		VPCEndpointAccountID: "345678901234",
		EventCategory:        "Management",
		Addendum: event.Addendum{Reason: "UPDATED_DATA", UpdatedFields: "eventID,resources", OriginalRequestID: "r-0", OriginalEventID: "e-0",
			Extra: map[string]json.RawMessage{"originalUID": json.RawMessage(`"u-0"`)}},
		SessionCredentialFromConsole: identity.Yes,
		EdgeDeviceDetails:            doc(`{"type": "snow"}`),
		TLSDetails: event.TLSDetails{TLSVersion: "TLSv1.3", CipherSuite: "TLS_AES_128_GCM_SHA256", ClientProvidedHostHeader: "iam.amazonaws.com", KeyExchange: "X25519MLKEM768",
			Extra: map[string]json.RawMessage{"new": json.RawMessage("true")}},
		InsightDetails: doc(`{"state": "Start"}`),
		EventContext:   doc(`{"requestContext": {}}`),
		Annotation:     "cut",
		Omitted:        identity.Yes,
		Extra:          map[string]json.RawMessage{"brandNew": json.RawMessage("[1, 2]")},
	}
	got := parse(t, everyField)
	if diff := cmp.Diff(want, got, sameEvent); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	if string(got.Raw()) != everyField {
		t.Error("Raw is not the record's bytes")
	}
	encoded, err := json.Marshal(want) // has no raw bytes: its fields are written
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, parse(t, string(encoded)), sameEvent, spaceless); diff != "" {
		t.Errorf("a literal Event does not survive JSON (-want +got):\n%s", diff)
	}
}

// spaceless ignores the white space that json.Marshal takes out of documents.
var spaceless = cmp.Transformer("Spaceless", func(s string) string { return strings.ReplaceAll(s, " ", "") })

func TestParseLenient(t *testing.T) {
	extra := func(name, raw string) map[string]json.RawMessage {
		return map[string]json.RawMessage{name: json.RawMessage(raw)}
	}
	tests := []struct {
		name, members string
		want          event.Event
	}{
		{"nothing", ``, event.Event{}},
		{"null everywhere", `"userIdentity":null,"errorCode":null,"readOnly":null,"resources":null,"tlsDetails":null,"addendum":null`, event.Event{}},
		{"empty text everywhere", `"userIdentity":"","errorCode":"","readOnly":"","resources":"","tlsDetails":"","addendum":""`, event.Event{}},
		{"empty object everywhere", `"userIdentity":{},"errorCode":{},"readOnly":{},"resources":{},"tlsDetails":{},"addendum":{ }`, event.Event{}},
		{"text as number", `"eventVersion":1.10,"recipientAccountId":210987654321,"errorCode":403`, event.Event{EventVersion: "1.10", RecipientAccountID: "210987654321", ErrorCode: "403"}},
		{"text as boolean", `"annotation":true`, event.Event{Annotation: "true"}},
		{"text as list", `"errorCode":["a"]`, event.Event{Extra: extra("errorCode", `["a"]`)}},
		{"booleans as text", `"readOnly":"True","managementEvent":"false","omitted":"1","sessionCredentialFromConsole":true`,
			event.Event{ReadOnly: identity.Yes, ManagementEvent: identity.No, Omitted: identity.Yes, SessionCredentialFromConsole: identity.Yes}},
		{"boolean as nonsense", `"readOnly":"perhaps"`, event.Event{Extra: extra("readOnly", `"perhaps"`)}},
		{"identity as text", `"userIdentity":"mira"`, event.Event{Extra: extra("userIdentity", `"mira"`)}},
		{"TLS as list", `"tlsDetails":[1]`, event.Event{Extra: extra("tlsDetails", `[1]`)}},
		{"one resource", `"resources":{"ARN":"a"}`, event.Event{Resources: []event.Resource{{ARN: "a"}}}},
		{"bare ARNs", `"resources":["a","b"]`, event.Event{Resources: []event.Resource{{ARN: "a"}, {ARN: "b"}}}},
		{"null among resources", `"resources":[null,{"ARN":"a"}]`, event.Event{Resources: []event.Resource{{ARN: "a"}}}},
		{"number among resources", `"resources":[{"ARN":"a"},7]`, event.Event{Resources: []event.Resource{{ARN: "a"}}, Extra: extra("resources", `[{"ARN":"a"},7]`)}},
		{"resource fields of wrong types", `"resources":[{"ARN":["a"],"accountId":12}]`, event.Event{Resources: []event.Resource{{AccountID: "12", Extra: extra("ARN", `["a"]`)}}}},
		{"last duplicate wins", `"errorCode":"A","errorCode":"B","readOnly":true,"readOnly":false`, event.Event{ErrorCode: "B", ReadOnly: identity.No}},
		{"last duplicate is nothing", `"errorCode":"A","errorCode":null,"tlsDetails":{"tlsVersion":"x"},"tlsDetails":null`, event.Event{}},
		{"last duplicate is nonsense", `"errorCode":"A","errorCode":[1],"readOnly":true,"readOnly":[1],"resources":[{"ARN":"a"}],"resources":3`,
			event.Event{Extra: map[string]json.RawMessage{"errorCode": json.RawMessage("[1]"), "readOnly": json.RawMessage("[1]"), "resources": json.RawMessage("3")}}},
		{"first duplicate is nonsense", `"errorCode":[1],"errorCode":"B"`, event.Event{ErrorCode: "B"}},
		{"duplicate document", `"requestParameters":{"a":1},"requestParameters":{"b":2}`, event.Event{RequestParameters: event.NewDoc([]byte(`{"b":2}`))}},
		{"escaped name", `"error\u0043ode":"A"`, event.Event{ErrorCode: "A"}},
		{"names differ by case", `"EventID":"x","errorcode":"y"`, event.Event{Extra: map[string]json.RawMessage{"EventID": json.RawMessage(`"x"`), "errorcode": json.RawMessage(`"y"`)}}},
		{"bytes that are not UTF-8", "\"userAgent\":\"a\xffb\"", event.Event{UserAgent: "a\uFFFDb"}},
		{"surrogates", `"userAgent":"\ud83d\ude00 \ud83d"`, event.Event{UserAgent: "\U0001F600 \uFFFD"}},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			tt.want.EventSource, tt.want.EventName = "iam.amazonaws.com", "GetUser"
			if diff := cmp.Diff(&tt.want, parse(t, with(tt.members)), sameEvent); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	nested := func(depth int) string {
		return with(`"requestParameters":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1))
	}
	anyError := errors.New("any")
	tests := []struct {
		name, record string
		want         error
	}{
		{"whole", with(``), nil},
		{"white space around", " \r\n\t" + with(``) + "\n", nil},
		{"100 levels", nested(100), nil},
		{"101 levels", nested(101), event.ErrTooDeep},
		{"a million levels", nested(1_000_000), event.ErrTooDeep},
		{"flat with many brackets", with(`"requestParameters":[` + strings.Repeat("{},", 500) + `"[[[[{{{{"]`), nil},
		{"nothing", ``, anyError},
		{"cut short", with(``)[:20], anyError},
		{"deep and cut short", nested(300)[:250], event.ErrTooDeep}, // the walk stops at the first of the two
		{"two records", with(``) + with(``), anyError},
		{"trailing comma", `{"eventSource":"a","eventName":"b",}`, anyError},
		{"control character", with("\"userAgent\":\"\n\""), anyError},
		{"bad identity", with(`"userIdentity":{"type":}`), anyError},
		{"list", `[` + with(``) + `]`, event.ErrNotRecord},
		{"text", `"x"`, event.ErrNotRecord},
		{"null", `null`, event.ErrNotRecord},
		{"empty object", `{}`, event.ErrNotRecord},
		{"no event name", `{"eventSource":"iam.amazonaws.com","eventType":"AwsApiCall"}`, event.ErrNotRecord},
		{"no event source", `{"eventName":"GetUser"}`, event.ErrNotRecord},
		{"S3 notification", `{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}`, event.ErrNotRecord},
		{"Insights event", `{"eventVersion":"1.08","eventType":"AwsCloudTrailInsight","insightDetails":{"state":"Start"}}`, nil},
		{"Insights event by category", `{"eventCategory":"Insight"}`, nil},
		{"aggregated event", `{"eventVersion":"1.0","eventId":"a","eventType":"AwsAggregatedEvent","summary":{}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := event.Parse([]byte(tt.record))
			switch {
			case tt.want == nil && err != nil:
				t.Fatalf("error %v", err)
			case tt.want == anyError && (err == nil || errors.Is(err, event.ErrNotRecord) || errors.Is(err, event.ErrTooDeep)):
				t.Fatalf("error %v, want one of the grammar", err)
			case tt.want != nil && tt.want != anyError && !errors.Is(err, tt.want):
				t.Fatalf("error %v, want %v", err, tt.want)
			case (e == nil) != (err != nil):
				t.Fatalf("event %v with error %v", e, err)
			}
		})
	}
}

func TestParseCopies(t *testing.T) {
	record := []byte(with(`"requestParameters":{"userName":"jo"}`))
	e := parse(t, string(record))
	e2, err := event.Parse(record)
	if err != nil {
		t.Fatal(err)
	}
	for i := range record {
		record[i] = 'x'
	}
	if diff := cmp.Diff(e, e2, sameEvent); diff != "" {
		t.Errorf("the event changed with the caller's bytes:\n%s", diff)
	}
	if got := e2.RequestParameters.Str("userName"); got != "jo" {
		t.Errorf("userName %q", got)
	}
}

func TestEventTime(t *testing.T) {
	want := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	tests := []struct {
		text string
		want time.Time
	}{
		{"2026-02-03T04:05:06Z", want},
		{"2026-02-03T05:05:06+01:00", want},
		{"2026-02-03T05:05:06+0100", want},
		{"2026-02-03T04:05:06.000Z", want},
		{"20260203T040506Z", want},
		{"2026-02-03T04:05:06", want},
		{"2026-02-03 04:05:06.000000000", want},
		{"2026-02-03 04:05:06Z", want},
		{"", time.Time{}},
		{"yesterday", time.Time{}},
		{"2026-02-30T04:05:06Z", time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			e := parse(t, with(`"eventTime":"`+tt.text+`"`))
			if !e.EventTime.Equal(tt.want) || e.EventTime.Location() != time.UTC {
				t.Errorf("EventTime %v, want %v", e.EventTime, tt.want)
			}
			if e.EventTimeText != tt.text {
				t.Errorf("EventTimeText %q", e.EventTimeText)
			}
		})
	}
	t.Run("a later duplicate that is no time", func(t *testing.T) {
		e := parse(t, with(`"eventTime":"2026-02-03T04:05:06Z","eventTime":null`))
		if !e.EventTime.IsZero() || e.EventTimeText != "" {
			t.Errorf("%v, %q", e.EventTime, e.EventTimeText)
		}
	})
}

func TestAccountID(t *testing.T) {
	tests := []struct{ name, members, want string }{
		{"recipient first", `"recipientAccountId":"012345678901","userIdentity":{"accountId":"345678901234"}`, "012345678901"},
		{"caller next", `"userIdentity":{"accountId":"345678901234","sessionContext":{"sessionIssuer":{"accountId":"567890123456"}}}`, "345678901234"},
		{"session issuer last", `"userIdentity":{"sessionContext":{"sessionIssuer":{"accountId":"567890123456"}}}`, "567890123456"},
		{"an unsigned request has no account", `"userIdentity":{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}`, ""},
		{"none", `"userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(t, with(tt.members)).AccountID(); got != tt.want {
				t.Errorf("AccountID %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnmarshalJSON(t *testing.T) {
	var wrapped struct {
		Detail event.Event   `json:"detail"`
		More   []event.Event `json:"more"`
	}
	record := with(`"requestParameters":{"a": 1}`)
	if err := json.Unmarshal([]byte(`{"detail":`+record+`,"more":[`+record+`]}`), &wrapped); err != nil {
		t.Fatal(err)
	}
	if wrapped.Detail.EventName != "GetUser" || wrapped.More[0].RequestParameters.Str("a") != "1" {
		t.Errorf("%+v", &wrapped)
	}
	encoded, err := wrapped.Detail.MarshalJSON()
	if err != nil || string(encoded) != record {
		t.Errorf("MarshalJSON gives %s, %v", encoded, err)
	}
	e := parse(t, record)
	if err := e.UnmarshalJSON([]byte(`{"eventName":"x"}`)); !errors.Is(err, event.ErrNotRecord) {
		t.Errorf("error %v", err)
	}
	if e.EventName != "" || e.Raw() != nil {
		t.Error("the event keeps something after an error")
	}
}
