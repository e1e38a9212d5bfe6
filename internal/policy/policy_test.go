package policy_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/policy"
)

// document parses a policy with the statements, which are JSON.
func document(t testing.TB, statements ...string) *policy.Document {
	t.Helper()
	d, ok := policy.Parse(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	if !ok {
		t.Fatalf("no policy: %s", statements)
	}
	return d
}

const denyAll = `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`

func TestParseForms(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":{"Sid":"a b+c","Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}}`
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	encoded := url.QueryEscape(text) // a space is +
	forms := map[string]any{
		"object":              tree,
		"text":                text,
		"text with space":     "\ufeff\n " + text + "\n",
		"encoded with +":      encoded,
		"encoded with %20":    strings.ReplaceAll(encoded, "+", "%20"),
		"path-encoded":        url.PathEscape(text),
		"encoded twice":       url.QueryEscape(encoded),
		"quotes encoded only": strings.NewReplacer(`"`, "%22", "+", "%2B").Replace(text),
		"JSON string":         string(quoted),
		"encoded JSON string": url.QueryEscape(string(quoted)),
		"single statement":    tree.(map[string]any)["Statement"],
	}
	for name, v := range forms {
		t.Run(name, func(t *testing.T) {
			d, ok := policy.Parse(v)
			if !ok || !d.AllowsPublic() || !d.Allows("s3:GetObject") {
				t.Fatalf("ok %v, public %v, allows %v", ok, d.AllowsPublic(), d.Allows("s3:GetObject"))
			}
			var sid any
			if s, _ := d.Statements()[0].(map[string]any); s != nil {
				sid = s["Sid"]
			}
			if name != "path-encoded" && sid != "a b+c" { // PathEscape leaves the plus sign as it is
				t.Errorf("Sid is %q", sid)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	deep := `{"Statement":[],"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`
	for name, v := range map[string]any{
		"null":                   nil,
		"empty text":             "",
		"bool":                   true,
		"number":                 json.Number("1"),
		"list":                   []any{},
		"empty object":           map[string]any{},
		"no statement":           `{"Version":"2012-10-17"}`,
		"statement is text":      `{"Statement":"Allow"}`,
		"text of a list":         `[{"Effect":"Allow"}]`,
		"broken JSON":            `{"Statement":[}`,
		"broken JSON string":     `"{`,
		"trailing text":          `{"Statement":[]} x`,
		"no JSON":                "private",
		"bad escape":             "%7B%",
		"encoded nonsense":       "%41%42",
		"escapes without an end": `"` + strings.Repeat(`\"`, 3) + `"`,
		"too deep":               deep,
		"too long":               `{"Statement":[],"x":"` + strings.Repeat("x", 1<<20) + `"}`,
		"encoded four times":     url.QueryEscape(url.QueryEscape(url.QueryEscape(url.QueryEscape(`{"Statement":[]}`)))),
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := policy.Parse(v)
			if ok {
				t.Error("taken for a policy")
			}
			if d == nil || d.AllowsPublic() || d.AllowsAll() || d.Allows("*") || d.Principals() != nil || d.Statements() != nil || d.AllowsOutside() {
				t.Error("what is no policy grants something")
			}
		})
	}
}

func TestParseTakes(t *testing.T) {
	for name, v := range map[string]string{
		"no statements":    `{"Statement":[]}`,
		"nested to limit":  `{"Statement":[],"x":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}`,
		"braces in text":   `{"Statement":[],"x":"` + strings.Repeat(`{[\"`, 100) + `"}`,
		"odd statements":   `{"Statement":[1,null,"Allow",{"Effect":3},{}]}`,
		"the last counts":  `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}],"Statement":[]}`,
		"effect misspelt":  `{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"},{"Effect":"ALLOW","Action":"*","Resource":"*"},{"effect":"Allow","Action":"*","Resource":"*"}]}`,
		"element misspelt": `{"Statement":[{"Effect":"Allow","action":"*","resource":"*"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := policy.Parse(v)
			if !ok {
				t.Fatal("not taken for a policy")
			}
			if d.AllowsAllActions() || d.AllowsAll() || d.Allows("s3:GetObject") {
				t.Error("grants something")
			}
		})
	}
}

func TestTreesOfEveryNumberType(t *testing.T) {
	for name, account := range map[string]any{"int64": int64(210987654321), "float64": 210987654321.0, "number": json.Number("210987654321")} {
		t.Run(name, func(t *testing.T) {
			d, _ := policy.Parse(map[string]any{"Statement": map[string]any{"Effect": "Allow", "Action": "s3:*", "Principal": map[string]any{"AWS": account}}})
			if diff := cmp.Diff([]string{"210987654321"}, d.PrincipalAccounts()); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllowsPublic(t *testing.T) {
	allow := func(rest string) string {
		return `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*",` + rest + `}`
	}
	tests := []struct {
		name       string
		statements []string
		want       bool
	}{
		{"star", []string{allow(`"Principal":"*"`)}, true},
		{"AWS star", []string{allow(`"Principal":{"AWS":"*"}`)}, true},
		{"AWS list with star", []string{allow(`"Principal":{"AWS":["210987654321","*"]}`)}, true},
		{"list with star", []string{allow(`"Principal":["*"]`)}, true},
		{"not principal", []string{allow(`"NotPrincipal":{"AWS":"210987654321"}`)}, true},
		{"not principal star", []string{allow(`"NotPrincipal":"*"`)}, false},
		{"account", []string{allow(`"Principal":{"AWS":"210987654321"}`)}, false},
		{"service star", []string{allow(`"Principal":{"Service":"*"}`)}, false},
		{"service", []string{allow(`"Principal":{"Service":"sns.amazonaws.com"}`)}, false},
		{"no principal", []string{allow(`"Sid":"a"`)}, false},
		{"null principal", []string{allow(`"Principal":null`)}, false},
		{"empty condition", []string{allow(`"Principal":"*","Condition":{}`)}, true},
		{"deny to everybody", []string{`{"Effect":"Deny","Action":"s3:GetObject","Resource":"*","Principal":"*"}`}, false},
		{"second statement", []string{allow(`"Principal":{"AWS":"210987654321"}`), allow(`"Principal":"*"`)}, true},

		{"undone", []string{allow(`"Principal":"*"`), denyAll}, false},
		{"undone by one before", []string{denyAll, allow(`"Principal":"*"`)}, false},
		{"undone by what covers it", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["s3:Put*","S3:GET*"],"Resource":["arn:aws:s3:::site","arn:aws:s3:::site/*"]}`}, false},
		{"not undone: action", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}`}, true},
		{"not undone: resource", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::site/private/*"}`}, true},
		{"not undone: condition", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`}, true},
		{"not undone: unreadable condition", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":"x"}`}, true},
		{"not undone: unreadable operator", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":"x"}}`}, true},
		{"not undone: somebody", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":{"AWS":"210987654321"},"Action":"*","Resource":"*"}`}, true},
		{"not undone: all but somebody", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","NotPrincipal":{"AWS":"210987654321"},"Action":"*","Resource":"*"}`}, true},
		{"not undone: nobody", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Action":"*","Resource":"*"}`}, true},
		{"not undone: not resource", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::other"}`}, true},
		{"not undone: case of resource", []string{allow(`"Principal":"*"`), `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::SITE/*"}`}, true},
		{"not undone: question mark for star", []string{`{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"s3:Get?","Resource":"*"}`}, true},
		{"undone: the same with question mark", []string{`{"Effect":"Allow","Principal":"*","Action":"s3:Get?*","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"s3:Get?*","Resource":"*"}`}, false},
		{"not undone: one action of two", []string{`{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}`}, true},
		{"undone by two", []string{`{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","NotAction":["s3:GetObject","iam:*"],"Resource":"*"}`}, false},
		{"trust policy", []string{`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`}, true},
		{"trust policy undone", []string{`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, `{"Effect":"Deny","Principal":"*","Action":"sts:*"}`}, false},
		{"trust policy, deny of one resource", []string{`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, `{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"arn:aws:iam::210987654321:role/x"}`}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := document(t, test.statements...)
			if got := d.AllowsPublic(); got != test.want {
				t.Errorf("AllowsPublic() = %v, want %v", got, test.want)
			}
			if test.want && !d.AllowsOutside("210987654321") {
				t.Error("public, and yet AllowsOutside is false")
			}
		})
	}
}

func TestConditionsThatRestrict(t *testing.T) {
	tests := []struct {
		condition string
		public    bool
	}{
		{`{"StringEquals":{"aws:SourceAccount":"210987654321"}}`, false},
		{`{"StringEquals":{"AWS:sourceaccount":"210987654321"}}`, false},
		{`{"stringequals":{"aws:SourceAccount":["210987654321","345678901234"]}}`, false},
		{`{"StringEquals":{"aws:SourceAccount":["210987654321","*"]}}`, true},
		{`{"StringEquals":{"aws:SourceAccount":[]}}`, true},
		{`{"StringEquals":{"aws:SourceAccount":""}}`, true},
		{`{"StringEquals":{"aws:SourceAccount":{"a":"b"}}}`, true},
		{`{"StringEquals":{"aws:SourceAccount":["210987654321",{"a":"b"}]}}`, true},
		{`{"StringEquals":"aws:SourceAccount"}`, true},
		{`{"StringEquals":{"aws:SourceAccount":210987654321}}`, false},
		{`{"StringLike":{"aws:SourceAccount":"*"}}`, true},
		{`{"StringLike":{"aws:SourceAccount":"2109876*"}}`, true},
		{`{"StringNotEquals":{"aws:SourceAccount":"210987654321"}}`, true},
		{`{"StringEqualsIfExists":{"aws:SourceAccount":"210987654321"}}`, true},
		{`{"ForAllValues:StringEquals":{"aws:SourceAccount":"210987654321"}}`, true},
		{`{"ForAnyValue:StringEquals":{"aws:SourceAccount":"210987654321"}}`, false},
		{`{"StringEquals":{"aws:SourceAccount":"${aws:PrincipalAccount}"}}`, true},
		{`{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}`, false},
		{`{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}`, false},
		{`{"StringEquals":{"aws:ResourceAccount":"210987654321"}}`, true},
		{`{"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}}`, false},
		{`{"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}`, false},
		{`{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, false},
		{`{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`, true},
		{`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}}`, false},
		{`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*","o-*/r-ab12/"]}}`, true},
		{`{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/ops"}}`, false},
		{`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/*"}}`, false},
		{`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/ops"}}`, true},
		{`{"StringLike":{"aws:PrincipalArn":"*"}}`, true},
		{`{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:210987654321:orders"}}`, false},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:210987654321:*"}}`, false},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:site"}}`, false},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::site/*"}}`, false},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}`, true},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:orders"}}`, true},
		{`{"ArnLike":{"aws:SourceArn":"arn:*"}}`, true},
		{`{"ArnLikeIfExists":{"aws:SourceArn":"arn:aws:sns:us-east-1:210987654321:orders"}}`, true},
		{`{"ArnNotLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:210987654321:orders"}}`, true},
		{`{"StringEquals":{"aws:SourceVpce":"vpce-0a1b2c3d"}}`, false},
		{`{"StringEquals":{"aws:SourceVpc":["vpc-0a1b2c3d","vpc-0a1b2c3e"]}}`, false},
		{`{"StringLike":{"aws:SourceVpc":"vpc-*"}}`, true},
		{`{"Null":{"aws:SourceVpc":"false"}}`, true},
		{`{"StringEquals":{"aws:userid":"AROA5SYNTHROLE0000001:kim"}}`, false},
		{`{"StringLike":{"aws:userid":"AROA5SYNTHROLE0000001:*"}}`, true},
		{`{"StringEquals":{"aws:PrincipalServiceName":"cloudtrail.amazonaws.com"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":["192.0.2.7","2001:db8::1"]}}`, false},
		{`{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"::/0"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":"10.0.0.0/7"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":"2001:d00::/24"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"fc00::/7"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":"fc00::/6"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"::ffff:10.0.0.0/104"}}`, false},
		{`{"IpAddress":{"aws:SourceIp":"::ffff:0.0.0.0/96"}}`, true},
		{`{"IpAddress":{"aws:SourceIp":"office"}}`, true},
		{`{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`, true},
		{`{"StringEquals":{"aws:SourceIp":"192.0.2.0/24"}}`, true},
		{`{"IpAddress":{"aws:VpcSourceIp":"10.0.0.0/8"}}`, true},
		{`{"IpAddress":{"aws:SourceAccount":"210987654321"}}`, true},
		{`{"StringEquals":{"kms:CallerAccount":"210987654321","kms:ViaService":"s3.us-east-1.amazonaws.com"}}`, false},
		{`{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}}`, true},
		{`{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}`, true},
		{`{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}`, false},
		{`{"StringEquals":{"s3:DataAccessPointAccount":"210987654321"}}`, false},
		{`{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:210987654321:accesspoint/*"}}`, false},
		{`{"Bool":{"elasticfilesystem:AccessedViaMountTarget":"true"}}`, false},
		{`{"Bool":{"elasticfilesystem:AccessedViaMountTarget":true}}`, false},
		{`{"Bool":{"elasticfilesystem:AccessedViaMountTarget":"false"}}`, true},
		{`{"Bool":{"aws:SecureTransport":"true"}}`, true},
		{`{"StringEquals":{"aws:UserAgent":"a","sts:ExternalId":"b","aws:PrincipalTag/team":"c"}}`, true},
		{`{"StringLike":{"aws:Referer":"https://example.org/*"},"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`, false},
		{`"x"`, true},
	}
	for _, test := range tests {
		t.Run(test.condition, func(t *testing.T) {
			d := document(t, `{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*","Condition":`+test.condition+`}`)
			if got := d.AllowsPublic(); got != test.public {
				t.Errorf("AllowsPublic() = %v, want %v", got, test.public)
			}
		})
	}
}

