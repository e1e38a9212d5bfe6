package policy

import (
	"iter"
	"net/netip"
	"strings"
)

// condition reads the Condition element. It is conditional unless it is absent or holds no
// key at all; one that cannot be read is a condition of which nothing is known.
func condition(v any) (operators map[string]any, conditional bool) {
	if v == nil {
		return nil, false
	}
	operators, ok := v.(map[string]any)
	if !ok {
		return nil, true
	}
	for _, keys := range operators {
		if m, ok := keys.(map[string]any); !ok || len(m) > 0 {
			return operators, true
		}
	}
	return operators, false
}

// restricts reports whether a condition tells who may call, so that a grant to everybody
// under it is not public. The rules are those of "Blocking public access to your Amazon S3
// storage" (Amazon S3 User Guide), section "The meaning of public":
//
//  1. One key is enough, since all keys must hold. It restricts if each of its values does,
//     since any value may hold. A value restricts if it is fixed: not empty, without
//     wildcard and without policy variable.
//  2. The keys are those that name a caller, its account or organization, the resource that
//     a service acts for, the network, the access point, and their owners (see keyKind).
//     All others, such as aws:UserAgent or aws:PrincipalTag, are of the caller's choosing or
//     say nothing of who it is.
//  3. aws:SourceIp restricts if no network is broader than /8 of IPv4 or /32 of IPv6,
//     private ones aside.
//  4. The operator must demand a value: StringEquals, StringEqualsIgnoreCase, StringLike,
//     ArnEquals, ArnLike, IpAddress, also with ForAnyValue. Negated ones, those with IfExists
//     and those with ForAllValues, which hold where the key is absent, do not restrict.
//
// Where we differ, because the rules serve every service and not S3 alone:
//
//   - An ARN may have wildcards if its account is fixed, or its bucket, whose name is
//     unique; S3 grants this to access points only. An organization path may have them
//     after the organization.
//   - A policy variable is as good as a fixed value where it compares the caller with the
//     resource: aws:PrincipalOrgID with ${aws:ResourceOrgID}, and so on. The owner of the
//     resource compared with a fixed value says nothing about the caller.
//   - lambda:FunctionUrlAuthType restricts with AWS_IAM, under which IAM must know and permit
//     the caller, and not with NONE. elasticfilesystem:AccessedViaMountTarget restricts with true
//     to those in the VPC (Amazon EFS User Guide, "Blocking public access to EFS file systems").
//   - S3 looks at federated principals too, this package at Principal "*" only.
func restricts(condition map[string]any) bool {
	for range pins(condition) {
		return true
	}
	return false
}

// foreign reports whether a condition that restricts everybody restricts them to an account
// that is not inside, and no key of it to accounts that are.
func foreign(condition map[string]any, inside func(account string) bool) bool {
	outside := false
	for values := range pins(condition) {
		named, home := 0, 0
		for _, v := range values {
			if account, ok := accountOf(v); ok {
				named++
				if inside(account) {
					home++
				}
			}
		}
		if named == len(values) && home == named {
			return false
		}
		outside = outside || home < named
	}
	return outside
}

// pins yields the values of each key of a condition that restricts who may call.
func pins(condition map[string]any) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for operator, keys := range condition {
			m, ok := keys.(map[string]any)
			if !ok {
				continue
			}
			test := testOf(operator)
			if test == noTest {
				continue
			}
			for key, v := range m {
				values, ok := texts(v)
				if ok && pin(test, keyKind(key), values) && !yield(values) {
					return
				}
			}
		}
	}
}

// pin reports whether every value restricts.
func pin(t test, k kind, values []string) bool {
	for _, v := range values {
		if !k.fixed(t, v) {
			return false
		}
	}
	return len(values) > 0
}

// A test is what an operator compares, for the operators that demand a value.
type test uint8

const (
	noTest test = iota
	textTest
	addressTest
	boolTest
)

func testOf(operator string) test {
	operator = strings.ToLower(operator)
	operator = strings.TrimPrefix(operator, "foranyvalue:")
	switch operator {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike":
		return textTest
	case "ipaddress":
		return addressTest
	case "bool":
		return boolTest
	}
	return noTest
}

// A kind says what the values of a condition key are.
type kind uint8

const (
	kindUnknown  kind = iota
	kindAccount       // whose the caller or what it acts for is
	kindOrg           // the organization of that
	kindOrgPath       // its place there: o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/
	kindARN           // the caller, or what it acts for
	kindName          // something else that is one of its kind
	kindAddress       // the caller's network
	kindOwner         // the account or organization of the resource
	kindAuthType      // how callers of a function URL prove who they are
	kindMounted       // whether the call came through a mount target
)

func keyKind(key string) kind {
	switch strings.ToLower(key) {
	case "aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:vpceaccount",
		"kms:calleraccount", "s3:dataaccesspointaccount":
		return kindAccount
	case "aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid":
		return kindOrg
	case "aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths":
		return kindOrgPath
	case "aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "lambda:sourcefunctionarn",
		"s3:dataaccesspointarn", "elasticfilesystem:accesspointarn":
		return kindARN
	case "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:principalservicename",
		"aws:principalservicenameslist":
		return kindName
	case "aws:sourceip":
		return kindAddress
	case "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths":
		return kindOwner
	case "lambda:functionurlauthtype":
		return kindAuthType
	case "elasticfilesystem:accessedviamounttarget":
		return kindMounted
	}
	return kindUnknown
}

// fixed reports whether a value of the kind restricts who may call.
func (k kind) fixed(t test, value string) bool {
	switch {
	case k == kindAddress:
		return t == addressTest && narrow(value)
	case k == kindMounted:
		return t == boolTest && strings.EqualFold(value, "true")
	case t != textTest:
		return false
	}
	switch k {
	case kindAccount:
		return fixed(value) || strings.EqualFold(value, "${aws:ResourceAccount}")
	case kindOrg:
		return fixed(value) || strings.EqualFold(value, "${aws:ResourceOrgID}")
	case kindOrgPath:
		organization, _, _ := strings.Cut(value, "/")
		return fixed(organization) || strings.EqualFold(value, "${aws:ResourceOrgPaths}")
	case kindARN:
		return fixed(value) || fixedOwner(value)
	case kindName:
		return fixed(value)
	case kindOwner:
		return strings.EqualFold(value, "${aws:PrincipalAccount}") || strings.EqualFold(value, "${aws:PrincipalOrgID}") ||
			strings.EqualFold(value, "${aws:PrincipalOrgPaths}")
	case kindAuthType:
		return value == "AWS_IAM"
	}
	return false
}

func fixed(value string) bool {
	return value != "" && !strings.ContainsAny(value, "*?") && !strings.Contains(value, "${")
}

// fixedOwner reports whether all that the pattern of an ARN matches belongs to one account.
func fixedOwner(pattern string) bool {
	fields := strings.SplitN(pattern, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" {
		return false
	}
	if isAccount(fields[4]) {
		return true
	}
	// The ARN of a bucket has no account, and its name exists once in a partition.
	bucket, _, _ := strings.Cut(fields[5], "/")
	return fields[2] == "s3" && fixed(bucket)
}

// narrow reports whether a network is small enough to say who is in it.
func narrow(network string) bool {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		_, err := netip.ParseAddr(network)
		return err == nil
	}
	addr := prefix.Addr().Unmap()
	if addr.Is4() {
		if prefix.Addr().Is4In6() {
			return prefix.Bits() >= 96+8
		}
		return prefix.Bits() >= 8
	}
	return prefix.Bits() >= 32 || addr.IsPrivate() && prefix.Bits() >= 7
}
