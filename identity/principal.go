package identity

import (
	"cmp"
	"strings"
)

// splitPrincipal takes the principal id of a role session apart: AROA...:session at the first
// colon, <account>:aws:ec2-instance:<instance> at the last. <account>:<name> is a federated user
// and stays whole, as does an id without a colon.
func splitPrincipal(principalID string) (id, session string) {
	id, session, ok := strings.Cut(principalID, ":")
	if !ok || !isAccount(id) {
		return id, session
	}
	if strings.HasPrefix(session, "aws:") {
		if i := strings.LastIndexByte(session, ':'); i > len("aws") {
			return principalID[:len(id)+1+i], session[i+1:]
		}
	}
	return principalID, ""
}

// splitRole takes the principal id of an identity apart that is known to be a role's, where
// nothing but a session name can stand after the first colon.
func splitRole(principalID string) (id, session string) {
	id, session = splitPrincipal(principalID)
	if session == "" && !strings.Contains(id, ":aws:") {
		id, session, _ = strings.Cut(id, ":")
	}
	return id, session
}

// isAccount reports whether s has the shape of an account id.
func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// account returns the account of the principal: its own member, else its ARN's, else the one
// of the session issuer, which is the same.
func (u *UserIdentity) account() string {
	if u.AccountID != "" {
		return u.AccountID
	}
	arn, _ := splitARN(u.ARN)
	return cmp.Or(arn.AccountID, u.SessionContext.SessionIssuer.AccountID)
}

// ownARN returns the ARN as far as it is the principal's and not a session's.
func (u *UserIdentity) ownARN() string {
	if arn, _ := splitARN(u.ARN); arn.ResourceType() == "assumed-role" {
		return ""
	}
	return u.ARN
}

// user writes the person as <identity store ARN>/user/<user id>, since a user id is unique
// only inside its store.
func (o *OnBehalfOf) user() string {
	if o.UserID == "" || o.IdentityStoreARN == "" {
		return o.UserID
	}
	return o.IdentityStoreARN + "/user/" + o.UserID
}

// realName returns name unless CloudTrail replaced it, as it does for a sign-in with a name
// that no user has (it might be a password typed into the wrong field).
func realName(name string) string {
	if name == "HIDDEN_DUE_TO_SECURITY_REASONS" {
		return ""
	}
	return name
}

// nameAt returns name@account, name without an account, and "" without a name.
func nameAt(name, account string) string {
	if name == "root" {
		name = "user/root" // anybody can try to sign in under this name: it is not root@account
	}
	if name == "" || account == "" {
		return name
	}
	return name + "@" + account
}
