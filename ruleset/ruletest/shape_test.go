package ruletest_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

func TestShape(t *testing.T) {
	for _, c := range []struct {
		name, base string
		edit       string // merged into the base
		want       []string
	}{
		{"as usual", "user-call", `{}`, nil},
		{"a boolean as text", "user-call", `{"readOnly":"true","managementEvent":"true"}`, []string{"managementEvent is a text, CloudTrail writes a boolean", "readOnly is a text, CloudTrail writes a boolean"}},
		{"a text as boolean", "root-console", `{"sessionCredentialFromConsole":true}`, []string{`sessionCredentialFromConsole is a boolean, CloudTrail writes a text such as "true"`}},
		{"MFA as boolean", "role-call", `{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":false}}}}`, []string{`userIdentity.sessionContext.attributes.mfaAuthenticated is a boolean, CloudTrail writes a text such as "false"`}},
		{"misspelt", "user-call", `{"eventId":"x","resource":[]}`, []string{`eventId is no member that CloudTrail writes (did you mean "eventID"?)`, `resource is no member that CloudTrail writes (did you mean "resources"?)`}},
		{"of another system", "user-call", `{"@timestamp":"2026-01-05T09:15:00Z"}`, []string{"@timestamp is no member that CloudTrail writes"}},
		{"time with a fraction", "user-call", `{"eventTime":"2026-01-05T09:15:00.123Z"}`, []string{`eventTime is "2026-01-05T09:15:00.123Z", CloudTrail writes such as "2026-01-05T09:15:00Z"`}},
		{"an endpoint for a source", "user-call", `{"eventSource":"iam"}`, []string{`eventSource is "iam", CloudTrail writes such as "iam.amazonaws.com"`}},
		{"an account as number", "user-call", `{"recipientAccountId":210987654321}`, []string{`recipientAccountId is a number, CloudTrail writes a text such as "210987654321"`}},
		{"no error", "user-call", `{"errorCode":""}`, []string{"errorCode is empty, CloudTrail leaves it out"}},
		{"null for a text", "user-call", `{"errorCode":null}`, []string{"errorCode is null, CloudTrail writes a text"}},
		{"parameters as text", "user-call", `{"requestParameters":"{}"}`, []string{"requestParameters is a text, CloudTrail writes an object"}},
		{"a list of texts", "user-call", `{"resources":["arn:aws:s3:::a"]}`, []string{"resources[0] is a text, CloudTrail writes an object"}},
		{"resources in other letters", "user-call", `{"resources":[{"arn":"arn:aws:s3:::a","type":"AWS::S3::Bucket"}]}`, []string{`resources[0].arn is no member that CloudTrail writes (did you mean "ARN"?)`}},
		{"both ARNs", "user-call", `{"resources":[{"ARN":"arn:aws:s3:::a","ARNPrefix":"arn:aws:s3:::a"}]}`, []string{"resources[0] has both ARN and ARNPrefix, CloudTrail writes one of them"}},
		{"a data event", "user-call", `{"managementEvent":false}`, []string{"managementEvent is false in an event of the category Management"}},
		{"event types in other letters", "user-call", `{"eventType":"AwsConsoleSignin"}`, nil},
		{"an unknown event type", "user-call", `{"eventType":"ApiCall"}`, []string{"eventType is ApiCall, CloudTrail writes one of AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, AwsCloudTrailInsight, AwsVpceEvent, AwsVpceEvents, AwsMcpEvent"}},

		{"the name of a role at the top", "role-call", `{"userIdentity":{"userName":"web-node"}}`, []string{"userIdentity.userName is there, an identity of type AssumedRole has none"}},
		{"a service with an account", "service-call", `{"userIdentity":{"accountId":"210987654321"}}`, []string{"userIdentity.accountId is there, an identity of type AWSService has none"}},
		{"empty is as good as absent", "external-account-call", `{"userIdentity":{"arn":""}}`, nil},
		{"a session without its name", "role-call", `{"userIdentity":{"principalId":"AROA5SYNTHROLE000001"}}`, []string{`userIdentity.principalId is "AROA5SYNTHROLE000001", that of a session ends in a colon and the session's name`}},
		{"a type that is none", "user-call", `{"userIdentity":{"type":"User"}}`, []string{`userIdentity.type is "User", CloudTrail writes one of AWSAccount, AWSService, AssumedRole, FederatedUser, IAMUser, IdentityCenterUser, Role, Root, SAMLUser, WebIdentityUser, Directory, Unknown`}},
		{"no type in a call", "service-event", `{"eventType":"AwsApiCall"}`, []string{"userIdentity.type is missing, only service events have none"}},
		{"an issuer's member", "role-call", `{"userIdentity":{"sessionContext":{"sessionIssuer":{"name":"x"}}}}`, []string{`userIdentity.sessionContext.sessionIssuer.name is no member that CloudTrail writes`}},
		{"identity as text", "user-call", `{"userIdentity":"mira"}`, []string{"userIdentity is a text, CloudTrail writes an object"}},

		{"an aggregate, which is another schema", "", `{"eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","accountId":"210987654321"}`, nil},
		{"an Insight", "", `{"eventVersion":"1.08","eventTime":"2026-01-05T09:15:00Z","awsRegion":"us-east-1","eventID":"5d1f0a2b-0000-4000-9000-000000000003","eventType":"AwsCloudTrailInsight","eventCategory":"Insight","recipientAccountId":"210987654321","sharedEventID":"5d1f0a2b-0000-4000-9000-000000000004","insightDetails":{"state":"Start"}}`, nil},
		{"an old record", "", `{"eventVersion":"1.0","eventTime":"2026-01-05T09:15:00Z","awsRegion":"us-east-1","eventSource":"iam.amazonaws.com","eventName":"ListUsers","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"Root"}}`, nil},
		{"nearly nothing", "", `{"eventVersion":"1.11","eventName":"ListUsers","eventTime":"2026-01-05T09:15:00Z","userIdentity":null}`, []string{
			"awsRegion is missing, every record has one", "eventID is missing, every record has one", "eventSource is missing, every record has one",
			"eventType is missing, every record has one", "sourceIPAddress is missing, every record has one",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			record := map[string]any{}
			if c.base != "" {
				var err error
				if record, err = ruletest.Base(c.base); err != nil {
					t.Fatal(err)
				}
				record["eventSource"], record["eventName"] = "iam.amazonaws.com", "ListUsers"
			}
			if err := overlay(record, c.edit); err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, ruletest.Shape(data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// overlay merges objects in depth.
func overlay(into map[string]any, edit string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(edit), &members); err != nil {
		return err
	}
	for name, raw := range members {
		if inner, ok := into[name].(map[string]any); ok && raw[0] == '{' {
			if err := overlay(inner, string(raw)); err != nil {
				return err
			}
			continue
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		into[name] = v
	}
	return nil
}

// What AWS has written looks as AWS writes it.
func TestShape_realRecords(t *testing.T) {
	const data = "../../../shared/data"
	if _, err := os.Stat(data); err != nil {
		t.Skip("there are no real records here: " + err.Error())
	}
	n := 0
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".md" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for ev, err := range event.Records(bytes.NewReader(b)) {
			if err != nil {
				continue // a test of package event's
			}
			n++
			for _, problem := range ruletest.Shape(ev.Raw()) {
				if !strings.HasPrefix(problem, "awsRegion ") { // some are scrubbed
					t.Errorf("%s: record %d: %s", path, ev.Location.Record, problem)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 3000 {
		t.Errorf("%d records", n)
	}
}

func FuzzShape(f *testing.F) {
	for _, name := range ruletest.Bases() {
		record, err := ruletest.Base(name)
		if err != nil {
			f.Fatal(err)
		}
		data, err := json.Marshal(record)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`null`))
	f.Add([]byte(`{"userIdentity":{"type":7,"sessionContext":[]},"resources":[null,{"ARN":1}],"eventVersion":"1.x"}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		a, b := ruletest.Shape(record), ruletest.Shape(record)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("another answer the second time:\n%s", diff)
		}
	})
}
