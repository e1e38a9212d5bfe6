package rule_test

import (
	"context"
	"fmt"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A condition is compiled with its rule, once, and judges any number of events. The examples of the
// functions do what this one does, and print "match" or "no match" for each record.
func Example_condition() {
	r := &rule.Rule{
		ID:       "root-acts",
		Title:    "The root user did something",
		Severity: rule.High,
		When:     `actor.isRoot && !event.readOnly`,
	}
	set, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		fmt.Println(err) // every error, with its place and the nearest name
		return
	}
	ev, err := event.Parse([]byte(`{
		"eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
		"userIdentity": {"type": "Root", "accountId": "210987654321"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := set.Eval(context.Background(), ev)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(result.Findings) == 1)
	// Output: true
}

// judge compiles a rule with that condition and prints whether it matches each record.
func judge(condition string, records ...string) {
	r := &rule.Rule{ID: "example", Title: "Example", Severity: rule.Low, When: condition}
	set, err := ruleset.Compile([]*rule.Rule{r})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, record := range records {
		ev, err := event.Parse([]byte(record))
		if err != nil {
			fmt.Println(err)
			continue
		}
		result, err := set.Eval(context.Background(), ev)
		switch {
		case err != nil:
			fmt.Println(err)
		case len(result.Findings) > 0:
			fmt.Println("match")
		default:
			fmt.Println("no match")
		}
	}
}

// A member that the event lacks makes a test false and its negation true; has tells the two apart.
func Example_absent() {
	judge(`event.requestParameters.userName != "mira"`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "requestParameters": {"userName": "mira"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "requestParameters": null}`,
	)
	judge(`has(event.requestParameters.userName) && event.requestParameters.userName != "mira"`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "requestParameters": null}`,
	)
	// Output:
	// no match
	// match
	// no match
}

// A port that may come as a number or as text.
func Example_str() {
	judge(`event.requestParameters.port.str() == "22"`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "ModifyDBInstance", "requestParameters": {"port": 22}}`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "ModifyDBInstance", "requestParameters": {"port": "22"}}`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "ModifyDBInstance", "requestParameters": {}}`,
	)
	// Output:
	// match
	// match
	// no match
}

// A password policy that asks for less than 14 characters, or does not say how many.
func Example_num() {
	judge(`!has(event.requestParameters.minimumPasswordLength) || event.requestParameters.minimumPasswordLength.num() < 14`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "UpdateAccountPasswordPolicy", "requestParameters": {"minimumPasswordLength": "8"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "UpdateAccountPasswordPolicy", "requestParameters": {"minimumPasswordLength": 14}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "UpdateAccountPasswordPolicy", "requestParameters": {}}`,
	)
	// Output:
	// match
	// no match
	// match
}

func Example_bool() {
	judge(`event.requestParameters.publiclyAccessible.bool()`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "CreateDBInstance", "requestParameters": {"publiclyAccessible": true}}`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "CreateDBInstance", "requestParameters": {"publiclyAccessible": "true"}}`,
		`{"eventSource": "rds.amazonaws.com", "eventName": "CreateDBInstance", "requestParameters": {"publiclyAccessible": "false"}}`,
	)
	// Output:
	// match
	// match
	// no match
}

// A member that is a list in some calls and a single value in others.
func Example_list() {
	judge(`event.requestParameters.groupId.list().exists(g, g == "sg-0a1b2c3d")`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "ModifyNetworkInterfaceAttribute", "requestParameters": {"groupId": ["sg-1", "sg-0a1b2c3d"]}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "ModifyNetworkInterfaceAttribute", "requestParameters": {"groupId": "sg-0a1b2c3d"}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "ModifyNetworkInterfaceAttribute", "requestParameters": null}`,
	)
	// Output:
	// match
	// match
	// no match
}

