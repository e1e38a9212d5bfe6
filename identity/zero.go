package identity

// IsZero reports whether u says nothing at all.
func (u UserIdentity) IsZero() bool {
	return u.Type == "" && u.PrincipalID == "" && u.ARN == "" && u.AccountID == "" && u.AccessKeyID == "" &&
		u.UserName == "" && u.InvokedBy == "" && u.IdentityProvider == "" && u.CredentialID == "" &&
		u.SessionContext.IsZero() && u.OnBehalfOf.IsZero() && u.InScopeOf.IsZero() &&
		u.InvokedByDelegate.IsZero() && len(u.Extra) == 0
}

// IsZero reports whether s is absent or empty.
func (s SessionContext) IsZero() bool {
	return s.SessionIssuer.IsZero() && s.WebIDFederation.IsZero() && s.Attributes.IsZero() &&
		s.SourceIdentity == "" && s.EC2RoleDelivery == "" && s.SignInSessionARN == "" &&
		s.AssumedRoot == Unknown && len(s.Extra) == 0
}

// IsZero reports whether s is absent or empty.
func (s SessionIssuer) IsZero() bool {
	return s.Type == "" && s.PrincipalID == "" && s.ARN == "" && s.AccountID == "" && s.UserName == "" && len(s.Extra) == 0
}

// IsZero reports whether a is absent or empty.
func (a SessionAttributes) IsZero() bool {
	return a.CreationDate == "" && a.MFAAuthenticated == Unknown && a.SessionCredentialFromConsole == Unknown && len(a.Extra) == 0
}

// IsZero reports whether w is absent or empty.
func (w WebIDFederation) IsZero() bool {
	return w.FederatedProvider == "" && len(w.Attributes) == 0 && len(w.Extra) == 0
}

// IsZero reports whether o is absent or empty.
func (o OnBehalfOf) IsZero() bool {
	return o.UserID == "" && o.IdentityStoreARN == "" && len(o.Extra) == 0
}

// IsZero reports whether s is absent or empty.
func (s InScopeOf) IsZero() bool {
	return s.SourceARN == "" && s.SourceAccount == "" && s.IssuerType == "" && s.CredentialsIssuedTo == "" &&
		s.CredentialsIssuedToVersion == "" && len(s.Extra) == 0
}

// IsZero reports whether d is absent or empty.
func (d InvokedByDelegate) IsZero() bool {
	return d.AccountID == "" && len(d.Extra) == 0
}
