package celenv

import (
	"slices"

	"github.com/google/cel-go/cel"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/internal/ingress"
	"github.com/trailsift/trailsift/internal/policy"
)

// A member is one field that conditions can select from a Go value of the schema.
type member struct {
	name string
	typ  *cel.Type
	get  func(x any) Value
	text func(x any) string           // of a text
	doc  func(*event.Event) event.Doc // of a free-form member
}

// resources is the list of a record's resources.
type resources []event.Resource

// The object types of conditions, by the names that cel-go's messages show.
const (
	tEvent    = "event"
	tActor    = "actor"
	tParams   = "params" // no type of the schema: each rule declares its own
	tPolicy   = "policy"
	tARN      = "arn"
	tIngress  = "ingress"
	tResource = "resource"
)

// textOf, boolOf, docOf and recordOf make the members of a schema from accessors.

func textOf[T any](name string, get func(*T) string) member {
	return member{name: name, typ: cel.StringType, get: func(x any) Value { return text(get(x.(*T))) }, text: func(x any) string { return get(x.(*T)) }}
}

func boolOf[T any](name string, get func(*T) bool) member {
	return member{name: name, typ: cel.BoolType, get: func(x any) Value { return boolean(get(x.(*T))) }}
}

func triOf[T any](name string, get func(*T) identity.Tristate) member {
	return member{name: name, typ: cel.BoolType, get: func(x any) Value {
		switch get(x.(*T)) {
		case identity.Yes:
			return yes
		case identity.No:
			return no
		}
		return absent
	}}
}

func intOf[T any](name string, get func(*T) int) member {
	return member{name: name, typ: cel.IntType, get: func(x any) Value { return integer(int64(get(x.(*T)))) }}
}

func docOf(name string, get func(*event.Event) event.Doc) member {
	return member{name: name, typ: cel.DynType, get: func(x any) Value { return fromJSON(get(x.(*event.Event)).Value()) }, doc: get}
}

func recordOf[T, U any](name, typ string, get func(*T) *U) member {
	return member{name: name, typ: cel.ObjectType(typ), get: func(x any) Value { return Value{kind: kRecord, ref: get(x.(*T))} }}
}

