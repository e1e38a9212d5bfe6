package celenv_test

import (
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// full is a record in which the tests below find something of every kind.
const full = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROA5SYNTHROLE000001:lee","arn":"arn:aws:sts::210987654321:assumed-role/web-node/lee","accountId":"210987654321","accessKeyId":"ASIA5SYNTHEC20000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHROLE000001","arn":"arn:aws:iam::210987654321:role/app/web/web-node","accountId":"210987654321","userName":"web-node"},"attributes":{"creationDate":"2026-01-05T07:30:00Z","mfaAuthenticated":"false"}}},
"eventTime":"2026-01-05T09:15:00Z","eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.30.0 Python/3","errorCode":"Client.UnauthorizedOperation",
"requestParameters":{"n":5,"f":2.5,"big":18446744073709551615,"text":"14","t":"hello","yes":true,"no":false,"yesText":"true","nothing":null,"empty":"","one":{"a":{"b":"deep"}},"x-amz-acl":"public-read","list":[1,"two",3.0,{"k":"v"}],"emptyList":[],"groupId":"sg-1",
"ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":20,"toPort":30,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]},"role":"arn:aws:iam::345678901234:role/x/deploy"},
"responseElements":null,"readOnly":false,"resources":[{"ARN":"arn:aws:s3:::b/k","type":"AWS::S3::Object"},{"ARN":"arn:aws:s3:::b","accountId":"210987654321","type":"AWS::S3::Bucket"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321"}`

func eval(t *testing.T, record, src string) celenv.Value {
	t.Helper()
	ev, err := event.Parse([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	p, issues := celenv.Compile(src, celenv.Scope{}, false)
	if issues != nil {
		t.Fatalf("%s: %v", src, issues)
	}
	lists := make([]*celenv.List, len(p.Lists()))
	for i := range lists {
		lists[i] = celenv.NewList([]string{"198.51.100.0/24", "web-node", "ec2.amazonaws.com"})
	}
	var f celenv.Frame
	f.Reset(ev)
	v, err := p.Eval(&f, &celenv.Bindings{Lists: lists})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return v
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		src  string
		want bool
	}{
		// Typed members.
		{`event.eventName == "AuthorizeSecurityGroupIngress"`, true},
		{`event.eventName != "x"`, true},
		{`event.eventSource in ["s3.amazonaws.com", "ec2.amazonaws.com"]`, true},
		{`event.userAgent.startsWith("aws-cli/") && event.awsRegion.endsWith("-1")`, true},
		{`event.errorCode.contains("Unauthorized")`, true},
		{`event.errorMessage == "" && !has(event.errorMessage) && has(event.errorCode)`, true},
		{`event.readOnly || !event.managementEvent`, false},
		{`has(event.readOnly) && !has(event.omitted) && !event.omitted`, true},
		{`event.userIdentity.sessionContext.sessionIssuer.userName == "web-node"`, true},
		{`has(event.userIdentity.sessionContext) && !has(event.userIdentity.onBehalfOf)`, true},
		{`event.resources.exists(r, r.type == "AWS::S3::Object" && !has(r.accountId))`, true},
		{`event.resources.all(r, r.ARN.startsWith("arn:aws:s3"))`, true},
		{`event.resources.exists_one(r, has(r.accountId))`, true},
		{`event.eventTime < timestamp("2026-01-05T10:00:00Z") && event.eventTime.getHours("Asia/Tokyo") == 18`, true},
		{`event.eventTime - duration("1h") == timestamp("2026-01-05T08:15:00Z")`, true},
		{`actor.kind == "role" && actor.isRole && actor.arn == "arn:aws:iam::210987654321:role/app/web/web-node"`, true},
		{`actor.sessionName == "lee" && actor.mfa == "no"`, true},

		// Free-form members.
		{`event.requestParameters.n == 5 && event.requestParameters.n == 5.0 && event.requestParameters.n > 4.5`, true},
		{`event.requestParameters.big > 9223372036854775807`, true},
		{`event.requestParameters.text == 14`, false},
		{`event.requestParameters.text.num() == 14 && event.requestParameters.n.str() == "5"`, true},
		{`event.requestParameters.yes`, true},
		{`event.requestParameters.yesText`, false},
		{`event.requestParameters.yesText.bool() && !event.requestParameters.no`, true},
		{`event.requestParameters["x-amz-acl"] == "public-read"`, true},
		{`event.requestParameters.one.a.b == "deep" && has(event.requestParameters.one.a.b)`, true},
		{`event.requestParameters.list[1] == "two" && event.requestParameters.list[3].k == "v"`, true},
		{`"two" in event.requestParameters.list && 3 in event.requestParameters.list && "n" in event.requestParameters`, true},
		{`size(event.requestParameters.list) == 4 && event.requestParameters.t.size() == 5`, true},
		{`event.requestParameters.list == [1, "two", 3, {"k": "v"}]`, true},
		{`event.requestParameters.list.map(x, x)[0] == 1`, true},
		{`event.requestParameters.list.exists(params, params.k == "v")`, true}, // a loop's variable hides the rule's parameters
		{`event.requestParameters.list.filter(x, x == "two").size() == 1`, true},
		{`event.requestParameters.t.matches("^h.l+o$") && !event.requestParameters.t.matches("^x")`, true},
		{`event.requestParameters.t.list() == ["hello"] && event.requestParameters.list.list().size() == 4`, true},
		{`event.requestParameters.nothing.list() == []`, true},
		{`(event.requestParameters.n > 3 ? "a" : "b") == "a"`, true},
		{`event.requestParameters.n + 1 == 6 && event.requestParameters.n * 2 - 1 == 9 && -event.requestParameters.n == -5`, true},
		{`event.requestParameters.t + "!" == "hello!"`, true},

		// Absent: every test is false, its negation true, and has() tells.
		{`has(event.requestParameters.nothing) || has(event.requestParameters.zip.zap.zop) || has(event.requestParameters.t.x)`, false},
		{`has(event.requestParameters.empty) && event.requestParameters.empty == ""`, true},
		{`event.requestParameters.zip == "x" || event.requestParameters.zip == ""`, false},
		{`event.requestParameters.zip != "x" && !(event.requestParameters.zip == "x")`, true},
		{`event.requestParameters.zip < 5 || event.requestParameters.zip >= 5 || event.requestParameters.t < 5 || event.requestParameters.zip == event.requestParameters.zap`, false},
		{`event.requestParameters.zip.startsWith("a") || event.requestParameters.n.startsWith("a") || event.requestParameters.zip.matches("") || event.requestParameters.zip.contains("")`, false},
		{`event.requestParameters.zip in ["x"] || "x" in event.requestParameters.zip || event.requestParameters.zip.exists(x, true)`, false},
		{`event.requestParameters.zip.all(x, false)`, true},
		{`size(event.requestParameters.zip) == 0 && event.requestParameters.zip[0].a["b"] != 1`, true},
		{`event.responseElements.a.b.c == 1 || has(event.responseElements)`, false},
		{`event.requestParameters.zip + 1 == 1 || event.requestParameters.n / 0 == 0 || event.requestParameters.n % 0 == 0`, false},
		{`9223372036854775807 + event.requestParameters.n > 0`, false},
		{`int(event.requestParameters.t) == 1 || string(event.requestParameters.zip) == "" || double(event.requestParameters.list) > 0.0`, false},
		{`event.requestParameters.zip ? true : false`, false},
		{`event.requestParameters.zip && true || !event.requestParameters.zip`, true},

		// The library.
		{`event.userAgent.glob("aws-cli/*") && event.userAgent.glob(["x*", "aws-???/*Python*"]) && !event.userAgent.glob("aws-cli")`, true},
		{`"ABC".lower() == "abc" && event.awsRegion.equalsIgnoreCase("EU-WEST-1") && event.userAgent.containsIgnoreCase("python")`, true},
		{`cidr(event.sourceIPAddress, "198.51.100.0/24") && !cidr(event.sourceIPAddress, ["10.0.0.0/8", "2001:db8::/32"])`, true},
		{`cidr(event.sourceIPAddress, list("nets")) && isIP(event.sourceIPAddress) && !isIP(event.eventName)`, true},
		{`actor.name in list("names")`, true},
		{`arn(event.requestParameters.role).accountId == "345678901234" && arn(event.requestParameters.role).name == "deploy"`, true},
		{`arn("nonsense").accountId == "" || has(arn("nonsense").accountId)`, false},
		{`undated("UpdateFunctionCode20150331v2") == "UpdateFunctionCode" && undated("GetPolicy") == "GetPolicy"`, true},
		{`event.requestParameters.jsonPath("$.ipPermissions.items[*].ipRanges.items[*].cidrIp") == ["0.0.0.0/0"]`, true},
		{`ingress(event.requestParameters).exists(r, r.world && r.covers(22) && r.protocol == "tcp" && r.fromPort == 20)`, true},
		{`sets.contains(event.requestParameters.list, [1, "two"]) && sets.intersects(["q", "two"], event.requestParameters.list) && !sets.intersects([9], event.requestParameters.list)`, true},
		{`sets.intersects(event.requestParameters, ["n"]) || sets.contains(event.requestParameters, ["n"]) || sets.intersects("two", ["two"])`, false},
	} {
		t.Run(c.src, func(t *testing.T) {
			if got := eval(t, full, c.src).Truth(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestIssues(t *testing.T) {
	for _, c := range []struct{ src, message, hint, at string }{
		{`event.evntName == "x"`, `there is no field "evntName"`, "eventName", "evntName"},
		{`actor.isRoot && event.userIdentity.sessionContext.sesionIssuer.arn == ""`, `there is no field "sesionIssuer" in sessionContext`, "sessionIssuer", "sesionIssuer"},
		{`evnt.eventName == "x"`, `there is no name "evnt"`, "event", "evnt"},
		{`event.eventName.startWith("x")`, `there is no name "startWith"`, "startsWith", ""},
		{`event.eventName == 5`, "no matching overload", "", ""},
		{`event.eventName`, "must be true or false", "", ""},
		{`event.requestParameters.x == null`, "absent", "has(...)", "null"},
		{`event.eventName.matches("(")`, "missing closing", "", ""},
		{`event.eventName.matches(event.awsRegion)`, "literal", "", ""},
		{`cidr(event.sourceIPAddress, "10.0.0.0/40")`, "10.0.0.0/40", "", ""},
		{`event.eventName == "x" &&`, "mismatched input", "", ""},
		{``, "empty", "", ""},
		{`event.requestParameters.jsonPath("$[") == []`, "jsonPath", "", ""},
		{`actor.name in list("maintainer")`, `there is no list named "maintainer"`, "maintainers", `"maintainer"`},
		{`[1].exists(a, [1].exists(b, [1].exists(c, [1].exists(d, true))))`, "nested", "", ""},
		{`1 in [` + strings.Repeat(`2,`, 6000) + "1]", "parts, the limit is 5000", `a named list: list("name")`, ""},
		{strings.Repeat(" ", 20000) + "true", "exceeds limit", "", ""},
	} {
		t.Run(c.message, func(t *testing.T) {
			_, issues := celenv.Compile(c.src, celenv.Scope{Lists: map[string]bool{"maintainers": true}, Params: map[string]bool{"limit": true}}, true)
			if len(issues) == 0 {
				t.Fatal("no issue")
			}
			is := issues[0]
			if !strings.Contains(is.Message, c.message) || is.Hint != c.hint {
				t.Errorf("got %q (hint %q), want %q (hint %q)", is.Message, is.Hint, c.message, c.hint)
			}
			if c.at != "" && !strings.HasPrefix(c.src[is.Offset:], c.at) {
				t.Errorf("issue at %d, want it at %q", is.Offset, c.at)
			}
		})
	}
}

// A condition that multiplies its loops over long lists is cut off and says so.
func TestTooMuchWork(t *testing.T) {
	record := `{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"X","eventType":"AwsApiCall","requestParameters":{"l":[` + strings.Repeat("1,", 3000) + `1]}}`
	ev, err := event.Parse([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	p, issues := celenv.Compile(`event.requestParameters.l.all(a, event.requestParameters.l.all(b, a == b))`, celenv.Scope{}, true)
	if issues != nil {
		t.Fatal(issues)
	}
	var f celenv.Frame
	f.Reset(ev)
	if _, err := p.Eval(&f, &celenv.Bindings{}); err != celenv.ErrTooMuchWork {
		t.Errorf("got %v, want ErrTooMuchWork", err)
	}
}
