package identity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/identity"
)

func TestARN(t *testing.T) {
	type parts struct{ Type, Path, Name, Session string }
	for _, tt := range []struct {
		arn  string
		want parts
	}{
		{"arn:aws:iam::210987654321:root", parts{"root", "/", "", ""}},
		{"arn:aws:iam::210987654321:user/mira", parts{"user", "/", "mira", ""}},
		{"arn:aws:iam::210987654321:user/eng/ops/mira", parts{"user", "/eng/ops/", "mira", ""}},
		{"arn:aws:iam::210987654321:role/batch", parts{"role", "/", "batch", ""}},
		{"arn:aws:iam::210987654321:role/app/web/web-node", parts{"role", "/app/web/", "web-node", ""}},
		{"arn:aws:iam::210987654321:role/service-role/fn-role", parts{"role", "/service-role/", "fn-role", ""}},
		{"arn:aws:iam::210987654321:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", parts{"role", "/aws-service-role/autoscaling.amazonaws.com/", "AWSServiceRoleForAutoScaling", ""}},
		{"arn:aws:iam::210987654321:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef", parts{"role", "/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_Dev_0123456789abcdef", ""}},
		{"arn:aws:iam::210987654321:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef", parts{"role", "/aws-reserved/sso.amazonaws.com/eu-west-1/", "AWSReservedSSO_Dev_0123456789abcdef", ""}},
		{"arn:aws:iam::210987654321:role/aws:ec2-instance", parts{"role", "/", "aws:ec2-instance", ""}},
		{"arn:aws:iam::aws:policy/job-function/Billing", parts{"policy", "/job-function/", "Billing", ""}},
		{"arn:aws:iam::210987654321:saml-provider/Corp", parts{"saml-provider", "/", "Corp", ""}},
		{"arn:aws:iam::210987654321:oidc-provider/token.example.org/tenant/1", parts{"oidc-provider", "/", "token.example.org/tenant/1", ""}},
		{"arn:aws:iam::210987654321:mfa/phone", parts{"mfa", "/", "phone", ""}},
		{"arn:aws:iam::210987654321:u2f/user/mira/key-1", parts{"u2f", "/", "user/mira/key-1", ""}},

		{"arn:aws:sts::210987654321:assumed-role/web-node/i-0a1b2c3d", parts{"assumed-role", "/", "web-node", "i-0a1b2c3d"}},
		{"arn:aws:sts::210987654321:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/kim@example.org", parts{"assumed-role", "/", "AWSReservedSSO_Dev_0123456789abcdef", "kim@example.org"}},
		{"arn:aws:sts::210987654321:assumed-role/aws:ec2-instance/i-0a1b2c3d", parts{"assumed-role", "/", "aws:ec2-instance", "i-0a1b2c3d"}},
		{"arn:aws:sts::210987654321:assumed-role/aws:ec2-infrastructure/i-0a1b2c3d", parts{"assumed-role", "/", "aws:ec2-infrastructure", "i-0a1b2c3d"}},
		{"arn:aws:sts::210987654321:assumed-role/web-node", parts{"assumed-role", "/", "web-node", ""}},
		{"arn:aws:sts::210987654321:assumed-role/web-node/", parts{"assumed-role", "/", "web-node", ""}},
		{"arn:aws:sts::210987654321:assumed-role/a/b/c", parts{"assumed-role", "/", "a", "b/c"}},
		{"arn:aws:sts::210987654321:federated-user/lee", parts{"federated-user", "/", "lee", ""}},

		{"arn:aws-cn:iam::210987654321:role/app/x", parts{"role", "/app/", "x", ""}},
		{"arn:aws-us-gov:iam::210987654321:user/x", parts{"user", "/", "x", ""}},
		{"arn:aws-iso:sts::210987654321:assumed-role/x/yy", parts{"assumed-role", "/", "x", "yy"}},
		{"arn:aws-iso-b:iam::210987654321:root", parts{"root", "/", "", ""}},
		{"arn:aws-iso-e:iam::210987654321:root", parts{"root", "/", "", ""}},
		{"arn:aws-iso-f:iam::210987654321:root", parts{"root", "/", "", ""}},
		{"arn:aws-eusc:iam::210987654321:root", parts{"root", "/", "", ""}},
		{"arn:mars:iam::210987654321:role/x", parts{"role", "/", "x", ""}},

		{"arn:aws:s3:::bucket", parts{"", "/", "bucket", ""}},
		{"arn:aws:s3:::bucket/a/b:c", parts{"", "/", "bucket/a/b:c", ""}},
		{"arn:aws:s3:eu-west-1:210987654321:accesspoint/logs", parts{"accesspoint", "/", "logs", ""}},
		{"arn:aws:sns:eu-west-1:210987654321:topic", parts{"", "/", "topic", ""}},
		{"arn:aws:sns:eu-west-1:210987654321:root", parts{"", "/", "root", ""}},
		{"arn:aws:lambda:eu-west-1:210987654321:function:resize-img:$LATEST", parts{"function", "/", "resize-img:$LATEST", ""}},
		{"arn:aws:identitystore::210987654321:identitystore/d-90670abcde", parts{"identitystore", "/", "d-90670abcde", ""}},
		{"arn:aws:signin:eu-west-1:345678901234:session/5f0c2d6e-1111-4222-8333-444455556666", parts{"session", "/", "5f0c2d6e-1111-4222-8333-444455556666", ""}},
		{"arn:aws:apigateway:eu-west-1::/restapis/a1", parts{"", "/", "restapis/a1", ""}},

		{"arn:aws:iam::210987654321:role/", parts{"role", "/", "", ""}},
		{"arn:aws:iam::210987654321:role/app/", parts{"role", "/app/", "", ""}},
		{"arn:aws:iam::210987654321:role//x", parts{"role", "//", "x", ""}},
		{"arn:aws:iam::210987654321:role:x", parts{"role", "/", "x", ""}},
		{"arn:aws:iam::210987654321:role", parts{"", "/", "role", ""}},
		{"arn:aws:iam:::/", parts{"", "/", "", ""}},
	} {
		t.Run(tt.arn, func(t *testing.T) {
			a, err := identity.ParseARN(tt.arn)
			if err != nil {
				t.Fatal(err)
			}
			if a.String() != tt.arn {
				t.Errorf("String() = %q", a)
			}
			got := parts{a.ResourceType(), a.Path(), a.Name(), a.SessionName()}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseARNFields(t *testing.T) {
	got, err := identity.ParseARN("arn:aws-cn:lambda:cn-north-1:012345678901:function:x:1")
	want := identity.ARN{Partition: "aws-cn", Service: "lambda", Region: "cn-north-1", AccountID: "012345678901", Resource: "function:x:1"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestParseARNErrors(t *testing.T) {
	for _, s := range []string{
		"", "arn", "arn:", "arn:aws", "arn:aws:iam", "arn:aws:iam::", "arn:aws:iam::210987654321", "arn:aws:iam::210987654321:",
		"arn::iam::210987654321:root", "arn:aws:::210987654321:root", "ARN:aws:iam::210987654321:root", " arn:aws:iam::210987654321:root",
		"210987654321:aws:ec2-instance:i-0a1b2c3d", "mira", "*", "null", ":::::", "urn:aws:iam::210987654321:root",
	} {
		if a, err := identity.ParseARN(s); !errors.Is(err, identity.ErrNotARN) || a != (identity.ARN{}) {
			t.Errorf("ParseARN(%q) = %+v, %v, want ErrNotARN", s, a, err)
		}
	}
}

func TestZeroARN(t *testing.T) {
	var a identity.ARN
	if a.String() != "" || a.ResourceType() != "" || a.Name() != "" || a.Path() != "/" || a.SessionName() != "" {
		t.Errorf("the zero ARN says %q %q %q %q %q", a, a.ResourceType(), a.Name(), a.Path(), a.SessionName())
	}
}

func FuzzParseARN(f *testing.F) {
	f.Add("arn:aws:iam::210987654321:role/app/web/web-node")
	f.Add("arn:aws:sts::210987654321:assumed-role/aws:ec2-instance/i-0a1b2c3d")
	f.Add("arn:aws:iam::1:role:/x")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := identity.ParseARN(s)
		if err == nil && a.String() != s {
			t.Errorf("%q became %q", s, a)
		}
		if p := a.Path(); p[0] != '/' || p[len(p)-1] != '/' {
			t.Errorf("%q: path %q", s, p)
		}
		_, _, _ = a.ResourceType(), a.Name(), a.SessionName()
	})
}
