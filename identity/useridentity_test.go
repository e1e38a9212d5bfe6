package identity_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/identity"
)

// full has every documented member of every type at once.
const full = `{"type":"AssumedRole","principalId":"AROA5SYNTHSSO0000001:kim","arn":"arn:aws:sts::345678901234:assumed-role/dev/kim","accountId":"345678901234",
	"accessKeyId":"ASIA5SYNTHSSO0000001","userName":"kim","invokedBy":"athena.amazonaws.com","identityProvider":"idp.example.org","credentialId":"AAAAsynthbearerid",
	"sessionContext":{
		"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHSSO0000001","arn":"arn:aws:iam::345678901234:role/app/dev","accountId":"345678901234","userName":"dev"},
		"webIdFederationData":{"federatedProvider":"token.example.org","attributes":{"aud":"sts.amazonaws.com","azp":"app"}},
		"attributes":{"creationDate":"2026-01-05T09:15:00Z","mfaAuthenticated":"true","sessionCredentialFromConsole":"false"},
		"sourceIdentity":"kim","ec2RoleDelivery":"2.0","signInSessionArn":"arn:aws:signin:eu-west-1:345678901234:session/5f0c","assumedRoot":"false"},
	"onBehalfOf":{"userId":"d1e2","identityStoreArn":"arn:aws:identitystore::210987654321:identitystore/d-90670abcde"},
	"inScopeOf":{"sourceArn":"arn:aws:lambda:eu-west-1:345678901234:function:f","sourceAccount":"345678901234","issuerType":"AWS::Lambda::Function",
		"credentialsIssuedTo":"arn:aws:lambda:eu-west-1:345678901234:function:f","credentialsIssuedToVersion":"arn:aws:lambda:eu-west-1:345678901234:function:f:1"},
	"invokedByDelegate":{"accountId":"567890123456"}}`

var fullWant = identity.UserIdentity{
	Type: identity.TypeAssumedRole, PrincipalID: "AROA5SYNTHSSO0000001:kim", ARN: "arn:aws:sts::345678901234:assumed-role/dev/kim", AccountID: "345678901234",
	AccessKeyID: "ASIA5SYNTHSSO0000001", UserName: "kim", InvokedBy: "athena.amazonaws.com", IdentityProvider: "idp.example.org", CredentialID: "AAAAsynthbearerid",
	SessionContext: identity.SessionContext{
		SessionIssuer: identity.SessionIssuer{
			Type: identity.TypeRole, PrincipalID: "AROA5SYNTHSSO0000001", ARN: "arn:aws:iam::345678901234:role/app/dev", AccountID: "345678901234", UserName: "dev",
		},
		WebIDFederation: identity.WebIDFederation{
			FederatedProvider: "token.example.org", Attributes: map[string]string{"aud": "sts.amazonaws.com", "azp": "app"},
		},
		Attributes:     identity.SessionAttributes{CreationDate: "2026-01-05T09:15:00Z", MFAAuthenticated: identity.Yes, SessionCredentialFromConsole: identity.No},
		SourceIdentity: "kim", EC2RoleDelivery: "2.0", SignInSessionARN: "arn:aws:signin:eu-west-1:345678901234:session/5f0c", AssumedRoot: identity.No,
	},
	OnBehalfOf: identity.OnBehalfOf{UserID: "d1e2", IdentityStoreARN: "arn:aws:identitystore::210987654321:identitystore/d-90670abcde"},
	InScopeOf: identity.InScopeOf{
		SourceARN: "arn:aws:lambda:eu-west-1:345678901234:function:f", SourceAccount: "345678901234", IssuerType: "AWS::Lambda::Function",
		CredentialsIssuedTo:        "arn:aws:lambda:eu-west-1:345678901234:function:f",
		CredentialsIssuedToVersion: "arn:aws:lambda:eu-west-1:345678901234:function:f:1",
	},
	InvokedByDelegate: identity.InvokedByDelegate{AccountID: "567890123456"},
}

