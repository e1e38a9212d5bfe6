package identity

import (
	"cmp"
	"slices"
	"strings"
)

// An Actor is the principal behind a record: what "CloudTrail userIdentity element" spreads
// over a dozen members, with one meaning to each field. What is not known is empty.
type Actor struct {
	Kind Kind `json:"kind,omitempty"`

	// ID is the principal's stable identity, the same for all its sessions, and never
	// holds a role session name. It is
	//   - "root@<account>" for root,
	//   - a user's unique id, else its ARN, else "<user name>@<account>",
	//   - a role's ARN with its path, else its unique id, else "role/<name>@<account>",
	//   - a federated user's ARN,
	//   - the service's name,
	//   - "<account>/<unique id>" for a principal of another account,
	//   - "<identity store ARN>/user/<user id>" for an Identity Center user,
	//   - "<identity provider>/<principal id>" for a SAML or web identity user,
	//   - an EC2 instance's id,
	//   - "anonymous",
	//   - for the rest the principal id, else the ARN, else "<user name>@<account>".
	// Where all that is missing it is the account, and "" where nothing is known.
	ID string `json:"id,omitempty"`

	// ARN is the principal's own: of a role the role's, never the session's and never
	// rebuilt from it, since that would lose the path.
	ARN string `json:"arn,omitempty"`

	// PrincipalID is the unique id (AIDA..., AROA...), without a session name.
	PrincipalID string `json:"principal_id,omitempty"`

	// Name is the name of the role or user. Root has none: its userName is the account's alias.
	Name string `json:"name,omitempty"`

	// SessionName was chosen by whoever asked for the role session. Do not trust it.
	SessionName string `json:"session_name,omitempty"`

	// SourceIdentity was supplied by the caller or its identity provider. AWS keeps it
	// from being changed afterwards.
	SourceIdentity string `json:"source_identity,omitempty"`

	AccountID   string `json:"account_id,omitempty"` // the principal's account, 12 digits
	AccessKeyID string `json:"access_key_id,omitempty"`

	// InvokedBy is the service that made the call. The rest of the Actor is still the caller
	// for whom it did, if there is one, though with an access key made for the occasion.
	InvokedBy string `json:"invoked_by,omitempty"`

	MFA Tristate `json:"mfa,omitzero"` // whether AWS itself checked a second factor

	// PermissionSet is the Identity Center permission set that a role stands for. It is read
	// from roles under /aws-reserved/sso.amazonaws.com/ only, where no customer can put a role.
	PermissionSet string `json:"permission_set,omitempty"`

	ServiceLinked bool `json:"service_linked,omitempty"` // a role that its AWS service owns
	AssumedRoot   bool `json:"assumed_root,omitempty"`   // root by sts:AssumeRoot, where the record says so

	// IssuedTo is what AWS gave the credentials to, by AWS's own word: the ARN of a Lambda
	// function or ECS task, an EC2 instance's id, or the Identity Center user of a permission set.
	IssuedTo string `json:"issued_to,omitempty"`

	OnBehalfOf       string `json:"on_behalf_of,omitempty"`      // an Identity Center user, written as in ID
	Delegate         string `json:"delegate,omitempty"`          // account of a product provider under temporary delegation
	IdentityProvider string `json:"identity_provider,omitempty"` // who vouched for a SAML or web identity
}

// Actor resolves u. It is a pure function of u, and total: every identity, the zero one
// included, has an Actor.
func (u *UserIdentity) Actor() Actor {
	session := &u.SessionContext
	a := Actor{
		SourceIdentity:   session.SourceIdentity,
		AccountID:        u.account(),
		AccessKeyID:      u.AccessKeyID,
		InvokedBy:        u.InvokedBy,
		MFA:              session.Attributes.MFAAuthenticated,
		IssuedTo:         u.InScopeOf.CredentialsIssuedTo,
		OnBehalfOf:       u.OnBehalfOf.user(),
		Delegate:         u.InvokedByDelegate.AccountID,
		IdentityProvider: cmp.Or(u.IdentityProvider, session.WebIDFederation.FederatedProvider),
	}
	a.Kind = u.kind()
	switch a.Kind {
	case KindRoot:
		u.root(&a)
	case KindUser:
		u.user(&a)
	case KindRole:
		u.role(&a)
	case KindEC2Instance:
		u.ec2Instance(&a)
	case KindFederatedUser:
		u.federatedUser(&a)
	case KindService:
		u.plain(&a)
		a.ID = cmp.Or(u.InvokedBy, a.ID)
	case KindAccount:
		u.foreign(&a)
	case KindAnonymous:
		a.ID, a.AccountID = "anonymous", ""
	case KindIdentityCenterUser:
		u.plain(&a)
		a.ID = cmp.Or(a.OnBehalfOf, a.ID)
	case KindSAMLUser, KindWebIdentityUser:
		u.plain(&a)
		if a.IdentityProvider != "" && a.PrincipalID != "" {
			a.ID = a.IdentityProvider + "/" + a.PrincipalID
		}
	default:
		u.plain(&a)
	}
	if a.ID == "" {
		a.ID = nameAt(a.Name, a.AccountID)
	}
	if a.ID == "" {
		a.ID = cmp.Or(a.AccountID, a.AccessKeyID, a.InvokedBy)
	}
	return a
}

