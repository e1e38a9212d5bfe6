package event

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/trailsift/trailsift/identity"
)

// An Event is one CloudTrail record.
//
// The zero value of a field means that the record lacks the member, or holds
// null or an empty value there. Texts are as CloudTrail writes them. Enumerations
// such as EventType are open: AWS adds values without notice, and spells some of
// them in two ways, so compare them without regard to case.
//
// An Event from [Parse] is read-only by convention: its texts share one copy of
// the record. It is safe for concurrent readers. Do not copy an Event; pass a
// pointer. An Event may also be built as a literal, from the fields alone.
type Event struct {
	EventVersion string `json:"eventVersion,omitempty"` // "1.11": two integers, never a decimal number

	UserIdentity identity.UserIdentity `json:"userIdentity,omitzero"`

	// EventTime is when the request completed, in UTC. It is zero when the record
	// has no time that can be read; EventTimeText keeps what it has instead.
	EventTime     time.Time `json:"eventTime,omitzero"`
	EventTimeText string    `json:"-"`

	EventSource     string `json:"eventSource,omitempty"` // "iam.amazonaws.com": neither the IAM prefix nor the endpoint
	EventName       string `json:"eventName,omitempty"`   // Lambda's carry a date: "UpdateFunctionCode20150331v2"
	AWSRegion       string `json:"awsRegion,omitempty"`
	SourceIPAddress string `json:"sourceIPAddress,omitempty"` // an address, or the name of an AWS service: see Source
	UserAgent       string `json:"userAgent,omitempty"`       // whatever the client sent: no evidence of who it is
	ErrorCode       string `json:"errorCode,omitempty"`       // empty does not mean success: see Outcome
	ErrorMessage    string `json:"errorMessage,omitempty"`

	RequestParameters   Doc `json:"requestParameters,omitzero"`
	ResponseElements    Doc `json:"responseElements,omitzero"`
	AdditionalEventData Doc `json:"additionalEventData,omitzero"`

	RequestID  string `json:"requestID,omitempty"` // a UUID only sometimes
	EventID    string `json:"eventID,omitempty"`   // the key by which redelivered copies are recognised
	EventType  string `json:"eventType,omitempty"`
	APIVersion string `json:"apiVersion,omitempty"`

	ManagementEvent identity.Tristate `json:"managementEvent,omitzero"`
	ReadOnly        identity.Tristate `json:"readOnly,omitzero"` // Yes for AssumeRole, too: read-only is not harmless

	Resources          []Resource `json:"resources,omitempty"`
	RecipientAccountID string     `json:"recipientAccountId,omitempty"` // account in whose log this copy was written
	SharedEventID      string     `json:"sharedEventID,omitempty"`      // links the copies of one action in several accounts

	ServiceEventDetails Doc `json:"serviceEventDetails,omitzero"`

	VPCEndpointID        string `json:"vpcEndpointId,omitempty"`
	VPCEndpointAccountID string `json:"vpcEndpointAccountId,omitempty"`
	EventCategory        string `json:"eventCategory,omitempty"` // absent before version 1.07

	Addendum                     Addendum          `json:"addendum,omitzero"`
	SessionCredentialFromConsole identity.Tristate `json:"sessionCredentialFromConsole,omitzero"`
	EdgeDeviceDetails            Doc               `json:"edgeDeviceDetails,omitzero"`
	TLSDetails                   TLSDetails        `json:"tlsDetails,omitzero"`
	InsightDetails               Doc               `json:"insightDetails,omitzero"`
	EventContext                 Doc               `json:"eventContext,omitzero"`
	Annotation                   string            `json:"annotation,omitempty"`
	Omitted                      identity.Tristate `json:"omitted,omitzero"`

	// Extra holds the members that have no field above, and those whose value makes
	// no sense in their field (an object for eventName, say). It is nil when there are none.
	Extra map[string]json.RawMessage `json:"-"`

	// Location says where [Records] found the record. It is zero after Parse.
	Location Location `json:"-"`

	raw  []byte
	docs [docCount]node

	actorOnce sync.Once
	actor     identity.Actor
}

// A Resource is one of the resources that an event concerns. A record names
// either its ARN or an ARNPrefix, at times without account and type; select
// resources by Type, never by position.
type Resource struct {
	ARN       string                     `json:"ARN,omitempty"` // upper case, unlike userIdentity's
	ARNPrefix string                     `json:"ARNPrefix,omitempty"`
	AccountID string                     `json:"accountId,omitempty"`
	Type      string                     `json:"type,omitempty"` // "AWS::S3::Object"
	Extra     map[string]json.RawMessage `json:"-"`
}

// An Addendum says why a record comes late or a second time.
type Addendum struct {
	Reason            string                     `json:"reason,omitempty"`        // DELIVERY_DELAY, UPDATED_DATA or SERVICE_OUTAGE
	UpdatedFields     string                     `json:"updatedFields,omitempty"` // names separated by commas
	OriginalRequestID string                     `json:"originalRequestID,omitempty"`
	OriginalEventID   string                     `json:"originalEventID,omitempty"`
	Extra             map[string]json.RawMessage `json:"-"`
}

// IsZero reports whether the record has no addendum.
func (a Addendum) IsZero() bool {
	return a.Reason == "" && a.UpdatedFields == "" && a.OriginalRequestID == "" && a.OriginalEventID == "" && a.Extra == nil
}

// TLSDetails describes the connection the request came over. It is absent when
// an AWS service called on somebody's behalf, and may be partial.
type TLSDetails struct {
	TLSVersion               string                     `json:"tlsVersion,omitempty"`
	CipherSuite              string                     `json:"cipherSuite,omitempty"`
	ClientProvidedHostHeader string                     `json:"clientProvidedHostHeader,omitempty"`
	KeyExchange              string                     `json:"keyExchange,omitempty"`
	Extra                    map[string]json.RawMessage `json:"-"`
}

// IsZero reports whether the record has no TLS details.
func (t TLSDetails) IsZero() bool {
	return t.TLSVersion == "" && t.CipherSuite == "" && t.ClientProvidedHostHeader == "" && t.KeyExchange == "" && t.Extra == nil
}

// Raw returns the record's exact bytes, which must not be modified.
// It is nil for an Event that was not parsed.
func (e *Event) Raw() []byte { return e.raw }

// Actor returns who acted, as resolved from UserIdentity.
//
// It is resolved once, at the first call, and is safe to call concurrently:
// set UserIdentity before, not after.
func (e *Event) Actor() identity.Actor {
	e.actorOnce.Do(func() { e.actor = e.UserIdentity.Actor() })
	return e.actor
}

// AccountID returns the account whose log the record belongs to: the recipient's,
// else the caller's, else that of the session's issuer, which is the order of
// AWS's own CloudTrail Processing Library. It is not the caller's account where
// one account uses another's resources.
func (e *Event) AccountID() string {
	if e.RecipientAccountID != "" {
		return e.RecipientAccountID
	}
	// An unsigned request has a marker where its account would be.
	if id := e.UserIdentity.AccountID; id != "" && id != "ANONYMOUS_PRINCIPAL" {
		return id
	}
	return e.UserIdentity.SessionContext.SessionIssuer.AccountID
}