func Example_jsonPath() {
	judge(`"sg-0a1b2c3d" in event.requestParameters.jsonPath("$.networkInterfaceSet.items[*].groupSet.items[*].groupId")`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "requestParameters": {"networkInterfaceSet": {"items": [{"groupSet": {"items": [{"groupId": "sg-1"}, {"groupId": "sg-0a1b2c3d"}]}}]}}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "requestParameters": {"networkInterfaceSet": {}}}`,
	)
	// Output:
	// match
	// no match
}

func Example_lower() {
	judge(`event.userAgent.lower().startsWith("python-requests/")`,
		`{"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "userAgent": "Python-Requests/2.32.4"}`,
		`{"eventSource": "sts.amazonaws.com", "eventName": "GetCallerIdentity", "userAgent": "aws-cli/2.30.0"}`,
	)
	// Output:
	// match
	// no match
}

func Example_equalsIgnoreCase() {
	judge(`event.requestParameters.status.equalsIgnoreCase("suspended")`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketVersioning", "requestParameters": {"status": "Suspended"}}`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketVersioning", "requestParameters": {"status": "Enabled"}}`,
	)
	// Output:
	// match
	// no match
}

func Example_containsIgnoreCase() {
	judge(`event.userAgent.containsIgnoreCase("kali")`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "userAgent": "aws-cli/2.30.0 os/linux#6.8.0-Kali5-amd64"}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "userAgent": "aws-cli/2.30.0 os/linux#6.8.0"}`,
	)
	// Output:
	// match
	// no match
}

// The pattern, or one of several, must match the whole text. Stars cross the slashes of a path.
func Example_glob() {
	judge(`actor.arn.glob(["arn:aws:iam::*:role/ops-*", "arn:aws:iam::*:role/app/*"])`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket", "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::210987654321:role/app/web/web-node"}}}}`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket", "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::210987654321:role/dev-ops"}}}}`,
	)
	// Output:
	// match
	// no match
}

// Lambda writes the version of its API behind some names.
func Example_undated() {
	judge(`undated(event.eventName) == "UpdateFunctionCode"`,
		`{"eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionCode20150331v2"}`,
		`{"eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionConfiguration20150331v2"}`,
	)
	// Output:
	// match
	// no match
}

func Example_isIP() {
	judge(`isIP(event.sourceIPAddress)`,
		`{"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "sourceIPAddress": "2001:db8::7"}`,
		`{"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "sourceIPAddress": "cloudformation.amazonaws.com"}`,
	)
	// Output:
	// match
	// no match
}

// Documentation addresses, as these, are no more public than private ones are.
func Example_isPublicIP() {
	judge(`isIP(event.sourceIPAddress) && !isPublicIP(event.sourceIPAddress)`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "sourceIPAddress": "10.20.0.4"}`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "sourceIPAddress": "198.51.100.7"}`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "sourceIPAddress": "AWS Internal"}`,
	)
	// Output:
	// match
	// match
	// no match
}

// A sign-in from outside the networks of the company.
func Example_cidr() {
	judge(`isIP(event.sourceIPAddress) && !cidr(event.sourceIPAddress, ["192.0.2.0/24", "2001:db8::/32"])`,
		`{"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "sourceIPAddress": "203.0.113.9"}`,
		`{"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "sourceIPAddress": "192.0.2.44"}`,
		`{"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "sourceIPAddress": "2001:db8::44"}`,
	)
	// Output:
	// match
	// no match
	// no match
}

