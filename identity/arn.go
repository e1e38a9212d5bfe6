package identity

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotARN is wrapped by the errors of [ParseARN].
var ErrNotARN = errors.New("not an ARN")

// An ARN is an Amazon Resource Name taken apart at its first five colons; see
// "Identify AWS resources with Amazon Resource Names (ARNs)".
// Region and AccountID are empty for some services. Partitions are an open set.
type ARN struct {
	Partition string // "aws", "aws-cn", "aws-us-gov", ...
	Service   string // "iam", "sts", ...
	Region    string
	AccountID string
	Resource  string // the rest as written, colons and slashes included
}

// ParseARN takes an ARN apart. It asks for a partition, a service and a resource and
// judges nothing else. The parts share memory with s. Errors wrap [ErrNotARN].
func ParseARN(s string) (ARN, error) {
	a, ok := splitARN(s)
	if !ok {
		return ARN{}, fmt.Errorf("%w: %.200q", ErrNotARN, s)
	}
	return a, nil
}

// splitARN returns the zero ARN, which has no name, type or session, for what is none.
// Most identities lack an ARN, so it makes no error value.
func splitARN(s string) (ARN, bool) {
	var a ARN
	rest, ok := strings.CutPrefix(s, "arn:")
	for _, part := range [...]*string{&a.Partition, &a.Service, &a.Region, &a.AccountID} {
		if ok {
			*part, rest, ok = strings.Cut(rest, ":")
		}
	}
	if a.Resource = rest; !ok || a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, false
	}
	return a, true
}

// String puts the ARN together again. The zero ARN is "".
func (a ARN) String() string {
	if a == (ARN{}) {
		return ""
	}
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.AccountID + ":" + a.Resource
}

// ResourceType returns what stands before the resource's first slash or colon:
// "role", "user", "assumed-role", "function". It is "root" for an account's root user
// and "" for a resource without a type, such as a topic, a bucket or an object.
func (a ARN) ResourceType() string {
	kind, _ := a.cut()
	return kind
}

// cut splits the resource into its type and the rest.
func (a ARN) cut() (kind, rest string) {
	if a.Service == "iam" && a.Resource == "root" {
		return "root", ""
	}
	if a.Service == "s3" && a.Region == "" && a.AccountID == "" {
		return "", a.Resource // bucket/key: the slash separates no type
	}
	if i := strings.IndexAny(a.Resource, "/:"); i >= 0 {
		return a.Resource[:i], a.Resource[i+1:]
	}
	return "", a.Resource
}

// Path returns the path of an IAM user, role, group, policy, instance profile, server
// certificate or MFA device: "/app/web/", and "/" where there is none. It is "/" for
// every other resource, and always for an assumed-role ARN, which leaves the path out.
func (a ARN) Path() string {
	path, _ := a.pathAndName()
	return path
}

// Name returns the name of the user, role, federated user or other resource, without
// type, path and session: "web-node" for both role/app/web/web-node and
// assumed-role/web-node/i-0a1b2c3d. It is "" for the root user.
func (a ARN) Name() string {
	_, name := a.pathAndName()
	return name
}

func (a ARN) pathAndName() (path, name string) {
	kind, rest := a.cut()
	switch {
	case kind == "assumed-role":
		name, _, _ = strings.Cut(rest, "/")
		return "/", name
	case a.Service == "iam" && hasPath(kind) && a.Resource[len(kind)] == '/':
		i := strings.LastIndexByte(rest, '/') + 1
		return a.Resource[len(kind) : len(kind)+1+i], rest[i:]
	}
	return "/", rest
}

// hasPath reports whether IAM resources of this type have paths ("IAM identifiers").
func hasPath(kind string) bool {
	switch kind {
	case "user", "role", "group", "policy", "instance-profile", "server-certificate", "mfa":
		return true
	}
	return false
}

// SessionName returns the role session name of an assumed-role ARN, else "". It is also
// "" for the assumed-role ARNs without a session that Insights events hold.
// Whoever asked for the session chose it: it is a label, not evidence.
func (a ARN) SessionName() string {
	kind, rest := a.cut()
	if kind != "assumed-role" {
		return ""
	}
	_, session, _ := strings.Cut(rest, "/")
	return session
}
