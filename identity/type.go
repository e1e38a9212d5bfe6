package identity

// A Type is the kind of credentials that made a request, in CloudTrail's words.
// It is an open set: AWS adds types, and a record with a new one is a good record.
// It is empty on most AwsServiceEvent records.
type Type string

// The types of "CloudTrail userIdentity element". TypeUnknown is a value that AWS
// writes, not a name for what this package does not know.
const (
	TypeRoot               Type = "Root"
	TypeIAMUser            Type = "IAMUser"
	TypeAssumedRole        Type = "AssumedRole"
	TypeRole               Type = "Role"
	TypeFederatedUser      Type = "FederatedUser"
	TypeDirectory          Type = "Directory"
	TypeAWSAccount         Type = "AWSAccount"
	TypeAWSService         Type = "AWSService"
	TypeIdentityCenterUser Type = "IdentityCenterUser"
	TypeSAMLUser           Type = "SAMLUser"
	TypeWebIdentityUser    Type = "WebIdentityUser"
	TypeUnknown            Type = "Unknown"
)

// Known reports whether t is one of the constants of this package.
func (t Type) Known() bool {
	switch t {
	case TypeRoot, TypeIAMUser, TypeAssumedRole, TypeRole, TypeFederatedUser, TypeDirectory,
		TypeAWSAccount, TypeAWSService, TypeIdentityCenterUser, TypeSAMLUser, TypeWebIdentityUser, TypeUnknown:
		return true
	}
	return false
}
