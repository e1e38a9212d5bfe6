package identity

// A Kind says what sort of principal an [Actor] is.
type Kind string

// The kinds of actors.
const (
	KindRoot               Kind = "root"                 // an account's root user, or a session of sts:AssumeRoot
	KindUser               Kind = "user"                 // an IAM user
	KindRole               Kind = "role"                 // a session of an IAM role
	KindFederatedUser      Kind = "federated_user"       // a session of sts:GetFederationToken
	KindService            Kind = "service"              // an AWS service on its own behalf
	KindAccount            Kind = "account"              // a principal of another account, known by its ids only
	KindIdentityCenterUser Kind = "identity_center_user" // an IAM Identity Center user, without a role
	KindSAMLUser           Kind = "saml_user"            // whoever a SAML provider vouches for, before assuming a role
	KindWebIdentityUser    Kind = "web_identity_user"    // the same of an OIDC provider
	KindEC2Instance        Kind = "ec2_instance"         // EC2 itself for an instance: aws:ec2-instance, aws:ec2-infrastructure
	KindDirectoryUser      Kind = "directory_user"       // type Directory
	KindAnonymous          Kind = "anonymous"            // nobody: a request without a signature
	KindUnknown            Kind = "unknown"              // everything else, types that AWS adds included
)