// kind classifies u. The type decides, except that
//   - EC2's own principals go by their principal id, whatever role they pretend to be;
//   - Identity Center wrote type Unknown where it now writes IdentityCenterUser;
//   - without a type, the ARN decides, else whether there is a caller beside invokedBy.
func (u *UserIdentity) kind() Kind {
	switch u.Type {
	case TypeAssumedRole, TypeRole, TypeAWSAccount, TypeUnknown, "":
		if _, instance := u.ec2Principal(); instance != "" {
			return KindEC2Instance
		}
	}
	switch u.Type {
	case TypeRoot:
		return KindRoot
	case TypeIAMUser:
		return KindUser
	case TypeAssumedRole, TypeRole:
		return KindRole
	case TypeFederatedUser:
		return KindFederatedUser
	case TypeDirectory:
		return KindDirectoryUser
	case TypeAWSAccount:
		// A principal that a named account does not show is not nobody.
		if slices.Contains(anonymousAccounts, u.AccountID) || u.AccountID == "" && u.PrincipalID == "" && u.InvokedBy == "" {
			return KindAnonymous
		}
		return KindAccount
	case TypeAWSService:
		return KindService
	case TypeIdentityCenterUser:
		return KindIdentityCenterUser
	case TypeSAMLUser:
		return KindSAMLUser
	case TypeWebIdentityUser:
		return KindWebIdentityUser
	case TypeUnknown:
		if u.OnBehalfOf.UserID != "" {
			return KindIdentityCenterUser
		}
		return KindUnknown
	case "":
		return u.untypedKind()
	}
	return KindUnknown
}

// anonymousAccounts stand for the account of a request without a signature: the first in data events of S3, the other
// in some of its other records.
var anonymousAccounts = []string{"ANONYMOUS_PRINCIPAL", "anonymous"}

func (u *UserIdentity) untypedKind() Kind {
	arn, _ := splitARN(u.ARN)
	switch arn.Service + ":" + arn.ResourceType() {
	case "iam:root":
		return KindRoot
	case "iam:user":
		return KindUser
	case "iam:role", "sts:assumed-role":
		return KindRole
	case "sts:federated-user":
		return KindFederatedUser
	}
	caller := u.ARN != "" || u.PrincipalID != "" || u.UserName != "" ||
		!u.SessionContext.SessionIssuer.IsZero() || !u.OnBehalfOf.IsZero()
	switch {
	case u.SessionContext.SessionIssuer.Type == TypeRole:
		return KindRole
	case !caller && u.InvokedBy != "":
		return KindService
	}
	return KindUnknown
}

func (u *UserIdentity) root(a *Actor) {
	a.ARN = u.ownARN()
	a.PrincipalID = u.PrincipalID
	a.AssumedRoot = u.SessionContext.AssumedRoot.True()
	if a.AccountID == "" && isAccount(u.PrincipalID) {
		a.AccountID = u.PrincipalID
	}
	if a.ID = a.ARN; a.AccountID != "" {
		a.ID = "root@" + a.AccountID
	}
}

func (u *UserIdentity) user(a *Actor) {
	a.ARN = u.ownARN()
	a.PrincipalID, _ = splitPrincipal(u.PrincipalID)
	arn, _ := splitARN(a.ARN)
	a.Name = cmp.Or(realName(u.UserName), arn.Name())
	a.ID = cmp.Or(a.PrincipalID, a.ARN)
}

func (u *UserIdentity) federatedUser(a *Actor) {
	a.ARN = u.ownARN()
	a.PrincipalID = u.PrincipalID
	arn, _ := splitARN(a.ARN)
	_, name, _ := strings.Cut(u.PrincipalID, ":")
	a.Name = cmp.Or(arn.Name(), name, realName(u.UserName))
	a.ID = cmp.Or(a.ARN, a.PrincipalID)
}

// foreign resolves a principal of another account, of which its owner shows only ids.
func (u *UserIdentity) foreign(a *Actor) {
	a.ARN = u.ownARN()
	a.Name = realName(u.UserName)
	a.PrincipalID, a.SessionName = splitPrincipal(u.PrincipalID)
	if a.ID = a.PrincipalID; a.AccountID != "" && a.PrincipalID != "" && a.PrincipalID != a.AccountID {
		a.ID = a.AccountID + "/" + a.PrincipalID
	}
}

// plain resolves an identity whose principal id is whole: ids of identity providers are full of
// colons that separate no session.
func (u *UserIdentity) plain(a *Actor) {
	a.ARN = u.ownARN()
	a.Name = realName(u.UserName)
	a.PrincipalID = u.PrincipalID
	if strings.HasPrefix(u.PrincipalID, "AROA") {
		a.PrincipalID, a.SessionName = splitPrincipal(u.PrincipalID)
	}
	// An identity of type Unknown may have its account for a principal id, which tells
	// no two users apart.
	id := a.PrincipalID
	if id == a.AccountID {
		id = ""
	}
	a.ID = cmp.Or(id, a.ARN)
}
