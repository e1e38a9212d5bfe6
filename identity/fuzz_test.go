package identity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/identity"
)

// Any bytes are either not JSON or an identity with an actor, whose ID holds no session name
// and which is the same after being written and read again.
func FuzzParse(f *testing.F) {
	for _, tt := range identities {
		f.Add([]byte(tt.json))
	}
	f.Add([]byte(full))
	f.Add([]byte(`{"type":"AssumedRole","principalId":"210987654321:lee","arn":{"a":1},"arn":"x","sessionContext":{"sessionIssuer":[]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := identity.Parse(raw)
		if (err == nil) != json.Valid(raw) {
			t.Fatalf("%q: error %v, valid %v", raw, err, json.Valid(raw))
		}
		if err != nil {
			return
		}
		a := u.Actor()
		checkID(t, u, a)

		out, err := json.Marshal(u)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		again, err := identity.Parse(out)
		if err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if diff := cmp.Diff(a, again.Actor()); diff != "" {
			t.Errorf("%q became %q:\n%s", raw, out, diff)
		}
	})
}

// checkID looks for the session name in the actor's ID. It may be there only because the role's own
// name or id, or the account, happens to contain it.
func checkID(t *testing.T, u identity.UserIdentity, a identity.Actor) {
	t.Helper()
	issuer := u.SessionContext.SessionIssuer
	if a.Kind != identity.KindRole || !validSession(a.SessionName) || !strings.Contains(a.ID, a.SessionName) {
		return
	}
	id, _, _ := strings.Cut(u.PrincipalID, ":")
	arn, _ := identity.ParseARN(u.ARN)
	for _, own := range []string{
		id, "role/" + arn.Name(), arn.AccountID, issuer.ARN, issuer.PrincipalID, "role/" + issuer.UserName, issuer.AccountID,
		"role/" + u.UserName, u.AccountID, u.AccessKeyID, u.InvokedBy, "@" + a.AccountID, "role/" + a.Name + "@" + a.AccountID,
	} {
		if strings.Contains(own, a.SessionName) {
			return
		}
	}
	t.Errorf("ID %q holds the session name %q: %+v", a.ID, a.SessionName, u)
}