// A named list has its values from the rule, or from the program that uses the rule.
func Example_namedList() {
	r := &rule.Rule{
		ID: "trail-stopped", Title: "Trail stopped", Severity: rule.High,
		When:  `event.eventName == "StopLogging" && !(actor.name in list("trail-keepers"))`,
		Lists: map[string]rule.List{"trail-keepers": {Description: "Users that may stop trails.", Default: []string{"mira"}}},
	}
	byMira, err := event.Parse([]byte(`{"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "userIdentity": {"type": "IAMUser", "userName": "mira"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, opts := range [][]ruleset.Option{nil, {ruleset.WithList("trail-keepers", "backup-agent")}} {
		set, err := ruleset.Compile([]*rule.Rule{r}, opts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := set.Eval(context.Background(), byMira)
		fmt.Println(len(result.Findings), err)
	}
	// Output:
	// 0 <nil>
	// 1 <nil>
}

// What a lookup tells comes from the program that uses the rule. Without it the rule is inactive.
func Example_lookup() {
	r := &rule.Rule{
		ID: "console-login-abroad", Title: "Console sign-in from abroad", Severity: rule.High,
		Match:   rule.Match{Source: []string{"signin.amazonaws.com"}, Event: []string{"ConsoleLogin"}},
		Needs:   []string{"geo"},
		When:    `has(lookup("geo", event.sourceIPAddress).country) && lookup("geo", event.sourceIPAddress).country != "NO"`,
		Message: `Sign-in from {lookup("geo", event.sourceIPAddress).country_name}`,
	}
	known := map[string]map[string]any{
		"198.51.100.7": {"country": "NO", "country_name": "Norway"},
		"203.0.113.9":  {"country": "IS", "country_name": "Iceland"},
	}
	geo := ruleset.WithLookup("geo", func(address string) (map[string]any, bool) {
		place, ok := known[address]
		return place, ok
	})
	for _, opts := range [][]ruleset.Option{{geo}, nil} {
		set, err := ruleset.Compile([]*rule.Rule{r}, opts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("inactive:", set.Inactive())
		for _, address := range []string{"198.51.100.7", "203.0.113.9", "192.0.2.1"} {
			ev, err := event.Parse([]byte(`{"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "sourceIPAddress": "` + address + `"}`))
			if err != nil {
				fmt.Println(err)
				return
			}
			result, err := set.Eval(context.Background(), ev)
			if err != nil {
				fmt.Println(err)
				return
			}
			for _, f := range result.Findings {
				fmt.Println(f.Message)
			}
		}
	}
	// Output:
	// inactive: []
	// Sign-in from Iceland
	// inactive: [{console-login-abroad [geo]}]
}

func Example_sets_contains() {
	judge(`sets.contains(event.requestParameters.loggingConfiguration.types, ["api", "audit"])`,
		`{"eventSource": "eks.amazonaws.com", "eventName": "UpdateClusterConfig", "requestParameters": {"loggingConfiguration": {"types": ["audit", "scheduler", "api"]}}}`,
		`{"eventSource": "eks.amazonaws.com", "eventName": "UpdateClusterConfig", "requestParameters": {"loggingConfiguration": {"types": ["api"]}}}`,
	)
	// Output:
	// match
	// no match
}

func Example_sets_intersects() {
	judge(`sets.intersects(event.requestParameters.userIds, ["345678901234", "567890123456"])`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "ModifySnapshotAttribute", "requestParameters": {"userIds": ["210987654321", "567890123456"]}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "ModifySnapshotAttribute", "requestParameters": {"userIds": ["210987654321"]}}`,
	)
	// Output:
	// match
	// no match
}

// A role of another account is assumed.
func Example_arn() {
	judge(`has(arn(event.requestParameters.roleArn).accountId) && arn(event.requestParameters.roleArn).accountId != event.userIdentity.accountId`,
		`{"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "userIdentity": {"type": "IAMUser", "accountId": "210987654321"}, "requestParameters": {"roleArn": "arn:aws:iam::345678901234:role/deploy"}}`,
		`{"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "userIdentity": {"type": "IAMUser", "accountId": "210987654321"}, "requestParameters": {"roleArn": "arn:aws:iam::210987654321:role/deploy"}}`,
		`{"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "userIdentity": {"type": "IAMUser", "accountId": "210987654321"}, "requestParameters": {"roleArn": "deploy"}}`,
	)
	// Output:
	// match
	// no match
	// no match
}

// A policy is an object in some events and JSON text in others, URL-encoded in a third. What the
// questions leave open, a condition reads from the statements.
func Example_policy() {
	judge(`policy(event.requestParameters.policyDocument).statements.exists(s, s.Effect == "Deny" && "s3:DeleteObject" in s.Action.list())`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Deny\", \"Action\": \"s3:DeleteObject\", \"Resource\": \"*\"}]}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": {"Statement": {"Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": "*"}}}}`,
	)
	judge(`!policy(event.requestParameters.policyDocument).valid`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "none"}}`,
	)
	// Output:
	// match
	// no match
	// match
}

