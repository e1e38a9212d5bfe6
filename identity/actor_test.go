package identity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/identity"
)

func parse(t testing.TB, raw string) identity.UserIdentity {
	t.Helper()
	u, err := identity.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestActor(t *testing.T) {
	for _, tt := range identities {
		t.Run(tt.name, func(t *testing.T) {
			u := parse(t, tt.json)
			if diff := cmp.Diff(tt.want, u.Actor()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(u.Extra)+len(u.SessionContext.Extra) != 0 {
				t.Errorf("Extra has documented members: %s %s", u.Extra, u.SessionContext.Extra)
			}
		})
	}
}

// What is left of an identity when members are missing or contradict each other.
func TestActorFallbacks(t *testing.T) {
	const store = "arn:aws:identitystore::210987654321:identitystore/d-90670abcde"
	for _, tt := range []struct {
		name string
		json string
		want identity.Actor
	}{
		{"nothing", `{}`, identity.Actor{Kind: identity.KindUnknown}},
		{
			"root without account",
			`{"type":"Root","principalId":"210987654321"}`,
			identity.Actor{Kind: identity.KindRoot, ID: "root@210987654321", PrincipalID: "210987654321", AccountID: "210987654321"},
		},
		{
			"root with only an ARN",
			`{"type":"Root","arn":"arn:aws-cn:iam::210987654321:root"}`,
			identity.Actor{Kind: identity.KindRoot, ID: "root@210987654321", ARN: "arn:aws-cn:iam::210987654321:root", AccountID: "210987654321"},
		},
		{
			"a caller who is not root on the call to AssumeRoot",
			`{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","accountId":"210987654321","sessionContext":{"assumedRoot":"true"}}`,
			identity.Actor{Kind: identity.KindUser, ID: "AIDA5SYNTHUSER000001", PrincipalID: "AIDA5SYNTHUSER000001", AccountID: "210987654321"},
		},
		{
			"user without unique id",
			`{"type":"IAMUser","arn":"arn:aws:iam::210987654321:user/eng/mira"}`,
			identity.Actor{Kind: identity.KindUser, ID: "arn:aws:iam::210987654321:user/eng/mira", ARN: "arn:aws:iam::210987654321:user/eng/mira", Name: "mira", AccountID: "210987654321"},
		},
		{
			"failed sign-in of a user",
			`{"type":"IAMUser","accountId":"210987654321","accessKeyId":"","userName":"mira"}`,
			identity.Actor{Kind: identity.KindUser, ID: "mira@210987654321", Name: "mira", AccountID: "210987654321"},
		},
		{
			"failed sign-in under a name that does not exist",
			`{"type":"IAMUser","accountId":"210987654321","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}`,
			identity.Actor{Kind: identity.KindUser, ID: "210987654321", AccountID: "210987654321"},
		},
		{
			"failed sign-in under the name root is not the root user",
			`{"type":"IAMUser","accountId":"210987654321","userName":"root"}`,
			identity.Actor{Kind: identity.KindUser, ID: "user/root@210987654321", Name: "root", AccountID: "210987654321"},
		},
		{
			"role whose issuer lacks an ARN",
			`{"type":"AssumedRole","principalId":"AROA5SYNTHOPS0000001:lee","arn":"arn:aws:sts::345678901234:assumed-role/ops/lee","sessionContext":{"sessionIssuer":{"type":"Role","userName":"ops"}}}`,
			identity.Actor{Kind: identity.KindRole, ID: "AROA5SYNTHOPS0000001", PrincipalID: "AROA5SYNTHOPS0000001", Name: "ops", SessionName: "lee", AccountID: "345678901234"},
		},
		{
			"role with nothing but the session's ARN",
			`{"type":"AssumedRole","arn":"arn:aws:sts::345678901234:assumed-role/ops/lee"}`,
			identity.Actor{Kind: identity.KindRole, ID: "role/ops@345678901234", Name: "ops", SessionName: "lee", AccountID: "345678901234"},
		},
		{
			"role with nothing but a principal id",
			`{"type":"AssumedRole","principalId":"AROA5SYNTHADM0000001:x"}`,
			identity.Actor{Kind: identity.KindRole, ID: "AROA5SYNTHADM0000001", PrincipalID: "AROA5SYNTHADM0000001", SessionName: "x"},
		},
		{
			"role whose issuer is a session",
			`{"type":"AssumedRole","principalId":":lee","sessionContext":{"sessionIssuer":{"arn":"arn:aws:sts::345678901234:assumed-role/ops/lee","principalId":":lee","accountId":"345678901234"}}}`,
			identity.Actor{Kind: identity.KindRole, ID: "345678901234", SessionName: "lee", AccountID: "345678901234"},
		},
		{
			"role with an account for a unique id",
			`{"type":"AssumedRole","principalId":"345678901234:lee"}`,
			identity.Actor{Kind: identity.KindRole, ID: "345678901234", PrincipalID: "345678901234", SessionName: "lee"},
		},
		{
			"session named like an instance, typed by a person",
			`{"type":"AssumedRole","principalId":"AROA5SYNTHADM0000001:i-0a1b2c3d","arn":"arn:aws:sts::345678901234:assumed-role/Admin/i-0a1b2c3d"}`,
			identity.Actor{Kind: identity.KindRole, ID: "AROA5SYNTHADM0000001", PrincipalID: "AROA5SYNTHADM0000001", Name: "Admin", SessionName: "i-0a1b2c3d", AccountID: "345678901234"},
		},
		{
			"role with nothing but the issuer's name",
			`{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"accountId":"345678901234","userName":"ops"}}}`,
			identity.Actor{Kind: identity.KindRole, ID: "role/ops@345678901234", Name: "ops", AccountID: "345678901234"},
		},
		{
			"no type, an issuer that is a role",
			`{"principalId":"AROA5SYNTHOPS0000001:lee","sessionContext":{"sessionIssuer":{"type":"Role","userName":"ops"}}}`,
			identity.Actor{Kind: identity.KindRole, ID: "AROA5SYNTHOPS0000001", PrincipalID: "AROA5SYNTHOPS0000001", Name: "ops", SessionName: "lee"},
		},
		{
			"a type to come, with a session's ARN",
			`{"type":"Martian","arn":"arn:aws:sts::345678901234:assumed-role/ops/lee"}`,
			identity.Actor{Kind: identity.KindUnknown, ID: "345678901234", AccountID: "345678901234"},
		},
		{
			"service-linked role",
			`{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::210987654321:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"}}}`,
			identity.Actor{
				Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
				ARN: "arn:aws:iam::210987654321:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", Name: "AWSServiceRoleForAutoScaling",
				ServiceLinked: true,
			},
		},
		{
			"role named like a service-linked one",
			`{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::210987654321:role/AWSServiceRoleForAutoScaling"}}}`,
			identity.Actor{
				Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/AWSServiceRoleForAutoScaling",
				ARN: "arn:aws:iam::210987654321:role/AWSServiceRoleForAutoScaling", Name: "AWSServiceRoleForAutoScaling",
			},
		},
		{
			"EC2 infrastructure, by ARN alone",
			`{"type":"AssumedRole","arn":"arn:aws:sts::210987654321:assumed-role/aws:ec2-infrastructure/i-0a1b"}`,
			identity.Actor{Kind: identity.KindEC2Instance, ID: "i-0a1b", PrincipalID: "210987654321:aws:ec2-infrastructure", Name: "aws:ec2-infrastructure", AccountID: "210987654321", IssuedTo: "i-0a1b"},
		},
		{
			"EC2 of another account",
			`{"type":"AWSAccount","principalId":"345678901234:aws:ec2-instance:i-0a1b","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindEC2Instance, ID: "i-0a1b", PrincipalID: "345678901234:aws:ec2-instance", Name: "aws:ec2-instance", AccountID: "345678901234", IssuedTo: "i-0a1b"},
		},
		{
			"federated user of another account",
			`{"type":"AWSAccount","principalId":"345678901234:lee","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindAccount, ID: "345678901234/345678901234:lee", PrincipalID: "345678901234:lee", AccountID: "345678901234"},
		},
		{
			"account that shows no principal",
			`{"type":"AWSAccount","principalId":"","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindAccount, ID: "345678901234", AccountID: "345678901234"},
		},
		{
			"root of another account",
			`{"type":"AWSAccount","principalId":"345678901234","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindAccount, ID: "345678901234", PrincipalID: "345678901234", AccountID: "345678901234"},
		},
		{
			"principal of AWS without a session",
			`{"type":"AWSAccount","principalId":"345678901234:aws:x","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindAccount, ID: "345678901234/345678901234:aws:x", PrincipalID: "345678901234:aws:x", AccountID: "345678901234"},
		},
		{
			"account with nothing",
			`{"type":"AWSAccount"}`,
			identity.Actor{Kind: identity.KindAnonymous, ID: "anonymous"},
		},
		{
			"federated user without ARN",
			`{"type":"FederatedUser","principalId":"210987654321:lee","accountId":"210987654321"}`,
			identity.Actor{Kind: identity.KindFederatedUser, ID: "210987654321:lee", PrincipalID: "210987654321:lee", Name: "lee", AccountID: "210987654321"},
		},
		{
			"Identity Center user before the type had a name",
			`{"type":"Unknown","principalId":"210987654321","accountId":"210987654321","userName":"kim","onBehalfOf":{"userId":"d1e2f3a4","identityStoreArn":"` + store + `"}}`,
			identity.Actor{Kind: identity.KindIdentityCenterUser, ID: store + "/user/d1e2f3a4", PrincipalID: "210987654321", Name: "kim", AccountID: "210987654321", OnBehalfOf: store + "/user/d1e2f3a4"},
		},
		{
			"Identity Center user without store",
			`{"type":"IdentityCenterUser","onBehalfOf":{"userId":"d1e2f3a4"}}`,
			identity.Actor{Kind: identity.KindIdentityCenterUser, ID: "d1e2f3a4", OnBehalfOf: "d1e2f3a4"},
		},
		{
			"SAML user without provider",
			`{"type":"SAMLUser","principalId":"Qm9n:kim@example.org"}`,
			identity.Actor{Kind: identity.KindSAMLUser, ID: "Qm9n:kim@example.org", PrincipalID: "Qm9n:kim@example.org"},
		},
		{
			"type Unknown with a role's principal id",
			`{"type":"Unknown","principalId":"AROA5SYNTHADM0000001:x","accountId":"345678901234"}`,
			identity.Actor{Kind: identity.KindUnknown, ID: "AROA5SYNTHADM0000001", PrincipalID: "AROA5SYNTHADM0000001", SessionName: "x", AccountID: "345678901234"},
		},
		{
			"a type to come",
			`{"type":"Martian","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321"}`,
			identity.Actor{Kind: identity.KindUnknown, ID: "arn:aws:iam::210987654321:user/mira", ARN: "arn:aws:iam::210987654321:user/mira", AccountID: "210987654321"},
		},
		{
			"no type, but a user's ARN beside invokedBy",
			`{"arn":"arn:aws:iam::210987654321:user/mira","invokedBy":"athena.amazonaws.com"}`,
			identity.Actor{Kind: identity.KindUser, ID: "arn:aws:iam::210987654321:user/mira", ARN: "arn:aws:iam::210987654321:user/mira", Name: "mira", AccountID: "210987654321", InvokedBy: "athena.amazonaws.com"},
		},
		{
			"no type, but a principal id beside invokedBy",
			`{"principalId":"p-1","invokedBy":"athena.amazonaws.com"}`,
			identity.Actor{Kind: identity.KindUnknown, ID: "p-1", PrincipalID: "p-1", InvokedBy: "athena.amazonaws.com"},
		},
		{
			"no type, a role's ARN",
			`{"arn":"arn:aws:iam::210987654321:role/app/ops"}`,
			identity.Actor{Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/app/ops", ARN: "arn:aws:iam::210987654321:role/app/ops", Name: "ops", AccountID: "210987654321"},
		},
		{
			"service internal",
			`{"accountId":"210987654321","invokedBy":"AWS Internal"}`,
			identity.Actor{Kind: identity.KindService, ID: "AWS Internal", AccountID: "210987654321", InvokedBy: "AWS Internal"},
		},
		{
			"account with leading zeros",
			`{"type":"Root","accountId":"012345678901"}`,
			identity.Actor{Kind: identity.KindRoot, ID: "root@012345678901", AccountID: "012345678901"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := parse(t, tt.json)
			if diff := cmp.Diff(tt.want, u.Actor()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestActorPermissionSet(t *testing.T) {
	const reserved = "arn:aws:iam::345678901234:role/aws-reserved/sso.amazonaws.com/"
	for arn, want := range map[string]string{
		reserved + "AWSReservedSSO_Dev_0123456789abcdef":                                                     "Dev",
		reserved + "eu-west-1/AWSReservedSSO_Dev_0123456789abcdef":                                           "Dev",
		reserved + "AWSReservedSSO_Prod_Read_Only_0123456789abcdef":                                          "Prod_Read_Only",
		"arn:aws-cn:iam::345678901234:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_D_0123456789abcdef": "D",
		reserved + "AWSReservedSSO_Dev_0123456789abcde":                                                      "",
		reserved + "AWSReservedSSO_Dev_0123456789abcdeg":                                                     "",
		reserved + "AWSReservedSSO__0123456789abcdef":                                                        "",
		reserved + "AWSReservedSSO_0123456789abcdef":                                                         "",
		reserved + "AWSReservedSSO_":                                                                         "",
		reserved + "Dev_0123456789abcdef":                                                                    "",
		"arn:aws:iam::345678901234:role/AWSReservedSSO_Dev_0123456789abcdef":                                 "",
		"arn:aws:iam::345678901234:role/mine/AWSReservedSSO_Dev_0123456789abcdef":                            "",
	} {
		u := identity.UserIdentity{Type: identity.TypeAssumedRole}
		u.SessionContext.SessionIssuer.ARN = arn
		if got := u.Actor().PermissionSet; got != want {
			t.Errorf("%s: permission set %q, want %q", arn, got, want)
		}
	}
}

func TestActorJSON(t *testing.T) {
	u := parse(t, `{"type":"AssumedRole","principalId":"AROA5SYNTHOPS0000001:lee","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}`)
	got, err := json.Marshal(u.Actor())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"kind":"role","id":"AROA5SYNTHOPS0000001","principal_id":"AROA5SYNTHOPS0000001","session_name":"lee","mfa":false}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Two sessions of one role, whatever is left of the role, are one actor: whoever asks for a
// session cannot move its ID, name or kind with the name chosen for it.
func FuzzActorSessionName(f *testing.F) {
	f.Add(uint8(0xff), "ops", "AROA5SYNTHOPS0000001", "345678901234", "lee", "i-0a1b2c3d")
	f.Add(uint8(2), "AWSReservedSSO_Dev_0123456789abcdef", "AROA5SYNTHOPS0000001", "345678901234", "root", "AWSReservedSSO_X_0123456789abcdef")
	f.Add(uint8(4), "ops", "345678901234", "345678901234", "aws", "aws.x")
	f.Add(uint8(1), "", "", "", "lee", "kim")
	f.Fuzz(func(t *testing.T, parts uint8, role, id, account, one, two string) {
		if !validSession(one) || !validSession(two) || strings.ContainsAny(role, "/") || strings.ContainsAny(id+account, ":/") {
			t.Skip()
		}
		actor := func(session string) identity.Actor {
			u := identity.UserIdentity{Type: identity.TypeAssumedRole}
			issuer := &u.SessionContext.SessionIssuer
			if parts&1 != 0 {
				u.ARN = "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session
			}
			if parts&2 != 0 {
				u.PrincipalID = id + ":" + session
			}
			if parts&4 != 0 {
				u.AccountID = account
			}
			if parts&8 != 0 {
				issuer.ARN = "arn:aws:iam::" + account + ":role/app/" + role
			}
			if parts&16 != 0 {
				issuer.UserName = role
			}
			if parts&32 != 0 {
				issuer.PrincipalID = id
			}
			if parts&64 != 0 {
				u.Type = ""
				issuer.Type = identity.TypeRole
			}
			return u.Actor()
		}
		a, b := actor(one), actor(two)
		if a.Kind != identity.KindRole || b.Kind != identity.KindRole {
			t.Skip() // EC2's own principal
		}
		if parts&3 != 0 && (a.SessionName != one || b.SessionName != two) {
			t.Errorf("session names %q and %q, want %q and %q", a.SessionName, b.SessionName, one, two)
		}
		a.SessionName, b.SessionName = "", ""
		if diff := cmp.Diff(a, b); diff != "" {
			t.Errorf("sessions %q and %q differ:\n%s", one, two, diff)
		}
	})
}

// validSession reports whether sts:AssumeRole accepts s as a role session name.
func validSession(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-"
	return len(s) >= 2 && len(s) <= 64 && strings.Trim(s, allowed) == ""
}

func BenchmarkActor(b *testing.B) {
	for _, tt := range identities {
		b.Run(tt.name, func(b *testing.B) {
			u := parse(b, tt.json)
			b.ReportAllocs()
			for b.Loop() {
				_ = u.Actor()
			}
		})
	}
}
