package identity

import (
	"cmp"
	"strings"
)

func (u *UserIdentity) role(a *Actor) {
	issuer := &u.SessionContext.SessionIssuer
	own, _ := splitARN(u.ARN)
	role, _ := splitARN(issuer.ARN)
	a.ARN = issuer.ARN
	if own.isRole() {
		role, a.ARN = own, u.ARN
	} else if !role.isRole() {
		role, a.ARN = ARN{}, ""
	}

	ownID, session := splitRole(u.PrincipalID)
	issuerID, _ := splitRole(issuer.PrincipalID)
	a.PrincipalID = cmp.Or(issuerID, ownID)
	a.Name = cmp.Or(role.Name(), realName(issuer.UserName), own.Name(), realName(u.UserName))
	a.SessionName = cmp.Or(own.SessionName(), session)

	a.ID = cmp.Or(a.ARN, a.PrincipalID)
	if a.ID == "" && a.Name != "" {
		// Not an ARN, because the path is not known.
		a.ID = nameAt("role/"+a.Name, a.AccountID)
	}

	path := role.Path()
	a.ServiceLinked = strings.HasPrefix(path, "/aws-service-role/")
	if strings.HasPrefix(path, "/aws-reserved/sso.amazonaws.com/") {
		a.PermissionSet = permissionSet(role.Name())
	}
	switch {
	case a.IssuedTo != "":
	case u.SessionContext.EC2RoleDelivery != "" && strings.HasPrefix(a.SessionName, "i-"):
		// Anybody can name a session i-0a1b2c3d; only EC2 sets ec2RoleDelivery.
		a.IssuedTo = a.SessionName
	case a.PermissionSet != "":
		a.IssuedTo = a.OnBehalfOf
	}
}

func (a ARN) isRole() bool { return a.Service == "iam" && a.ResourceType() == "role" }

// permissionSet returns the <name> of AWSReservedSSO_<name>_<16 hexadecimal digits>.
// The name may hold underscores.
func permissionSet(role string) string {
	name, ok := strings.CutPrefix(role, "AWSReservedSSO_")
	cut := len(name) - len("_0123456789abcdef")
	if !ok || cut < 0 || name[cut] != '_' || strings.Trim(name[cut+1:], "0123456789abcdef") != "" {
		return ""
	}
	return name[:cut]
}

// ec2Instance resolves the principals with which EC2 itself acts for an instance. Their session name
// is the instance's id, and nobody but EC2 can choose it: no role of a customer has a colon in its name.
func (u *UserIdentity) ec2Instance(a *Actor) {
	a.PrincipalID, a.ID = u.ec2Principal()
	a.IssuedTo = cmp.Or(a.IssuedTo, a.ID)
	if role, _ := splitARN(u.SessionContext.SessionIssuer.ARN); role.isRole() {
		a.ARN = u.SessionContext.SessionIssuer.ARN
	}
	_, a.Name, _ = strings.Cut(a.PrincipalID, ":")
}

// ec2Principal takes <account>:aws:ec2-instance:<instance> or <account>:aws:ec2-infrastructure:<instance>
// apart, else the same out of the assumed-role ARN. Both results are "" for every other principal.
func (u *UserIdentity) ec2Principal() (id, instance string) {
	id, instance = splitPrincipal(u.PrincipalID)
	account, service, _ := strings.Cut(id, ":")
	if isAccount(account) && isEC2Service(service) && instance != "" {
		return id, instance
	}
	if !strings.Contains(u.ARN, ":assumed-role/aws:ec2-") {
		return "", ""
	}
	arn, _ := splitARN(u.ARN)
	if isEC2Service(arn.Name()) && arn.SessionName() != "" {
		return arn.AccountID + ":" + arn.Name(), arn.SessionName()
	}
	return "", ""
}

func isEC2Service(name string) bool {
	return name == "aws:ec2-instance" || name == "aws:ec2-infrastructure"
}