func Example_allowsPublic() {
	judge(`policy(event.requestParameters.bucketPolicy).allowsPublic()`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "requestParameters": {"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-synth/*"}]}}}`,
		`{"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy", "requestParameters": {"bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-synth/*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "210987654321"}}}]}}}`,
	)
	// Output:
	// match
	// no match
}

func Example_allowsAllActions() {
	judge(`policy(event.requestParameters.policyDocument).allowsAllActions()`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "requestParameters": {"policyDocument": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::acme-synth\"}}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "requestParameters": {"policyDocument": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}"}}`,
	)
	// Output:
	// match
	// no match
}

func Example_allowsAllResources() {
	judge(`policy(event.requestParameters.policyDocument).allowsAllResources()`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "requestParameters": {"policyDocument": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "PutUserPolicy", "requestParameters": {"policyDocument": "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::acme-synth/*\"}}"}}`,
	)
	// Output:
	// match
	// no match
}

// One statement must grant it all, without a condition.
func Example_allowsAll() {
	judge(`policy(event.requestParameters.policyDocument).allowsAll()`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::a\"}, {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}]}"}}`,
	)
	// Output:
	// match
	// no match
}

// A wildcard in the policy covers the action, and a Deny without a condition takes it back.
func Example_allows() {
	judge(`policy(event.requestParameters.policyDocument).allows("iam:PassRole")`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"iam:Pass*\", \"Resource\": \"*\"}]}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreatePolicy", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"iam:*\", \"Resource\": \"*\"}, {\"Effect\": \"Deny\", \"Action\": \"iam:PassRole\", \"Resource\": \"*\"}]}"}}`,
	)
	// Output:
	// match
	// no match
}

// The trust policy of a role lets another account in.
func Example_allowsOutside() {
	judge(`policy(event.requestParameters.policyDocument).allowsOutside([event.recipientAccountId, "345678901234"])`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "UpdateAssumeRolePolicy", "recipientAccountId": "210987654321", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"AWS\": \"arn:aws:iam::567890123456:root\"}}]}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "UpdateAssumeRolePolicy", "recipientAccountId": "210987654321", "requestParameters": {"policyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"AWS\": [\"210987654321\", \"345678901234\"]}}]}"}}`,
	)
	// Output:
	// match
	// no match
}

func Example_principals() {
	judge(`"ec2.amazonaws.com" in policy(event.requestParameters.assumeRolePolicyDocument).principals()`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreateRole", "requestParameters": {"assumeRolePolicyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"Service\": [\"ec2.amazonaws.com\", \"ssm.amazonaws.com\"]}}]}"}}`,
		`{"eventSource": "iam.amazonaws.com", "eventName": "CreateRole", "requestParameters": {"assumeRolePolicyDocument": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"AWS\": \"210987654321\"}}]}"}}`,
	)
	// Output:
	// match
	// no match
}

// Two forms in which EC2 writes the rules of a security group.
func Example_ingress() {
	judge(`ingress(event.requestParameters).exists(r, r.world && r.protocol != "icmp")`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "cidrIp": "192.0.2.0/24", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}}`,
	)
	// Output:
	// match
	// match
	// no match
}

// A range of ports covers those in between, and protocol -1 covers all ports.
func Example_covers() {
	judge(`ingress(event.requestParameters).exists(r, r.world && r.covers(22))`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "cidrIp": "::/0", "ipProtocol": "tcp", "fromPort": 20, "toPort": 30}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "ipProtocol": "-1"}}`,
		`{"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress", "requestParameters": {"groupId": "sg-1", "cidrIp": "0.0.0.0/0", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443}}`,
	)
	// Output:
	// match
	// match
	// no match
}
