package identity_test

import "github.com/trailsift/trailsift/identity"

// identities has one synthetic userIdentity for each type and each way to obtain a
// session, and the whole Actor that it must resolve to.
var identities = []struct {
	name string
	json string
	want identity.Actor
}{
	{
		"root on the console",
		`{"type":"Root","principalId":"210987654321","arn":"arn:aws:iam::210987654321:root","accountId":"210987654321","userName":"acme-prod","accessKeyId":"ASIA5SYNTHROOT000001","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"2026-01-05T08:00:00Z","mfaAuthenticated":"true"}}}`,
		identity.Actor{
			Kind: identity.KindRoot, ID: "root@210987654321", ARN: "arn:aws:iam::210987654321:root", PrincipalID: "210987654321",
			AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHROOT000001", MFA: identity.Yes,
		},
	},
	{
		"root by AssumeRoot",
		`{"type":"Root","principalId":"567890123456","arn":"arn:aws:iam::567890123456:root","accountId":"567890123456","accessKeyId":"ASIA5SYNTHAROOT00001","sessionContext":{"assumedRoot":"true","attributes":{"creationDate":"2026-01-05T08:10:00Z","mfaAuthenticated":"false"}}}`,
		identity.Actor{
			Kind: identity.KindRoot, ID: "root@567890123456", ARN: "arn:aws:iam::567890123456:root", PrincipalID: "567890123456",
			AccountID: "567890123456", AccessKeyID: "ASIA5SYNTHAROOT00001", MFA: identity.No, AssumedRoot: true,
		},
	},
	{
		"user with a long-term key",
		`{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/eng/ops/mira","accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY0000001","userName":"mira"}`,
		identity.Actor{
			Kind: identity.KindUser, ID: "AIDA5SYNTHUSER000001", ARN: "arn:aws:iam::210987654321:user/eng/ops/mira", PrincipalID: "AIDA5SYNTHUSER000001",
			Name: "mira", AccountID: "210987654321", AccessKeyID: "AKIA5SYNTHKEY0000001",
		},
	},
	{
		"user through a service",
		`{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/eng/ops/mira","accountId":"210987654321","accessKeyId":"ASIA5SYNTHCONS000001","userName":"mira","sessionContext":{"sessionIssuer":{},"webIdFederationData":{},"attributes":{"creationDate":"2026-01-05T09:00:00Z","mfaAuthenticated":"true"}},"invokedBy":"AWS Internal"}`,
		identity.Actor{
			Kind: identity.KindUser, ID: "AIDA5SYNTHUSER000001", ARN: "arn:aws:iam::210987654321:user/eng/ops/mira", PrincipalID: "AIDA5SYNTHUSER000001",
			Name: "mira", AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHCONS000001", InvokedBy: "AWS Internal", MFA: identity.Yes,
		},
	},
	{
		"role of an EC2 instance profile",
		`{"type":"AssumedRole","principalId":"AROA5SYNTHROLE000001:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::210987654321:assumed-role/web-node/i-0a1b2c3d4e5f60718","accountId":"210987654321","accessKeyId":"ASIA5SYNTHEC20000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHROLE000001","arn":"arn:aws:iam::210987654321:role/app/web/web-node","accountId":"210987654321","userName":"web-node"},"webIdFederationData":{},"attributes":{"creationDate":"2026-01-05T07:30:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}`,
		identity.Actor{
			Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/app/web/web-node", ARN: "arn:aws:iam::210987654321:role/app/web/web-node",
			PrincipalID: "AROA5SYNTHROLE000001", Name: "web-node", SessionName: "i-0a1b2c3d4e5f60718",
			AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHEC20000001", MFA: identity.No, IssuedTo: "i-0a1b2c3d4e5f60718",
		},
	},
	{
		"role of a permission set, with a delegate",
		`{"type":"AssumedRole","principalId":"AROA5SYNTHSSO0000001:kim@example.org","arn":"arn:aws:sts::345678901234:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/kim@example.org","accountId":"345678901234","accessKeyId":"ASIA5SYNTHSSO0000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHSSO0000001","arn":"arn:aws:iam::345678901234:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef","accountId":"345678901234","userName":"AWSReservedSSO_Dev_0123456789abcdef"},"attributes":{"creationDate":"2026-01-05T09:15:00Z","mfaAuthenticated":"false"},"sourceIdentity":"kim","signInSessionArn":"arn:aws:signin:eu-west-1:345678901234:session/5f0c2d6e-1111-4222-8333-444455556666"},"onBehalfOf":{"userId":"d1e2f3a4-1111-2222-3333-444455556666","identityStoreArn":"arn:aws:identitystore::210987654321:identitystore/d-90670abcde"},"inScopeOf":{},"invokedByDelegate":{"accountId":"567890123456"}}`,
		identity.Actor{
			Kind: identity.KindRole,
			ID:   "arn:aws:iam::345678901234:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef",
			ARN:  "arn:aws:iam::345678901234:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Dev_0123456789abcdef",

			PrincipalID: "AROA5SYNTHSSO0000001", Name: "AWSReservedSSO_Dev_0123456789abcdef", SessionName: "kim@example.org", SourceIdentity: "kim",
			AccountID: "345678901234", AccessKeyID: "ASIA5SYNTHSSO0000001", MFA: identity.No, PermissionSet: "Dev",
			IssuedTo:   "arn:aws:identitystore::210987654321:identitystore/d-90670abcde/user/d1e2f3a4-1111-2222-3333-444455556666",
			OnBehalfOf: "arn:aws:identitystore::210987654321:identitystore/d-90670abcde/user/d1e2f3a4-1111-2222-3333-444455556666",
			Delegate:   "567890123456",
		},
	},
	{
		"EC2 itself for an instance",
		`{"type":"AssumedRole","principalId":"210987654321:aws:ec2-instance:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::210987654321:assumed-role/aws:ec2-instance/i-0a1b2c3d4e5f60718","accountId":"210987654321","accessKeyId":"","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"210987654321:aws:ec2-instance","arn":"arn:aws:iam::210987654321:role/aws:ec2-instance","accountId":"210987654321","userName":"aws:ec2-instance"},"attributes":{"creationDate":"2026-01-05T07:31:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}`,
		identity.Actor{
			Kind: identity.KindEC2Instance, ID: "i-0a1b2c3d4e5f60718", ARN: "arn:aws:iam::210987654321:role/aws:ec2-instance",
			PrincipalID: "210987654321:aws:ec2-instance", Name: "aws:ec2-instance",
			AccountID: "210987654321", MFA: identity.No, IssuedTo: "i-0a1b2c3d4e5f60718",
		},
	},
	{
		"role of a Lambda function",
		`{"type":"AssumedRole","principalId":"AROA5SYNTHLAMBDA0001:resize-img","arn":"arn:aws:sts::210987654321:assumed-role/fn-role/resize-img","accountId":"210987654321","accessKeyId":"ASIA5SYNTHLAMBDA0001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHLAMBDA0001","arn":"arn:aws:iam::210987654321:role/service-role/fn-role","accountId":"210987654321","userName":"fn-role"},"attributes":{"creationDate":"2026-01-05T07:40:00Z","mfaAuthenticated":"false"}},"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:eu-west-1:210987654321:function:resize-img","credentialsIssuedToVersion":"arn:aws:lambda:eu-west-1:210987654321:function:resize-img:$LATEST"}}`,
		identity.Actor{
			Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/service-role/fn-role", ARN: "arn:aws:iam::210987654321:role/service-role/fn-role",
			PrincipalID: "AROA5SYNTHLAMBDA0001", Name: "fn-role", SessionName: "resize-img",
			AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHLAMBDA0001", MFA: identity.No,
			IssuedTo: "arn:aws:lambda:eu-west-1:210987654321:function:resize-img",
		},
	},
	{
		"role by web identity",
		`{"type":"AssumedRole","principalId":"AROA5SYNTHK8S0000001:ci-run","arn":"arn:aws:sts::210987654321:assumed-role/deploy/ci-run","accountId":"210987654321","accessKeyId":"ASIA5SYNTHK8S0000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHK8S0000001","arn":"arn:aws:iam::210987654321:role/deploy","accountId":"210987654321","userName":"deploy"},"webIdFederationData":{"federatedProvider":"arn:aws:iam::210987654321:oidc-provider/token.example.org","attributes":{}},"attributes":{"creationDate":"2026-01-05T07:45:00Z","mfaAuthenticated":"false"}}}`,
		identity.Actor{
			Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/deploy", ARN: "arn:aws:iam::210987654321:role/deploy",
			PrincipalID: "AROA5SYNTHK8S0000001", Name: "deploy", SessionName: "ci-run",
			AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHK8S0000001", MFA: identity.No,
			IdentityProvider: "arn:aws:iam::210987654321:oidc-provider/token.example.org",
		},
	},
	{
		"type Role",
		`{"type":"Role","principalId":"AROA5SYNTHROLE000009","arn":"arn:aws:iam::210987654321:role/batch","accountId":"210987654321"}`,
		identity.Actor{
			Kind: identity.KindRole, ID: "arn:aws:iam::210987654321:role/batch", ARN: "arn:aws:iam::210987654321:role/batch",
			PrincipalID: "AROA5SYNTHROLE000009", Name: "batch", AccountID: "210987654321",
		},
	},
	{
		"federated user",
		`{"type":"FederatedUser","principalId":"210987654321:lee","arn":"arn:aws:sts::210987654321:federated-user/lee","accountId":"210987654321","accessKeyId":"ASIA5SYNTHFED0000001","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000002","arn":"arn:aws:iam::210987654321:user/broker","accountId":"210987654321","userName":"broker"},"attributes":{"creationDate":"2026-01-05T10:00:00Z","mfaAuthenticated":"false"}}}`,
		identity.Actor{
			Kind: identity.KindFederatedUser, ID: "arn:aws:sts::210987654321:federated-user/lee", ARN: "arn:aws:sts::210987654321:federated-user/lee",
			PrincipalID: "210987654321:lee", Name: "lee", AccountID: "210987654321", AccessKeyID: "ASIA5SYNTHFED0000001", MFA: identity.No,
		},
	},
	{
		"directory user",
		`{"type":"Directory","accountId":"210987654321","userName":"pat@example.org"}`,
		identity.Actor{Kind: identity.KindDirectoryUser, ID: "pat@example.org@210987654321", Name: "pat@example.org", AccountID: "210987654321"},
	},
	{
		"role of another account",
		`{"type":"AWSAccount","principalId":"AROA5SYNTHROLE000002:partner-sync","accountId":"345678901234"}`,
		identity.Actor{
			Kind: identity.KindAccount, ID: "345678901234/AROA5SYNTHROLE000002", PrincipalID: "AROA5SYNTHROLE000002",
			SessionName: "partner-sync", AccountID: "345678901234",
		},
	},
	{
		"user of another account",
		`{"type":"AWSAccount","principalId":"AIDA5SYNTHUSER000001","accountId":"210987654321"}`,
		identity.Actor{Kind: identity.KindAccount, ID: "210987654321/AIDA5SYNTHUSER000001", PrincipalID: "AIDA5SYNTHUSER000001", AccountID: "210987654321"},
	},
	{
		"request without a signature",
		`{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}`,
		identity.Actor{Kind: identity.KindAnonymous, ID: "anonymous"},
	},
	{
		"request without a signature, the other spelling",
		`{"type":"AWSAccount","principalId":"","accountId":"anonymous"}`,
		identity.Actor{Kind: identity.KindAnonymous, ID: "anonymous"},
	},
	{
		"service",
		`{"type":"AWSService","invokedBy":"ecs-tasks.amazonaws.com"}`,
		identity.Actor{Kind: identity.KindService, ID: "ecs-tasks.amazonaws.com", InvokedBy: "ecs-tasks.amazonaws.com"},
	},
	{
		"Identity Center user",
		`{"type":"IdentityCenterUser","accountId":"210987654321","onBehalfOf":{"userId":"d1e2f3a4-1111-2222-3333-444455556666","identityStoreArn":"arn:aws:identitystore::210987654321:identitystore/d-90670abcde"},"credentialId":"AAAAsynthbearerid"}`,
		identity.Actor{
			Kind:       identity.KindIdentityCenterUser,
			ID:         "arn:aws:identitystore::210987654321:identitystore/d-90670abcde/user/d1e2f3a4-1111-2222-3333-444455556666",
			AccountID:  "210987654321",
			OnBehalfOf: "arn:aws:identitystore::210987654321:identitystore/d-90670abcde/user/d1e2f3a4-1111-2222-3333-444455556666",
		},
	},
	{
		"SAML user",
		`{"type":"SAMLUser","principalId":"Qm9ndXNIYXNo+/A=:kim@example.org","userName":"kim@example.org","identityProvider":"Qm9ndXNIYXNo+/A="}`,
		identity.Actor{
			Kind: identity.KindSAMLUser, ID: "Qm9ndXNIYXNo+/A=/Qm9ndXNIYXNo+/A=:kim@example.org", PrincipalID: "Qm9ndXNIYXNo+/A=:kim@example.org",
			Name: "kim@example.org", IdentityProvider: "Qm9ndXNIYXNo+/A=",
		},
	},
	{
		"web identity user",
		`{"type":"WebIdentityUser","principalId":"arn:aws:iam::210987654321:oidc-provider/token.example.org:sts.amazonaws.com:repo:acme/app:ref:refs/heads/main","userName":"repo:acme/app:ref:refs/heads/main","identityProvider":"arn:aws:iam::210987654321:oidc-provider/token.example.org"}`,
		identity.Actor{
			Kind:        identity.KindWebIdentityUser,
			ID:          "arn:aws:iam::210987654321:oidc-provider/token.example.org/arn:aws:iam::210987654321:oidc-provider/token.example.org:sts.amazonaws.com:repo:acme/app:ref:refs/heads/main",
			PrincipalID: "arn:aws:iam::210987654321:oidc-provider/token.example.org:sts.amazonaws.com:repo:acme/app:ref:refs/heads/main",
			Name:        "repo:acme/app:ref:refs/heads/main", IdentityProvider: "arn:aws:iam::210987654321:oidc-provider/token.example.org",
		},
	},
	{
		"type Unknown, the account for a principal id",
		`{"type":"Unknown","principalId":"210987654321","arn":"","accountId":"210987654321","accessKeyId":"","userName":"kim"}`,
		identity.Actor{Kind: identity.KindUnknown, ID: "kim@210987654321", PrincipalID: "210987654321", Name: "kim", AccountID: "210987654321"},
	},
	{
		"no type, a service",
		`{"accountId":"210987654321","invokedBy":"secretsmanager.amazonaws.com"}`,
		identity.Actor{Kind: identity.KindService, ID: "secretsmanager.amazonaws.com", AccountID: "210987654321", InvokedBy: "secretsmanager.amazonaws.com"},
	},
}