// schema lists what can be selected, by type: CloudTrail's names over package event.
// The AWS pages are "CloudTrail record contents" and "CloudTrail userIdentity element".
var schema = map[string][]member{
	tEvent: {
		textOf("eventVersion", func(e *event.Event) string { return e.EventVersion }),
		recordOf("userIdentity", "userIdentity", func(e *event.Event) *identity.UserIdentity { return &e.UserIdentity }),
		{name: "eventTime", typ: cel.TimestampType, get: func(x any) Value { return moment(x.(*event.Event).EventTime) }},
		textOf("eventSource", func(e *event.Event) string { return e.EventSource }),
		textOf("eventName", func(e *event.Event) string { return e.EventName }),
		textOf("awsRegion", func(e *event.Event) string { return e.AWSRegion }),
		textOf("sourceIPAddress", func(e *event.Event) string { return e.SourceIPAddress }),
		textOf("userAgent", func(e *event.Event) string { return e.UserAgent }),
		textOf("errorCode", func(e *event.Event) string { return e.ErrorCode }),
		textOf("errorMessage", func(e *event.Event) string { return e.ErrorMessage }),
		docOf("requestParameters", func(e *event.Event) event.Doc { return e.RequestParameters }),
		docOf("responseElements", func(e *event.Event) event.Doc { return e.ResponseElements }),
		docOf("additionalEventData", func(e *event.Event) event.Doc { return e.AdditionalEventData }),
		textOf("requestID", func(e *event.Event) string { return e.RequestID }),
		textOf("eventID", func(e *event.Event) string { return e.EventID }),
		textOf("eventType", func(e *event.Event) string { return e.EventType }),
		textOf("apiVersion", func(e *event.Event) string { return e.APIVersion }),
		triOf("managementEvent", func(e *event.Event) identity.Tristate { return e.ManagementEvent }),
		triOf("readOnly", func(e *event.Event) identity.Tristate { return e.ReadOnly }),
		{name: "resources", typ: cel.ListType(cel.ObjectType(tResource)), get: func(x any) Value {
			return Value{kind: kList, ref: resources(x.(*event.Event).Resources)}
		}},
		textOf("recipientAccountId", func(e *event.Event) string { return e.RecipientAccountID }),
		docOf("serviceEventDetails", func(e *event.Event) event.Doc { return e.ServiceEventDetails }),
		textOf("sharedEventID", func(e *event.Event) string { return e.SharedEventID }),
		textOf("vpcEndpointId", func(e *event.Event) string { return e.VPCEndpointID }),
		textOf("vpcEndpointAccountId", func(e *event.Event) string { return e.VPCEndpointAccountID }),
		textOf("eventCategory", func(e *event.Event) string { return e.EventCategory }),
		recordOf("addendum", "addendum", func(e *event.Event) *event.Addendum { return &e.Addendum }),
		triOf("sessionCredentialFromConsole", func(e *event.Event) identity.Tristate { return e.SessionCredentialFromConsole }),
		docOf("edgeDeviceDetails", func(e *event.Event) event.Doc { return e.EdgeDeviceDetails }),
		recordOf("tlsDetails", "tlsDetails", func(e *event.Event) *event.TLSDetails { return &e.TLSDetails }),
		docOf("insightDetails", func(e *event.Event) event.Doc { return e.InsightDetails }),
		docOf("eventContext", func(e *event.Event) event.Doc { return e.EventContext }),
		textOf("annotation", func(e *event.Event) string { return e.Annotation }),
		triOf("omitted", func(e *event.Event) identity.Tristate { return e.Omitted }),
	},
	tResource: {
		textOf("ARN", func(r *event.Resource) string { return r.ARN }),
		textOf("ARNPrefix", func(r *event.Resource) string { return r.ARNPrefix }),
		textOf("accountId", func(r *event.Resource) string { return r.AccountID }),
		textOf("type", func(r *event.Resource) string { return r.Type }),
	},
	"addendum": {
		textOf("reason", func(a *event.Addendum) string { return a.Reason }),
		textOf("updatedFields", func(a *event.Addendum) string { return a.UpdatedFields }),
		textOf("originalRequestID", func(a *event.Addendum) string { return a.OriginalRequestID }),
		textOf("originalEventID", func(a *event.Addendum) string { return a.OriginalEventID }),
	},
	"tlsDetails": {
		textOf("tlsVersion", func(t *event.TLSDetails) string { return t.TLSVersion }),
		textOf("cipherSuite", func(t *event.TLSDetails) string { return t.CipherSuite }),
		textOf("clientProvidedHostHeader", func(t *event.TLSDetails) string { return t.ClientProvidedHostHeader }),
		textOf("keyExchange", func(t *event.TLSDetails) string { return t.KeyExchange }),
	},
	"userIdentity": {
		textOf("type", func(u *identity.UserIdentity) string { return string(u.Type) }),
		textOf("principalId", func(u *identity.UserIdentity) string { return u.PrincipalID }),
		textOf("arn", func(u *identity.UserIdentity) string { return u.ARN }),
		textOf("accountId", func(u *identity.UserIdentity) string { return u.AccountID }),
		textOf("accessKeyId", func(u *identity.UserIdentity) string { return u.AccessKeyID }),
		textOf("userName", func(u *identity.UserIdentity) string { return u.UserName }),
		textOf("invokedBy", func(u *identity.UserIdentity) string { return u.InvokedBy }),
		textOf("identityProvider", func(u *identity.UserIdentity) string { return u.IdentityProvider }),
		textOf("credentialId", func(u *identity.UserIdentity) string { return u.CredentialID }),
		recordOf("sessionContext", "sessionContext", func(u *identity.UserIdentity) *identity.SessionContext { return &u.SessionContext }),
		recordOf("onBehalfOf", "onBehalfOf", func(u *identity.UserIdentity) *identity.OnBehalfOf { return &u.OnBehalfOf }),
		recordOf("inScopeOf", "inScopeOf", func(u *identity.UserIdentity) *identity.InScopeOf { return &u.InScopeOf }),
		recordOf("invokedByDelegate", "invokedByDelegate", func(u *identity.UserIdentity) *identity.InvokedByDelegate { return &u.InvokedByDelegate }),
	},
	"sessionContext": {
		recordOf("sessionIssuer", "sessionIssuer", func(s *identity.SessionContext) *identity.SessionIssuer { return &s.SessionIssuer }),
		recordOf("attributes", "attributes", func(s *identity.SessionContext) *identity.SessionAttributes { return &s.Attributes }),
		recordOf("webIdFederationData", "webIdFederationData", func(s *identity.SessionContext) *identity.WebIDFederation { return &s.WebIDFederation }),
		textOf("sourceIdentity", func(s *identity.SessionContext) string { return s.SourceIdentity }),
		textOf("ec2RoleDelivery", func(s *identity.SessionContext) string { return s.EC2RoleDelivery }),
		textOf("signInSessionArn", func(s *identity.SessionContext) string { return s.SignInSessionARN }),
		triOf("assumedRoot", func(s *identity.SessionContext) identity.Tristate { return s.AssumedRoot }),
	},
	"sessionIssuer": {
		textOf("type", func(s *identity.SessionIssuer) string { return string(s.Type) }),
		textOf("principalId", func(s *identity.SessionIssuer) string { return s.PrincipalID }),
		textOf("arn", func(s *identity.SessionIssuer) string { return s.ARN }),
		textOf("accountId", func(s *identity.SessionIssuer) string { return s.AccountID }),
		textOf("userName", func(s *identity.SessionIssuer) string { return s.UserName }),
	},
	"attributes": {
		textOf("creationDate", func(a *identity.SessionAttributes) string { return a.CreationDate }),
		triOf("mfaAuthenticated", func(a *identity.SessionAttributes) identity.Tristate { return a.MFAAuthenticated }),
		triOf("sessionCredentialFromConsole", func(a *identity.SessionAttributes) identity.Tristate { return a.SessionCredentialFromConsole }),
	},
	"webIdFederationData": {
		textOf("federatedProvider", func(w *identity.WebIDFederation) string { return w.FederatedProvider }),
		{name: "attributes", typ: cel.DynType, get: func(x any) Value {
			attributes := x.(*identity.WebIDFederation).Attributes
			if attributes == nil {
				return absent
			}
			out := make(map[string]Value, len(attributes))
			for name, v := range attributes {
				out[name] = text(v)
			}
			return Value{kind: kObject, ref: out}
		}},
	},
	"onBehalfOf": {
		textOf("userId", func(o *identity.OnBehalfOf) string { return o.UserID }),
		textOf("identityStoreArn", func(o *identity.OnBehalfOf) string { return o.IdentityStoreARN }),
	},
	"inScopeOf": {
		textOf("sourceArn", func(s *identity.InScopeOf) string { return s.SourceARN }),
		textOf("sourceAccount", func(s *identity.InScopeOf) string { return s.SourceAccount }),
		textOf("issuerType", func(s *identity.InScopeOf) string { return s.IssuerType }),
		textOf("credentialsIssuedTo", func(s *identity.InScopeOf) string { return s.CredentialsIssuedTo }),
		textOf("credentialsIssuedToVersion", func(s *identity.InScopeOf) string { return s.CredentialsIssuedToVersion }),
	},
	"invokedByDelegate": {
		textOf("accountId", func(d *identity.InvokedByDelegate) string { return d.AccountID }),
	},
	tActor: {
		textOf("kind", func(a *identity.Actor) string { return string(a.Kind) }),
		textOf("id", func(a *identity.Actor) string { return a.ID }),
		textOf("arn", func(a *identity.Actor) string { return a.ARN }),
		textOf("principalId", func(a *identity.Actor) string { return a.PrincipalID }),
		textOf("name", func(a *identity.Actor) string { return a.Name }),
		textOf("sessionName", func(a *identity.Actor) string { return a.SessionName }),
		textOf("sourceIdentity", func(a *identity.Actor) string { return a.SourceIdentity }),
		textOf("accountId", func(a *identity.Actor) string { return a.AccountID }),
		textOf("accessKeyId", func(a *identity.Actor) string { return a.AccessKeyID }),
		textOf("invokedBy", func(a *identity.Actor) string { return a.InvokedBy }),
		textOf("mfa", func(a *identity.Actor) string { return a.MFA.String() }),
		textOf("permissionSet", func(a *identity.Actor) string { return a.PermissionSet }),
		boolOf("serviceLinked", func(a *identity.Actor) bool { return a.ServiceLinked }),
		boolOf("assumedRoot", func(a *identity.Actor) bool { return a.AssumedRoot }),
		textOf("issuedTo", func(a *identity.Actor) string { return a.IssuedTo }),
		textOf("onBehalfOf", func(a *identity.Actor) string { return a.OnBehalfOf }),
		textOf("delegate", func(a *identity.Actor) string { return a.Delegate }),
		textOf("identityProvider", func(a *identity.Actor) string { return a.IdentityProvider }),
		boolOf("isRoot", func(a *identity.Actor) bool { return a.Kind == identity.KindRoot }),
		boolOf("isUser", func(a *identity.Actor) bool { return a.Kind == identity.KindUser }),
		boolOf("isRole", func(a *identity.Actor) bool { return a.Kind == identity.KindRole }),
		boolOf("isService", func(a *identity.Actor) bool { return a.Kind == identity.KindService }),
	},
	tARN: {
		textOf("partition", func(a *identity.ARN) string { return a.Partition }),
		textOf("service", func(a *identity.ARN) string { return a.Service }),
		textOf("region", func(a *identity.ARN) string { return a.Region }),
		textOf("accountId", func(a *identity.ARN) string { return a.AccountID }),
		textOf("resource", func(a *identity.ARN) string { return a.Resource }),
		textOf("resourceType", func(a *identity.ARN) string { return a.ResourceType() }),
		textOf("path", func(a *identity.ARN) string { return a.Path() }),
		textOf("name", func(a *identity.ARN) string { return a.Name() }),
		textOf("sessionName", func(a *identity.ARN) string { return a.SessionName() }),
	},
	tIngress: {
		textOf("protocol", func(r *ingress.Rule) string { return r.Protocol }),
		intOf("fromPort", func(r *ingress.Rule) int { return r.FromPort }),
		intOf("toPort", func(r *ingress.Rule) int { return r.ToPort }),
		textOf("cidr", func(r *ingress.Rule) string { return r.CIDR }),
		textOf("group", func(r *ingress.Rule) string { return r.Group }),
		textOf("prefixList", func(r *ingress.Rule) string { return r.PrefixList }),
		textOf("description", func(r *ingress.Rule) string { return r.Description }),
		boolOf("world", func(r *ingress.Rule) bool { return r.World() }),
	},
	tPolicy: {
		boolOf("valid", func(*policy.Document) bool { return true }),
		{name: "statements", typ: cel.ListType(cel.DynType), get: func(x any) Value {
			return Value{kind: kList, ref: x.(*policy.Document).Statements()}
		}},
	},
}

func findMember(typ, name string) *member {
	members := schema[typ]
	for i := range members {
		if members[i].name == name {
			return &members[i]
		}
	}
	return nil
}

func memberNames(typ string) []string {
	var names []string
	for _, m := range schema[typ] {
		names = append(names, m.name)
	}
	slices.Sort(names)
	return names
}

// isSet is CEL's has() on a typed member: a text is set when it is not empty,
// an object when any of its members is.
func isSet(v Value) bool {
	switch v.kind {
	case kAbsent:
		return false
	case kText:
		return v.str != ""
	case kList:
		return v.len() > 0
	case kRecord:
		if z, ok := v.ref.(interface{ IsZero() bool }); ok {
			return !z.IsZero()
		}
	}
	return true
}
