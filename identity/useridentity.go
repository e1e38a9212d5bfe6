package identity

import (
	"encoding/json"
	"time"
)

// A UserIdentity is the userIdentity element of a CloudTrail record, as written.
// Every member is optional, type included. An empty string, and a struct whose IsZero
// reports true, stand for an absent, null or empty member alike.
//
// To tell who acted, ask [UserIdentity.Actor]: hardly a member means the same for all types.
type UserIdentity struct {
	Type Type `json:"type,omitempty"`

	// PrincipalID is the unique id, with ":" and the role session name after it for
	// an assumed role.
	PrincipalID string `json:"principalId,omitempty"`

	// ARN of an assumed role is the session's: it holds the session name and drops the
	// role's path.
	ARN string `json:"arn,omitempty"`

	// AccountID is text, leading zeros included, or ANONYMOUS_PRINCIPAL or anonymous.
	AccountID string `json:"accountId,omitempty"`

	// AccessKeyID begins with AKIA (long-term) or ASIA (temporary). A temporary key does
	// not mean a role: console sessions and calls that a service makes for a user have one.
	AccessKeyID string `json:"accessKeyId,omitempty"`

	// UserName is the account's alias for the root user, is absent for an assumed role, and
	// may be HIDDEN_DUE_TO_SECURITY_REASONS for a failed sign-in.
	UserName string `json:"userName,omitempty"`

	SessionContext SessionContext `json:"sessionContext,omitzero"`

	// InvokedBy names the AWS service that made the call, for itself or for the caller.
	InvokedBy string `json:"invokedBy,omitempty"`

	// IdentityProvider is set for SAML and web identity users.
	IdentityProvider string `json:"identityProvider,omitempty"`

	// CredentialID is the id of the bearer token that was used.
	CredentialID string `json:"credentialId,omitempty"`

	OnBehalfOf        OnBehalfOf        `json:"onBehalfOf,omitzero"`
	InScopeOf         InScopeOf         `json:"inScopeOf,omitzero"`
	InvokedByDelegate InvokedByDelegate `json:"invokedByDelegate,omitzero"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// A SessionContext describes temporary credentials.
type SessionContext struct {
	SessionIssuer   SessionIssuer     `json:"sessionIssuer,omitzero"`
	WebIDFederation WebIDFederation   `json:"webIdFederationData,omitzero"`
	Attributes      SessionAttributes `json:"attributes,omitzero"`

	// SourceIdentity was set when the first session of a chain was requested and cannot
	// be changed after that.
	SourceIdentity string `json:"sourceIdentity,omitempty"`

	// EC2RoleDelivery is the version of the instance metadata service, "1.0" or "2.0",
	// that handed out the credentials.
	EC2RoleDelivery string `json:"ec2RoleDelivery,omitempty"`

	SignInSessionARN string `json:"signInSessionArn,omitempty"`

	// AssumedRoot says that sts:AssumeRoot gave these credentials.
	AssumedRoot Tristate `json:"assumedRoot,omitzero"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// A SessionIssuer is the principal whose session it is: the role, or the user that asked for
// a federation token. It is empty for console sessions of users and of root.
type SessionIssuer struct {
	Type        Type   `json:"type,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"` // with the path, which no other member has
	AccountID   string `json:"accountId,omitempty"`
	UserName    string `json:"userName,omitempty"` // the name of the role or user

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// SessionAttributes are the attributes of temporary credentials.
type SessionAttributes struct {
	CreationDate string `json:"creationDate,omitempty"` // as written; see CreationTime

	// MFAAuthenticated is about AWS's own MFA: it is No for a federated session even if
	// the identity provider asked for a second factor.
	MFAAuthenticated Tristate `json:"mfaAuthenticated,omitzero"`

	SessionCredentialFromConsole Tristate `json:"sessionCredentialFromConsole,omitzero"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// CreationTime returns when the credentials were issued, in UTC. It accepts both spellings that
// AWS shows, 2026-01-05T08:00:00Z and 20260105T080000Z, and reports false for any other text.
func (a SessionAttributes) CreationTime() (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "20060102T150405Z0700"} {
		if t, err := time.Parse(layout, a.CreationDate); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// A WebIDFederation says which web identity provider vouched for an assumed role.
type WebIDFederation struct {
	FederatedProvider string            `json:"federatedProvider,omitempty"` // a host name or an OIDC provider's ARN
	Attributes        map[string]string `json:"attributes,omitempty"`        // a value that is no text is its JSON

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// An OnBehalfOf is the IAM Identity Center user for whom the call was made. Whether it is there
// depends on the service called, so one session may have calls with and without it.
type OnBehalfOf struct {
	UserID           string `json:"userId,omitempty"` // unique only inside its store
	IdentityStoreARN string `json:"identityStoreArn,omitempty"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// An InScopeOf is what a service's credentials were issued to, such as a Lambda function.
type InScopeOf struct {
	SourceARN                  string `json:"sourceArn,omitempty"`
	SourceAccount              string `json:"sourceAccount,omitempty"`
	IssuerType                 string `json:"issuerType,omitempty"` // "AWS::Lambda::Function"
	CredentialsIssuedTo        string `json:"credentialsIssuedTo,omitempty"`
	CredentialsIssuedToVersion string `json:"credentialsIssuedToVersion,omitempty"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}

// An InvokedByDelegate is the product provider that acts through temporary delegation;
// see "Temporary delegation" in the IAM User Guide.
type InvokedByDelegate struct {
	AccountID string `json:"accountId,omitempty"`

	Extra map[string]json.RawMessage `json:"-"` // members not above; nil when there are none
}