func TestParseEveryMember(t *testing.T) {
	if diff := cmp.Diff(fullWant, parse(t, full)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseLenient(t *testing.T) {
	type U = identity.UserIdentity
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	for _, tt := range []struct {
		name string
		json string
		want U
	}{
		{"null", `null`, U{}},
		{"empty text", `""`, U{}},
		{"text", `"mira"`, U{}},
		{"number", ` 1 `, U{}},
		{"boolean", `true`, U{}},
		{"list", `[{"type":"Root"}]`, U{}},
		{"empty object", ` { } `, U{}},

		{"number for text", `{"accountId":210987654321}`, U{AccountID: "210987654321"}},
		{"boolean for text", `{"userName":true}`, U{UserName: "true"}},
		{"null for text", `{"userName":null,"type":null}`, U{}},
		{"empty object for text", `{"userName":{ }}`, U{}},
		{"object for text", `{"userName":{"a":1}}`, U{Extra: map[string]json.RawMessage{"userName": raw(`{"a":1}`)}}},
		{"list for text", `{"arn":["x"]}`, U{Extra: map[string]json.RawMessage{"arn": raw(`["x"]`)}}},
		{"object for type", `{"type":{"a":1}}`, U{Extra: map[string]json.RawMessage{"type": raw(`{"a":1}`)}}},
		{"number for ec2RoleDelivery", `{"sessionContext":{"ec2RoleDelivery":2.0}}`, U{SessionContext: identity.SessionContext{EC2RoleDelivery: "2.0"}}},

		{"empty members", `{"sessionContext":{},"onBehalfOf":"","inScopeOf":null,"invokedByDelegate":{ }}`, U{}},
		{"empty members of the session", `{"sessionContext":{"sessionIssuer":{},"webIdFederationData":"","attributes":null}}`, U{}},
		{"text for an object", `{"sessionContext":"x"}`, U{Extra: map[string]json.RawMessage{"sessionContext": raw(`"x"`)}}},
		{"number for an object", `{"onBehalfOf":0}`, U{Extra: map[string]json.RawMessage{"onBehalfOf": raw(`0`)}}},
		{"boolean for an object", `{"inScopeOf":false}`, U{Extra: map[string]json.RawMessage{"inScopeOf": raw(`false`)}}},
		{"list for an object", `{"invokedByDelegate":[]}`, U{Extra: map[string]json.RawMessage{"invokedByDelegate": raw(`[]`)}}},
		{
			"wrong types inside the session",
			`{"sessionContext":{"sessionIssuer":[1],"webIdFederationData":7,"attributes":"x","sourceIdentity":{"a":1},"assumedRoot":"maybe"}}`,
			U{SessionContext: identity.SessionContext{Extra: map[string]json.RawMessage{
				"sessionIssuer": raw(`[1]`), "webIdFederationData": raw(`7`), "attributes": raw(`"x"`), "sourceIdentity": raw(`{"a":1}`), "assumedRoot": raw(`"maybe"`),
			}}},
		},
		{
			"booleans as booleans",
			`{"sessionContext":{"assumedRoot":true,"attributes":{"mfaAuthenticated":false,"sessionCredentialFromConsole":1}}}`,
			U{SessionContext: identity.SessionContext{
				AssumedRoot: identity.Yes,
				Attributes:  identity.SessionAttributes{MFAAuthenticated: identity.No, SessionCredentialFromConsole: identity.Yes},
			}},
		},
		{"boolean as nothing", `{"sessionContext":{"attributes":{"mfaAuthenticated":""}}}`, U{}},
		{
			"web identity attributes of any type",
			`{"sessionContext":{"webIdFederationData":{"attributes":{"a":"x","b":1.5,"c":["y"],"d":null}}}}`,
			U{SessionContext: identity.SessionContext{WebIDFederation: identity.WebIDFederation{
				Attributes: map[string]string{"a": "x", "b": "1.5", "c": `["y"]`, "d": ""},
			}}},
		},
		{
			"web identity attributes as text",
			`{"sessionContext":{"webIdFederationData":{"attributes":"x"}}}`,
			U{SessionContext: identity.SessionContext{WebIDFederation: identity.WebIDFederation{
				Extra: map[string]json.RawMessage{"attributes": raw(`"x"`)},
			}}},
		},

		{"last of duplicates", `{"userName":"kim","userName":"mira"}`, U{UserName: "mira"}},
		{"last of duplicates is empty", `{"userName":"kim","userName":null}`, U{}},
		{"last of duplicates makes no sense", `{"userName":"kim","userName":[]}`, U{Extra: map[string]json.RawMessage{"userName": raw(`[]`)}}},
		{"last of duplicates makes sense", `{"userName":[],"userName":"kim"}`, U{UserName: "kim"}},
		{"duplicate objects do not mix", `{"onBehalfOf":{"userId":"a"},"onBehalfOf":{"identityStoreArn":"b"}}`, U{OnBehalfOf: identity.OnBehalfOf{IdentityStoreARN: "b"}}},
		{"duplicate sessions do not mix", `{"sessionContext":{"sourceIdentity":"kim"},"sessionContext":{"ec2RoleDelivery":"2.0"}}`, U{SessionContext: identity.SessionContext{EC2RoleDelivery: "2.0"}}},
		{
			"duplicate web identity attributes do not mix",
			`{"sessionContext":{"webIdFederationData":{"attributes":{"a":"x"},"attributes":{"b":"y"}}}}`,
			U{SessionContext: identity.SessionContext{WebIDFederation: identity.WebIDFederation{Attributes: map[string]string{"b": "y"}}}},
		},
		{"duplicate object made empty", `{"onBehalfOf":{"userId":"a"},"onBehalfOf":{}}`, U{}},
		{"names are case-sensitive", `{"ARN":"x"}`, U{Extra: map[string]json.RawMessage{"ARN": raw(`"x"`)}}},
		{"escaped name and text", `{"user\u004eame":"mi\u0072a \ud83d\ude00"}`, U{UserName: "mira 😀"}},
		{"text that is not UTF-8", "{\"userName\":\"\xff\xfe\"}", U{UserName: "\ufffd\ufffd"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, parse(t, tt.json)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, in := range []string{
		``, ` `, `{`, `{}}`, `{} {}`, `null null`, `nul`, `"`, `"x" 1`, `{"type":}`, `{"type":"Root",}`, `{'type':'Root'}`, `[1`,
		`{"type":"Root","sessionContext":{"attributes":{"a":}}}`, `{"x":tru}`, "{\"userName\":\"\n\"}",
	} {
		if u, err := identity.Parse([]byte(in)); err == nil || !u.IsZero() {
			t.Errorf("Parse(%q) = %+v, %v, want the zero identity and an error", in, u, err)
		}
		var u identity.UserIdentity
		if err := u.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("UnmarshalJSON(%q) succeeded", in)
		}
	}
}

func TestUnknownMembersRoundTrip(t *testing.T) {
	const in = `{"type":"Root","sessionContext":{"sessionIssuer":{"x2":[1]},"webIdFederationData":{"x3":"<&>"},"attributes":{"mfaAuthenticated":true,"x4":{"a":1.50}},"x1":null},` +
		`"onBehalfOf":{"x5":1},"inScopeOf":{"x6":"é"},"invokedByDelegate":{"x7":[]},"a \"name\"":{"b":[{}]},"userName":[1]}`
	u := parse(t, in)
	if got := string(u.SessionContext.Attributes.Extra["x4"]); got != `{"a":1.50}` {
		t.Errorf("x4 = %s", got)
	}
	out, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	var want, got any
	if err := json.Unmarshal([]byte(in), &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMarshal(t *testing.T) {
	for _, tt := range []struct {
		name string
		u    identity.UserIdentity
		want string
	}{
		{"zero", identity.UserIdentity{}, `{}`},
		{"only extra", identity.UserIdentity{Extra: map[string]json.RawMessage{"b": nil, "a": json.RawMessage(`1`)}}, `{"a":1,"b":null}`},
		{"a field wins over extra", identity.UserIdentity{ARN: "x", Extra: map[string]json.RawMessage{"arn": json.RawMessage(`"y"`)}}, `{"arn":"x"}`},
		{
			"empty structs are left out",
			identity.UserIdentity{Type: "Root", SessionContext: identity.SessionContext{WebIDFederation: identity.WebIDFederation{Attributes: map[string]string{}}}},
			`{"type":"Root"}`,
		},
		{
			"tristates",
			identity.UserIdentity{SessionContext: identity.SessionContext{AssumedRoot: identity.Yes, Attributes: identity.SessionAttributes{MFAAuthenticated: identity.No}}},
			`{"sessionContext":{"attributes":{"mfaAuthenticated":false},"assumedRoot":true}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(tt.u)
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
	if _, err := json.Marshal(identity.UserIdentity{Extra: map[string]json.RawMessage{"a": json.RawMessage(`{`)}}); err == nil {
		t.Error("an Extra that is not JSON was written")
	}
}

func TestIsZero(t *testing.T) {
	if !(identity.UserIdentity{}).IsZero() {
		t.Error("the zero identity is not zero")
	}
	// Each member alone must make a difference, or MarshalJSON would leave it out.
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(full), &members); err != nil {
		t.Fatal(err)
	}
	var walk func(path []string, members map[string]json.RawMessage)
	walk = func(path []string, members map[string]json.RawMessage) {
		for name, value := range members {
			path := append(path[:len(path):len(path)], name)
			var inner map[string]json.RawMessage
			if json.Unmarshal(value, &inner) == nil {
				inner["unknown"] = json.RawMessage(`1`)
				walk(path, inner)
				continue
			}
			in := string(value)
			for i := len(path) - 1; i >= 0; i-- {
				in = `{"` + path[i] + `":` + in + `}`
			}
			u := parse(t, in)
			if u.IsZero() {
				t.Errorf("%s is zero", in)
			}
			out, err := json.Marshal(u)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(u, parse(t, string(out))); diff != "" {
				t.Errorf("%s does not survive being written (-want +got):\n%s", in, diff)
			}
		}
	}
	members["unknown"] = json.RawMessage(`1`)
	walk(nil, members)
}

func TestUnmarshalJSONCopies(t *testing.T) {
	raw := []byte(`{"userName":"mira","x":"keep"}`)
	var u identity.UserIdentity
	if err := u.UnmarshalJSON(raw); err != nil {
		t.Fatal(err)
	}
	clear(raw)
	if u.UserName != "mira" || string(u.Extra["x"]) != `"keep"` {
		t.Errorf("got %q and %q after the input changed", u.UserName, u.Extra["x"])
	}
}

// Extra shares memory with the record: adding to a value must not write into the record.
func TestExtraIsClipped(t *testing.T) {
	raw := []byte(`{"x":1,"y":2}`)
	u, err := identity.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(u.Extra["x"], "!!"...)
	if string(raw) != `{"x":1,"y":2}` {
		t.Errorf("the record became %s", raw)
	}
}

func TestUnmarshalInStruct(t *testing.T) {
	var record struct{ UserIdentity identity.UserIdentity }
	record.UserIdentity.UserName = "left over"
	if err := json.Unmarshal([]byte(`{"userIdentity":`+full+`}`), &record); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fullWant, record.UserIdentity); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCreationTime(t *testing.T) {
	want := time.Date(2026, 1, 5, 8, 0, 1, 0, time.UTC)
	for in, ok := range map[string]bool{
		"2026-01-05T08:00:01Z": true, "20260105T080001Z": true, "2026-01-05T09:00:01+01:00": true,
		"": false, "2026-01-05": false, "1767600001": false, "2026-13-05T08:00:01Z": false, "yesterday": false,
	} {
		got, gotOK := identity.SessionAttributes{CreationDate: in}.CreationTime()
		if gotOK != ok || ok && (got != want) || !ok && !got.IsZero() {
			t.Errorf("%q: %v, %v", in, got, gotOK)
		}
	}
}

func TestTypeKnown(t *testing.T) {
	for _, known := range []identity.Type{
		"Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount", "AWSService",
		"IdentityCenterUser", "SAMLUser", "WebIdentityUser", "Unknown",
	} {
		if !known.Known() {
			t.Errorf("%q is not known", known)
		}
	}
	for _, unknown := range []identity.Type{"", "root", "AssumedRoot"} {
		if unknown.Known() {
			t.Errorf("%q is known", unknown)
		}
	}
}

func TestParseDoesNotAllocate(t *testing.T) {
	for _, tt := range identities {
		raw := []byte(tt.json)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := identity.Parse(raw); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, tt := range identities {
		b.Run(tt.name, func(b *testing.B) {
			raw := []byte(tt.json)
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if _, err := identity.Parse(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
