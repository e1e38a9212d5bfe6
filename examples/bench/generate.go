package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A spec is a rule before it is written in one language or another.
type spec struct {
	id      string
	source  string // "" for any
	events  []string
	prefix  string // instead of events: what the name starts with
	success bool
	checks  []check // all of them
}

// A check is a predicate over one member of the record.
type check struct {
	path   string // from the record: "userIdentity.arn"
	op     checkOp
	value  string
	negate bool
}

type checkOp uint8

const (
	opHas checkOp = iota
	opEqual
	opPrefix
	opSuffix
	opContains
)

// generate returns n rules, of which the first k are generate(k). They are mixed as rule packs
// are: 70 of 100 ask something of one call, 15 of one of several, 8 of all calls whose names
// start alike, 4 only of the client or the error, and 3 only of the principal.
func generate(n int) []spec {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 2))}
	g.real, g.all = knownPairs()
	specs := make([]spec, n)
	for i := range specs {
		specs[i] = g.spec(i)
	}
	return specs
}

type generator struct {
	rng       *rand.Rand
	real, all []pair
}

func (g *generator) one(of ...string) string { return of[g.rng.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

func (g *generator) spec(i int) spec {
	s := spec{id: fmt.Sprintf("generated-%05d", i)}
	switch kind := g.rng.IntN(100); {
	case kind < 70:
		p := g.pair()
		s.source, s.events = p.source, []string{p.name}
		s.success = g.chance(30)
		s.checks = append(s.checks, g.parameter(p))
		if g.chance(40) {
			s.checks = append(s.checks, g.caller())
		}
	case kind < 85:
		p := g.pair()
		s.source, s.events = p.source, []string{p.name}
		for range 1 + g.rng.IntN(4) {
			s.events = append(s.events, g.sibling(p).name)
		}
		s.success = g.chance(50)
		s.checks = append(s.checks, g.caller())
		if g.chance(50) {
			s.checks = append(s.checks, g.parameter(p))
		} else {
			s.checks = append(s.checks, g.client())
		}
	case kind < 93:
		s.source = g.pair().source
		s.prefix = g.one("Create", "Delete", "Put", "Update", "Modify", "Get", "List", "Describe", "Attach", "Disable")
		s.checks = append(s.checks, g.client())
		if g.chance(50) {
			s.checks = append(s.checks, g.caller())
		}
	case kind < 97:
		s.checks = append(s.checks, g.client())
		if g.chance(40) {
			s.checks = append(s.checks, check{path: "errorCode", op: opEqual, value: g.one("AccessDenied", "Client.UnauthorizedOperation", "UnauthorizedAccess", "Client.DryRunOperation")})
		}
	default:
		s.checks = append(s.checks, g.principal())
	}
	return s
}

// pair is a real one, mostly.
func (g *generator) pair() pair {
	if g.chance(85) {
		return g.real[g.rng.IntN(len(g.real))]
	}
	return g.all[g.rng.IntN(len(g.all))]
}

// sibling is another call of the same service, or the same one.
func (g *generator) sibling(p pair) pair {
	var same []pair
	for _, q := range g.all {
		if q.source == p.source {
			same = append(same, q)
		}
	}
	return same[g.rng.IntN(len(same))]
}

// parameters are names of request parameters, by service.
var parameters = map[string][]string{
	"iam.amazonaws.com":            {"userName", "roleName", "groupName", "policyArn", "policyName", "policyDocument"},
	"sts.amazonaws.com":            {"roleArn", "roleSessionName", "externalId"},
	"s3.amazonaws.com":             {"bucketName", "key", "Host"},
	"ec2.amazonaws.com":            {"groupId", "instanceId", "imageId", "vpcId", "instanceType", "attribute"},
	"kms.amazonaws.com":            {"keyId", "policyName", "encryptionAlgorithm"},
	"ssm.amazonaws.com":            {"name", "documentName", "type"},
	"secretsmanager.amazonaws.com": {"secretId", "name", "versionStage"},
	"rds.amazonaws.com":            {"dBInstanceIdentifier", "dBSnapshotIdentifier", "engine"},
	"organizations.amazonaws.com":  {"policyId", "targetId", "accountId"},
}

// parameter asks for a request parameter: most often for a certain resource, at times for a
// form that is frequent.
func (g *generator) parameter(p pair) check {
	names := parameters[p.source]
	if names == nil {
		names = []string{"name", "arn", "id", "resourceArn"}
	}
	c := check{path: "requestParameters." + g.one(names...)}
	n := g.rng.IntN(10_000)
	switch k := g.rng.IntN(100); {
	case k < 35:
		c.op, c.value = opEqual, fmt.Sprintf("%s-%d", g.one("prod", "finance", "break-glass", "ci"), n)
	case k < 60:
		c.op, c.value = opSuffix, fmt.Sprintf("%s%d", g.one("/admin-", "-prod-", ":key/"), n)
	case k < 80:
		c.op, c.value = opPrefix, fmt.Sprintf("%s%d", g.one("arn:aws:iam::2109876543", "secret/", "/vault/"), n)
	case k < 90:
		c.op, c.value = opContains, fmt.Sprintf("%s%d", g.one("customer", "backup", "payroll"), n)
	case k < 95:
		c.op, c.value = opPrefix, g.one("arn:aws:", "/")
	default:
		c.op = opHas
	}
	return c
}

// caller asks who it was.
func (g *generator) caller() check {
	switch k := g.rng.IntN(100); {
	case k < 30:
		return check{path: "userIdentity.type", op: opEqual, value: g.one("Root", "IAMUser", "AssumedRole", "FederatedUser", "SAMLUser", "AWSAccount")}
	case k < 55:
		return check{path: "userIdentity.sessionContext.sessionIssuer.userName", op: opEqual, value: fmt.Sprintf("deploy-%d", g.rng.IntN(10_000))}
	case k < 75:
		return check{path: "userIdentity.arn", op: opSuffix, value: fmt.Sprintf(":user/%s%d", g.one("svc-", "contractor-"), g.rng.IntN(10_000))}
	case k < 90:
		return check{path: "awsRegion", op: opEqual, value: g.one("af-south-1", "ap-east-1", "ap-southeast-3", "eu-south-2", "me-south-1", "sa-east-1")}
	}
	return check{path: "userAgent", op: opPrefix, value: g.one("aws-cli", "Boto3", "console", "terraform"), negate: true}
}

// client asks what the request came from.
func (g *generator) client() check {
	n := g.rng.IntN(10_000)
	switch k := g.rng.IntN(100); {
	case k < 60:
		return check{path: "userAgent", op: opContains, value: fmt.Sprintf("%s/%d.", g.one("exploit", "scanner", "kit", "python-requests"), n)}
	case k < 85:
		return check{path: "sourceIPAddress", op: opPrefix, value: fmt.Sprintf("203.0.%d.", n)}
	}
	return check{path: "userAgent", op: opPrefix, value: fmt.Sprintf("tool%d", n)}
}

// principal asks for one of those that are watched.
func (g *generator) principal() check {
	if g.chance(85) {
		n := g.rng.IntN(10_000)
		arn := fmt.Sprintf("arn:aws:iam::21098765%04d:%s%d", n, g.one("user/ops", "role/ops", "user/contractor"), n)
		return check{path: "userIdentity.arn", op: opEqual, value: arn}
	}
	return check{path: "userIdentity.type", op: opEqual, value: g.one("SAMLUser", "WebIdentityUser", "FederatedUser", "Directory", "IdentityCenterUser")}
}

// parents are the paths of the objects above the member, from the outside in.
func (c check) parents() []string {
	var out []string
	for i := range len(c.path) {
		if c.path[i] == '.' {
			out = append(out, c.path[:i])
		}
	}
	return out
}

// call is the check as an expression of a language with methods, over the record as root.
func (c check) call(root string) string {
	at, v := root+"."+c.path, fmt.Sprintf("%q", c.value)
	switch c.op {
	case opHas:
		return "has(" + at + ")"
	case opEqual:
		return at + " == " + v
	case opPrefix:
		return at + ".startsWith(" + v + ")"
	case opSuffix:
		return at + ".endsWith(" + v + ")"
	}
	return at + ".contains(" + v + ")"
}

func conjunction(terms []string) string { return strings.Join(terms, " && ") }