func TestAllowsAll(t *testing.T) {
	type answer struct{ Actions, Resources, All bool }
	tests := []struct {
		name       string
		statements []string
		want       answer
	}{
		{"administrator", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`}, answer{true, true, true}},
		{"lists", []string{`{"Effect":"Allow","Action":["s3:*","*"],"Resource":["arn:aws:s3:::x","*"]}`}, answer{true, true, true}},
		{"*:*", []string{`{"Effect":"Allow","Action":"*:*","Resource":"arn:aws:*:*:*:*"}`}, answer{true, true, true}},
		{"**", []string{`{"Effect":"Allow","Action":"**","Resource":"**"}`}, answer{true, true, true}},
		{"?*:*?", []string{`{"Effect":"Allow","Action":"?*:*?","Resource":"?*"}`}, answer{true, true, true}},
		{"arn:*", []string{`{"Effect":"Allow","Action":"???*","Resource":"arn:*"}`}, answer{false, true, false}},
		{"arn:aws:*", []string{`{"Effect":"Allow","Action":"*:*:*","Resource":"arn:aws:*"}`}, answer{false, true, false}},
		{"one service", []string{`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}`}, answer{false, false, false}},
		{"any service's get", []string{`{"Effect":"Allow","Action":"*:Get*","Resource":"*"}`}, answer{false, true, false}},
		{"account's resources", []string{`{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:210987654321:*"}`}, answer{true, false, false}},
		{"word arn", []string{`{"Effect":"Allow","Action":"*","Resource":"arn"}`}, answer{true, false, false}},
		{"two statements", []string{`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::x"}`, `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`}, answer{true, true, false}},
		{"not action", []string{`{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}`}, answer{true, true, true}},
		{"not action all", []string{`{"Effect":"Allow","NotAction":"*","Resource":"*"}`}, answer{false, true, false}},
		{"not resource", []string{`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x"}`}, answer{true, true, true}},
		{"not resource all", []string{`{"Effect":"Allow","Action":"*","NotResource":"*"}`}, answer{true, false, false}},
		{"no resource", []string{`{"Effect":"Allow","Action":"*","Principal":"*"}`}, answer{true, false, false}},
		{"no action", []string{`{"Effect":"Allow","Resource":"*"}`}, answer{false, false, false}},
		{"empty action", []string{`{"Effect":"Allow","Action":[],"Resource":"*"}`}, answer{false, false, false}},
		{"null elements", []string{`{"Effect":"Allow","Action":null,"Resource":null}`}, answer{false, false, false}},
		{"condition", []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`}, answer{true, true, false}},
		{"empty operator", []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{}}}`}, answer{true, true, true}},
		{"only deny", []string{`{"Effect":"Deny","Action":"*","Resource":"*"}`}, answer{false, false, false}},
		{"undone", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":"*","Resource":"*"}`}, answer{false, false, false}},
		{"undone for everybody", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, denyAll}, answer{false, false, false}},
		{"partly undone", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`}, answer{true, true, true}},
		{"not action undone", []string{`{"Effect":"Allow","NotAction":"iam:*","NotResource":"x"}`, `{"Effect":"Deny","Action":"*","Resource":"*"}`}, answer{false, false, false}},
		{"not resource, deny without resource", []string{`{"Effect":"Allow","Action":"*","NotResource":"x"}`, `{"Effect":"Deny","Action":"*"}`}, answer{true, true, true}},
		{"long patterns match nothing", []string{`{"Effect":"Allow","Action":"` + strings.Repeat("*", 5000) + `","Resource":"*"}`}, answer{false, false, false}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := document(t, test.statements...)
			got := answer{d.AllowsAllActions(), d.AllowsAllResources(), d.AllowsAll()}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllows(t *testing.T) {
	tests := []struct {
		name       string
		statements []string
		action     string
		want       bool
	}{
		{"exact", []string{`{"Effect":"Allow","Action":"iam:PassRole","Resource":"x"}`}, "iam:PassRole", true},
		{"case", []string{`{"Effect":"Allow","Action":"IAM:passrole","Resource":"x"}`}, "iam:PassRole", true},
		{"other", []string{`{"Effect":"Allow","Action":["iam:PassRole"],"Resource":"x"}`}, "iam:PassRoles", false},
		{"star", []string{`{"Effect":"Allow","Action":["s3:*","iam:Pass*"],"Resource":"x"}`}, "iam:PassRole", true},
		{"question mark", []string{`{"Effect":"Allow","Action":"iam:?assRole","Resource":"x"}`}, "iam:PassRole", true},
		{"everything", []string{`{"Effect":"Allow","Action":"*","Resource":"x"}`}, "iam:PassRole", true},
		{"condition", []string{`{"Effect":"Allow","Action":"*","Resource":"x","Condition":{"StringEquals":{"a":"b"}}}`}, "iam:PassRole", true},
		{"not action", []string{`{"Effect":"Allow","NotAction":"s3:*","Resource":"x"}`}, "iam:PassRole", true},
		{"not action hits", []string{`{"Effect":"Allow","NotAction":["s3:*","iam:Pass*"],"Resource":"x"}`}, "iam:PassRole", false},
		{"not action too long to read", []string{`{"Effect":"Allow","NotAction":"` + strings.Repeat("a", 5000) + `","Resource":"x"}`}, "iam:PassRole", false},
		{"pattern granted", []string{`{"Effect":"Allow","Action":"iam:*","Resource":"x"}`}, "iam:Pass*", true},
		{"pattern granted in part", []string{`{"Effect":"Allow","Action":"iam:PassRole","Resource":"x"}`}, "iam:*", false},
		{"pattern and not action", []string{`{"Effect":"Allow","NotAction":"s3:*","Resource":"x"}`}, "iam:*", true},
		{"pattern and not action that overlaps", []string{`{"Effect":"Allow","NotAction":"iam:P*","Resource":"x"}`}, "iam:*", false},
		{"pattern inside a not action", []string{`{"Effect":"Allow","NotAction":"iam:*","Resource":"x"}`}, "iam:Pass*", false},
		{"everything of everything", []string{`{"Effect":"Allow","Action":"*","Resource":"x"}`}, "*:*", true},
		{"no action asked for", []string{`{"Effect":"Allow","Action":"*","Resource":"x"}`}, "", false},
		{"denied", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`}, "iam:PassRole", false},
		{"another denied", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`}, "iam:PassRole", true},
		{"denied on the resource", []string{`{"Effect":"Allow","Action":"*","Resource":["a/b","a/c"]}`, `{"Effect":"Deny","Action":"iam:*","Resource":"a/*"}`}, "iam:PassRole", false},
		{"denied on another", []string{`{"Effect":"Allow","Action":"*","Resource":["a/b","b/c"]}`, `{"Effect":"Deny","Action":"iam:*","Resource":"a/*"}`}, "iam:PassRole", true},
		{"denied under a condition", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:MultiFactorAuthPresent":"true"}}}`}, "iam:PassRole", true},
		{"denied but for others", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}`}, "iam:PassRole", false},
		{"spared by the deny", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}`}, "iam:PassRole", true},
		{"deny too long to read", []string{`{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Deny","NotAction":"` + strings.Repeat("a", 5000) + `","Resource":"*"}`}, "iam:PassRole", true},
		{"trust policy", []string{`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}`}, "sts:AssumeRole", true},
		{"nothing", nil, "sts:AssumeRole", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := document(t, test.statements...).Allows(test.action); got != test.want {
				t.Errorf("Allows(%q) = %v, want %v", test.action, got, test.want)
			}
		})
	}
}

