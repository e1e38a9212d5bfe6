package ruletest

import (
	"maps"
	"slices"
	"strings"
)

var issuer = texts("type", "principalId", "arn", "accountId", "userName")

var identityMembers = map[string]form{
	"type":             filled,
	"principalId":      text,
	"arn":              like(`^(arn:[a-z-]+:(iam|sts)::.+)?$`, "arn:aws:iam::210987654321:user/mira"),
	"accountId":        like(`^([0-9]{12}|ANONYMOUS_PRINCIPAL|anonymous)?$`, "210987654321"),
	"accessKeyId":      text,
	"userName":         text,
	"invokedBy":        filled,
	"identityProvider": text,
	"credentialId":     text,
	"sessionContext": inside(map[string]form{
		"attributes": inside(map[string]form{
			"creationDate":     like(`^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{8}T\d{6}Z)$`, "2026-01-05T09:00:00Z"),
			"mfaAuthenticated": like(`(?i)^(true|false)$`, "false"),
		}),
		"sessionIssuer":       inside(issuer),
		"webIdFederationData": inside(map[string]form{"federatedProvider": text, "attributes": free}),
		"sourceIdentity":      filled,
		"ec2RoleDelivery":     like(`^\d+\.\d+$`, "2.0"),
		"ec2IssuedInVpc":      text,
		"signInSessionArn":    filled,
		"assumedRoot":         trueText,
	}),
	"onBehalfOf":        inside(texts("userId", "identityStoreArn")),
	"inScopeOf":         inside(texts("sourceArn", "sourceAccount", "issuerType", "credentialsIssuedTo", "credentialsIssuedToVersion")),
	"invokedByDelegate": inside(map[string]form{"accountId": account}),
}

// membersOf are the members that an identity of a type can have beside type and invokedBy. Of
// those that are not here too little is known.
var membersOf = map[string][]string{
	"Root":               {"principalId", "arn", "accountId", "accessKeyId", "userName", "sessionContext"},
	"IAMUser":            {"principalId", "arn", "accountId", "accessKeyId", "userName", "sessionContext"},
	"AssumedRole":        {"principalId", "arn", "accountId", "accessKeyId", "sessionContext", "onBehalfOf", "inScopeOf", "invokedByDelegate"},
	"Role":               {"principalId", "arn", "accountId", "userName", "sessionContext"},
	"FederatedUser":      {"principalId", "arn", "accountId", "accessKeyId", "sessionContext"},
	"AWSAccount":         {"principalId", "accountId"},
	"AWSService":         {},
	"IdentityCenterUser": {"principalId", "accountId", "onBehalfOf", "credentialId"},
	"SAMLUser":           {"principalId", "userName", "identityProvider"},
	"WebIdentityUser":    {"principalId", "userName", "identityProvider"},
}

var loose = []string{"Directory", "Unknown"}

func (s *shape) identity(identity, event map[string]any) {
	const path = "userIdentity"
	s.object(path, identity, identityMembers)
	name, ok := identity["type"].(string)
	if !ok {
		if identity["type"] == nil && event["eventType"] != "AwsServiceEvent" {
			s.add(path+".type", "is missing, only service events have none")
		}
		return
	}
	members, ok := membersOf[name]
	if !ok {
		if !slices.Contains(loose, name) {
			s.add(path+".type", "is %q, CloudTrail writes one of %s", name, strings.Join(slices.Concat(slices.Sorted(maps.Keys(membersOf)), loose), ", "))
		}
		return
	}
	for _, member := range slices.Sorted(maps.Keys(identity)) {
		if v := identity[member]; identityMembers[member] != nil && member != "type" && member != "invokedBy" && v != nil && v != "" && !slices.Contains(members, member) {
			s.add(path+"."+member, "is there, an identity of type %s has none", name)
		}
	}
	if name == "AWSService" && identity["invokedBy"] == nil {
		s.add(path+".invokedBy", "is missing, it names the service")
	}
	if id, _ := identity["principalId"].(string); name == "AssumedRole" && !strings.Contains(id, ":") {
		s.add(path+".principalId", "is %q, that of a session ends in a colon and the session's name", id)
	}
}
