package main

import (
	"strings"

	"github.com/trailsift/trailsift/identity"
)

// who says who acted. A role is named by its ARN; its session stands apart, see session.
func who(a identity.Actor) string {
	kind := strings.ReplaceAll(string(a.Kind), "_", " ")
	switch {
	case a.Kind == identity.KindRoot:
		return "root of " + a.AccountID
	case a.Kind == identity.KindAnonymous:
		return kind
	case a.ARN != "":
		return kind + " " + a.ARN
	case a.Name != "" && a.AccountID != "":
		return kind + " " + a.Name + " of " + a.AccountID
	case a.ID == a.AccountID && a.ID != "":
		return "unnamed " + kind + " of " + a.ID
	}
	return joined(" ", kind, a.ID)
}

// session shows a role session's name for what it is: no evidence of who holds the session.
func session(a identity.Actor) string {
	if a.SessionName == "" {
		return ""
	}
	return `"` + a.SessionName + `", a name chosen by whoever asked for it`
}

// with says what else is known of the credentials.
func with(a identity.Actor) string {
	var parts []string
	add := func(what, value string) {
		if value != "" {
			parts = append(parts, what+" "+value)
		}
	}
	add("access key", a.AccessKeyID)
	add("source identity", a.SourceIdentity)
	add("permission set", a.PermissionSet)
	add("credentials of", a.IssuedTo)
	add("on behalf of", a.OnBehalfOf)
	if a.Kind != identity.KindService {
		add("by way of", a.InvokedBy)
	}
	return strings.Join(parts, ", ")
}