func TestPrincipals(t *testing.T) {
	d := document(t,
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["arn:aws:iam::345678901234:root","210987654321","AROA5SYNTHROLE0000001"],"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}}`,
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"210987654321","Federated":"arn:aws:iam::567890123456:saml-provider/idp","CanonicalUser":"79a59df9"}}`,
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":["arn:aws:iam::cloudfront:user/x",""]}`,
		`{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":{"AWS":"111111111111"}}`,
		`{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"222222222222"}}`)
	want := []string{"*", "210987654321", "79a59df9", "AROA5SYNTHROLE0000001", "arn:aws:iam::345678901234:root",
		"arn:aws:iam::567890123456:saml-provider/idp", "arn:aws:iam::cloudfront:user/x", "ec2.amazonaws.com", "lambda.amazonaws.com"}
	if diff := cmp.Diff(want, d.Principals()); diff != "" {
		t.Errorf("Principals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"210987654321", "345678901234", "567890123456"}, d.PrincipalAccounts()); diff != "" {
		t.Errorf("PrincipalAccounts (-want +got):\n%s", diff)
	}
	if got := len(d.Statements()); got != 5 {
		t.Errorf("%d statements, want 5", got)
	}
}

func TestAllowsOutside(t *testing.T) {
	allow := func(rest string) string { return `{"Effect":"Allow","Action":"sts:AssumeRole",` + rest + `}` }
	tests := []struct {
		name, statement string
		want            bool
	}{
		{"own account", allow(`"Principal":{"AWS":"210987654321"}`), false},
		{"own role", allow(`"Principal":{"AWS":"arn:aws:iam::210987654321:role/ops"}`), false},
		{"second of ours", allow(`"Principal":{"AWS":"arn:aws:sts::345678901234:assumed-role/ops/kim"}`), false},
		{"other account", allow(`"Principal":{"AWS":["210987654321","567890123456"]}`), true},
		{"other role", allow(`"Principal":{"AWS":"arn:aws:iam::567890123456:role/ops"}`), true},
		{"other role under a condition", allow(`"Principal":{"AWS":"arn:aws:iam::567890123456:role/ops"},"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), true},
		{"any account", allow(`"Principal":{"AWS":"arn:aws:iam::*:root"}`), true},
		{"service", allow(`"Principal":{"Service":"ec2.amazonaws.com"}`), false},
		{"identity provider", allow(`"Principal":{"Federated":"arn:aws:iam::567890123456:saml-provider/idp"}`), false},
		{"deleted role", allow(`"Principal":{"AWS":"AROA5SYNTHROLE0000001"}`), false},
		{"origin access identity", allow(`"Principal":{"AWS":"arn:aws:iam::cloudfront:user/x"}`), false},
		{"no principal", allow(`"Resource":"*"`), false},
		{"everybody", allow(`"Principal":"*"`), true},
		{"everybody of our organization", allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`), false},
		{"everybody of our account", allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"210987654321"}}`), false},
		{"everybody of another account", allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"567890123456"}}`), true},
		{"everybody of one of two", allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":["210987654321","567890123456"]}}`), true},
		{"topic of another account", allow(`"Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:567890123456:*"}}`), true},
		{"our topic", allow(`"Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:210987654321:*"}}`), false},
		{"bucket of somebody", allow(`"Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*:*:site"}}`), false},
		{"key of both", allow(`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"210987654321"},"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:567890123456:*"}}`), false},
		{"deny", `{"Effect":"Deny","Principal":{"AWS":"567890123456"},"Action":"*"}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := document(t, test.statement).AllowsOutside("210987654321", "345678901234"); got != test.want {
				t.Errorf("AllowsOutside() = %v, want %v", got, test.want)
			}
		})
	}
}
