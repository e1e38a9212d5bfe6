package event_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
)

// TestTraps has the places where CloudTrail's records differ from what a reader
// of its documentation expects, one subtest each.
func TestTraps(t *testing.T) {
	eq := func(t *testing.T, what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	identify := func(t *testing.T, userIdentity string) (*event.Event, identity.Actor) {
		t.Helper()
		e := parse(t, with(`"userIdentity":`+userIdentity))
		return e, e.Actor()
	}

	t.Run("a service has no account, ARN or principal", func(t *testing.T) {
		e, actor := identify(t, `{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}`)
		eq(t, "kind", actor.Kind, identity.KindService)
		eq(t, "id", actor.ID, "ec2.amazonaws.com")
		eq(t, "account", e.AccountID(), "")
	})
	t.Run("the identity type is missing", func(t *testing.T) {
		e, actor := identify(t, `{"accountId":"210987654321","invokedBy":"AWS Internal"}`)
		eq(t, "type", e.UserIdentity.Type, identity.Type(""))
		eq(t, "kind", actor.Kind, identity.KindService)
		eq(t, "account", e.AccountID(), "210987654321")
	})
	t.Run("an assumed-role ARN drops the role's path", func(t *testing.T) {
		_, actor := identify(t, `{"type":"AssumedRole","principalId":"AROA5SYNTHROLE000001:x","arn":"arn:aws:sts::210987654321:assumed-role/web-node/x","accountId":"210987654321","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHROLE000001","arn":"arn:aws:iam::210987654321:role/app/web/web-node","userName":"web-node"}}}`)
		eq(t, "id", actor.ID, "arn:aws:iam::210987654321:role/app/web/web-node")
		eq(t, "session", actor.SessionName, "x")
	})
	t.Run("a role's name is in the session issuer", func(t *testing.T) {
		e, actor := identify(t, `{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"userName":"web-node"}}}`)
		eq(t, "userName", e.UserIdentity.UserName, "")
		eq(t, "name", actor.Name, "web-node")
	})
	t.Run("session issuer and federation data are there but empty", func(t *testing.T) {
		e, _ := identify(t, `{"type":"IAMUser","sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}`)
		eq(t, "issuer is zero", e.UserIdentity.SessionContext.SessionIssuer.IsZero(), true)
		eq(t, "federation is zero", e.UserIdentity.SessionContext.WebIDFederation.IsZero(), true)
	})
	t.Run("MFA is text", func(t *testing.T) {
		for text, want := range map[string]identity.Tristate{"false": identity.No, "False": identity.No, "true": identity.Yes} {
			_, actor := identify(t, `{"type":"IAMUser","sessionContext":{"attributes":{"mfaAuthenticated":"`+text+`"}}}`)
			eq(t, text, actor.MFA, want)
		}
		_, actor := identify(t, `{"type":"IAMUser"}`)
		eq(t, "no session", actor.MFA, identity.Unknown)
		used, ok := parse(t, with(`"additionalEventData":{"MFAUsed":"No"}`)).AdditionalEventData.Bool("MFAUsed")
		eq(t, "MFAUsed", []bool{used, ok}, []bool{false, true})
	})
	t.Run("the console flag is text", func(t *testing.T) {
		eq(t, "flag", parse(t, with(`"sessionCredentialFromConsole":"true"`)).SessionCredentialFromConsole, identity.Yes)
		eq(t, "absent", parse(t, with(``)).SessionCredentialFromConsole, identity.Unknown)
	})
	t.Run("root is told by type, not by name", func(t *testing.T) {
		_, actor := identify(t, `{"type":"Root","accountId":"210987654321","userName":"acme-prod","accessKeyId":"ASIA5SYNTHROOT000001"}`)
		eq(t, "kind", actor.Kind, identity.KindRoot)
		_, actor = identify(t, `{"type":"IAMUser","accountId":"210987654321","userName":"root"}`)
		eq(t, "a user named root", actor.Kind, identity.KindUser)
	})
	t.Run("a temporary key does not mean a role", func(t *testing.T) {
		_, actor := identify(t, `{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","accessKeyId":"ASIA5SYNTHFAS0000001","invokedBy":"AWS Internal"}`)
		eq(t, "kind", actor.Kind, identity.KindUser)
		eq(t, "invoked by", actor.InvokedBy, "AWS Internal")
	})
	t.Run("the source address may be no address", func(t *testing.T) {
		for _, s := range []string{"cloudtrail.amazonaws.com", "AWS Internal"} {
			eq(t, s, parse(t, with(`"sourceIPAddress":"`+s+`"`)).Source().Service, s)
		}
		source := parse(t, with(`"sourceIPAddress":"203.0.113.9"`)).Source()
		eq(t, "an address", source.Addr == netip.MustParseAddr("203.0.113.9") && source.Service == "", true)
	})
	t.Run("a failure without error code", func(t *testing.T) {
		e := parse(t, `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}}`)
		eq(t, "outcome", e.Outcome(), event.Failure)
	})
	t.Run("an error code without message", func(t *testing.T) {
		for _, code := range []string{"AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "UnauthorizedOperation", "UnauthorizedAccess", "VpceAccessDenied"} {
			eq(t, code, parse(t, with(`"errorCode":"`+code+`"`)).Outcome(), event.Failure)
		}
	})
	t.Run("a denied AssumeRole hides its target", func(t *testing.T) {
		e := parse(t, `{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","errorCode":"AccessDenied","requestParameters":null}`)
		eq(t, "kind", e.RequestParameters.Kind(), event.KindNull)
		eq(t, "role", e.RequestParameters.Str("roleArn"), "")
		eq(t, "outcome", e.Outcome(), event.Failure)
	})
	t.Run("read-only calls may hand out credentials", func(t *testing.T) {
		e := parse(t, `{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","readOnly":true,"responseElements":{"credentials":{"accessKeyId":"ASIA5CHAINA000000001"}}}`)
		eq(t, "readOnly", e.ReadOnly, identity.Yes)
		eq(t, "key", e.ResponseElements.Str("credentials", "accessKeyId"), "ASIA5CHAINA000000001")
	})
	t.Run("event names carry versions", func(t *testing.T) {
		e := parse(t, `{"eventSource":"lambda.amazonaws.com","eventName":"UpdateFunctionCode20150331v2"}`)
		eq(t, "name", e.EventName, "UpdateFunctionCode20150331v2")
	})
	t.Run("EC2 wraps lists", func(t *testing.T) {
		e := parse(t, with(`"requestParameters":{"ipPermissions":{"items":[{"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"groups":{}}]}}`))
		p := e.RequestParameters
		eq(t, "by path", p.Str("ipPermissions", "items", "0", "ipRanges", "items", "0", "cidrIp"), "0.0.0.0/0")
		eq(t, "the wrapper is one element", len(p.List("ipPermissions")), 1)
		eq(t, "the items", len(p.List("ipPermissions", "items")), 1)
		eq(t, "an empty list is an empty object", len(p.List("ipPermissions", "items", "0", "groups", "items")), 0)
	})
	t.Run("policies are objects, text or URL-encoded text", func(t *testing.T) {
		e := parse(t, with(`"requestParameters":{"bucketPolicy":{"Version":"2012-10-17"},"policy":"","policyDocument":"{\"Version\":\"2012-10-17\"}"},"responseElements":{"assumeRolePolicyDocument":"%7B%22Version%22%3A1%7D"}`))
		eq(t, "object", e.RequestParameters.Get("bucketPolicy").Kind(), event.KindObject)
		eq(t, "empty sub-resource", e.RequestParameters.Get("policy").Kind(), event.KindText)
		eq(t, "text", e.RequestParameters.Str("policyDocument"), `{"Version":"2012-10-17"}`)
		eq(t, "encoded", e.ResponseElements.Str("assumeRolePolicyDocument"), "%7B%22Version%22%3A1%7D")
	})
	t.Run("acronyms are spelt in three ways", func(t *testing.T) {
		e := parse(t, with(`"requestParameters":{"dBSnapshotIdentifier":"x"},"responseElements":{"aRN":"y"},"resources":[{"ARN":"z"}],"userIdentity":{"arn":"w"}`))
		eq(t, "RDS", e.RequestParameters.Str("dBSnapshotIdentifier"), "x")
		eq(t, "Secrets Manager", e.ResponseElements.Str("aRN"), "y")
		eq(t, "resources", e.Resources[0].ARN, "z")
		eq(t, "identity", e.UserIdentity.ARN, "w")
	})
	t.Run("a placeholder changes the type", func(t *testing.T) {
		e := parse(t, with(`"requestParameters":{"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS"}`))
		eq(t, "kind", e.RequestParameters.Get("parameters").Kind(), event.KindText)
		eq(t, "inside", e.RequestParameters.Str("parameters", "commands", "0"), "")
	})
	t.Run("principal ids with many colons", func(t *testing.T) {
		_, actor := identify(t, `{"type":"AssumedRole","principalId":"210987654321:aws:ec2-instance:i-0a1b2c3d4e5f60718","accountId":"210987654321"}`)
		eq(t, "instance", []any{actor.Kind, actor.ID}, []any{identity.KindEC2Instance, "i-0a1b2c3d4e5f60718"})
		_, actor = identify(t, `{"type":"SAMLUser","principalId":"Qm9n+/A=:kim@example.org","userName":"kim@example.org","identityProvider":"Qm9n+/A="}`)
		eq(t, "SAML user", actor.Kind, identity.KindSAMLUser)
		eq(t, "whole id", strings.HasSuffix(actor.ID, "Qm9n+/A=:kim@example.org"), true)
	})
	t.Run("copies differ in event id or share one", func(t *testing.T) {
		a, b := parse(t, with(`"eventID":"e-1","sharedEventID":"s-1"`)), parse(t, with(`"eventID":"e-2","sharedEventID":"s-1"`))
		eq(t, "not the same event", a.EventID == b.EventID, false)
		eq(t, "the same action", a.SharedEventID == b.SharedEventID, true)
	})
	t.Run("an S3 notification looks like a record", func(t *testing.T) {
		if e, err := event.Parse([]byte(`{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:AROA5SYNTH:x"},"s3":{}}`)); err == nil {
			t.Errorf("taken for a record: %+v", e)
		}
	})
	t.Run("event types are an open set", func(t *testing.T) {
		for _, s := range []string{"AwsVpceEvent", "AwsVpceEvents", "AwsConsoleSignIn", "AwsConsoleSignin", "AwsMcpEvent", "AwsOfTomorrow"} {
			eq(t, s, parse(t, with(`"eventType":"`+s+`"`)).EventType, s)
		}
		e := parse(t, `{"eventVersion":"1.0","accountId":"210987654321","eventId":"e-1","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","eventSource":"s3.amazonaws.com"}`)
		eq(t, "eventId is not eventID", e.EventID, "")
		eq(t, "it is kept", string(e.Extra["eventId"]), `"e-1"`)
	})
	t.Run("old versions lack newer fields", func(t *testing.T) {
		e := parse(t, with(`"eventVersion":"1.05"`))
		eq(t, "category", e.EventCategory, "")
		eq(t, "managementEvent", e.ManagementEvent, identity.Unknown)
		eq(t, "a version is no number", parse(t, with(`"eventVersion":"1.10"`)).EventVersion, "1.10")
	})
	t.Run("session names lie", func(t *testing.T) {
		_, actor := identify(t, `{"type":"AssumedRole","principalId":"AROA5SYNTHADM0000001:i-0a1b2c3d","arn":"arn:aws:sts::210987654321:assumed-role/Admin/i-0a1b2c3d","accountId":"210987654321","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::210987654321:role/Admin","userName":"Admin"}}}`)
		eq(t, "kind", actor.Kind, identity.KindRole)
		eq(t, "the id ignores the name", actor.ID, "arn:aws:iam::210987654321:role/Admin")
	})

	t.Run("keys hold dots and colons", func(t *testing.T) {
		e := parse(t, with(`"requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::b","resource.type":"x"}}`))
		eq(t, "colons", e.RequestParameters.Str("encryptionContext", "aws:s3:arn"), "arn:aws:s3:::b")
		eq(t, "dots", e.RequestParameters.Str("encryptionContext", "resource.type"), "x")
	})
	t.Run("byte counters are written as fractions", func(t *testing.T) {
		n, ok := parse(t, with(`"additionalEventData":{"bytesTransferredOut":612.0}`)).AdditionalEventData.Int("bytesTransferredOut")
		eq(t, "count", []any{n, ok}, []any{int64(612), true})
	})
	t.Run("account ids have leading zeros", func(t *testing.T) {
		eq(t, "account", parse(t, with(`"recipientAccountId":"012345678901"`)).AccountID(), "012345678901")
	})
	t.Run("inScopeOf is empty", func(t *testing.T) {
		e, _ := identify(t, `{"type":"AssumedRole","inScopeOf":{}}`)
		eq(t, "zero", e.UserIdentity.InScopeOf.IsZero(), true)
	})
	t.Run("an event name is a URL", func(t *testing.T) {
		const url = "https://portal.sso.eu-west-1.amazonaws.com/auth/wsfed"
		eq(t, "name", parse(t, `{"eventSource":"sso.amazonaws.com","eventName":"`+url+`"}`).EventName, url)
	})
	t.Run("scrubbed addresses and foreign partitions", func(t *testing.T) {
		e := parse(t, with(`"sourceIPAddress":"192.0.2.007","awsRegion":"eusc-de-east-1","eventTime":"2026-01-05T08:00:00Z"`))
		eq(t, "source", e.Source() == event.Source{}, true)
		eq(t, "region", e.AWSRegion, "eusc-de-east-1")
		eq(t, "time", e.EventTime, time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC))
	})
}
