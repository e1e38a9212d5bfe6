package policy_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/policy"
)

// answers is what every question answers.
type answers struct {
	Public, AllActions, AllResources, All, PassRole, IAM, Outside bool
	Principals, Accounts                                          []string
}

func ask(d *policy.Document) answers {
	return answers{
		d.AllowsPublic(), d.AllowsAllActions(), d.AllowsAllResources(), d.AllowsAll(), d.Allows("iam:PassRole"), d.Allows("iam:*"),
		d.AllowsOutside("210987654321"), d.Principals(), d.PrincipalAccounts(),
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"Statement":{"Effect":"Allow","Principal":{"AWS":["*","arn:aws:iam::210987654321:root"]},"Action":["s3:*","*:*"],"Resource":"arn:*","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:s3:::a*"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","::/0"]}}}}`)
	f.Add(`{"Statement":[{"Effect":"Allow","NotAction":"iam:?*","NotResource":"x","NotPrincipal":"y"},{"Effect":"Deny","NotAction":["s3:*"],"Resource":["a","*"]}]}`)
	f.Add(`{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`)
	f.Add(`%257B%2522Statement%2522%253A%255B%255D%257D`)
	f.Add(`"{\"Statement\":[]}"`)
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := policy.Parse(text)
		got := ask(d)
		if !ok {
			if diff := cmp.Diff(answers{}, got); diff != "" {
				t.Fatalf("no policy, and yet:\n%s", diff)
			}
			return
		}
		if got.All && !(got.AllActions && got.AllResources) || got.Public && !got.Outside {
			t.Fatalf("answers contradict each other: %+v", got)
		}
		if again := ask(d); !cmp.Equal(got, again) {
			t.Fatalf("asked again:\n%s", cmp.Diff(got, again))
		}

		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var tree map[string]any
		if decoder.Decode(&tree) != nil {
			return // encoded
		}
		same := func(form string, v any) {
			t.Helper()
			d, ok := policy.Parse(v)
			if diff := cmp.Diff(got, ask(d)); !ok || diff != "" {
				t.Fatalf("as %s: ok %v\n%s", form, ok, diff)
			}
		}
		same("tree", tree)
		if len(text) < 10_000 {
			same("encoded", url.QueryEscape(text))
			same("encoded twice", url.QueryEscape(url.QueryEscape(text)))
		}

		// Deny statements for everybody and for identities leave nothing of any document.
		statements := append([]any{}, d.Statements()...)
		for _, principal := range []any{"*", nil} {
			statements = append(statements, map[string]any{"Effect": "Deny", "Principal": principal, "Action": "*", "Resource": "*"})
		}
		d, _ = policy.Parse(map[string]any{"Statement": statements})
		if rest := ask(d); rest.Public || rest.All || rest.PassRole || rest.IAM {
			var b bytes.Buffer
			_ = json.NewEncoder(&b).Encode(statements)
			t.Fatalf("after Deny of everything: %+v\n%s", rest, b.String())
		}
	})
}

// Many grants against many Deny statements, with patterns that are slow to compare.
func TestTimeIsBounded(t *testing.T) {
	start := time.Now()
	slow := "s3:*" + strings.Repeat("?a", 100) + "b*"
	var statements []any
	for range 500 {
		statements = append(statements,
			map[string]any{"Effect": "Allow", "Action": "s3:" + strings.Repeat("a", 300), "Resource": "*"},
			map[string]any{"Effect": "Deny", "Action": slow, "Resource": "*"})
	}
	d, ok := policy.Parse(map[string]any{"Statement": statements})
	if !ok || !d.Allows("s3:"+strings.Repeat("a", 300)) {
		t.Error("not allowed")
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func BenchmarkParse(b *testing.B) {
	const text = `{"Version":"2012-10-17","Statement":[{"Sid":"read","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::site","arn:aws:s3:::site/*"],"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		b.Fatal(err)
	}
	for name, v := range map[string]any{"tree": tree, "text": text, "encoded": url.QueryEscape(text)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d, _ := policy.Parse(v); d.AllowsPublic() || d.AllowsAll() {
					b.Fatal("public")
				}
			}
		})
	}
}
