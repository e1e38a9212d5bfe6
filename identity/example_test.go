package identity_test

import (
	"fmt"
	"log"

	"github.com/trailsift/trailsift/identity"
)

// Policies of the account in this example may be changed by a maintenance role and by nobody
// else. Two callers below have the role's name somewhere in their userIdentity, and one of
// them is an impostor: it put the name where everybody may, into its session's name.
func ExampleUserIdentity_Actor() {
	for _, raw := range []string{
		`{
			"type": "AssumedRole",
			"principalId": "AROA5SYNTHMAINT00001:nightly",
			"arn": "arn:aws:sts::210987654321:assumed-role/cm-policymaintainer/nightly",
			"accountId": "210987654321",
			"sessionContext": {"sessionIssuer": {
				"type": "Role",
				"principalId": "AROA5SYNTHMAINT00001",
				"arn": "arn:aws:iam::210987654321:role/automation/cm-policymaintainer",
				"accountId": "210987654321",
				"userName": "cm-policymaintainer"
			}}
		}`,
		`{
			"type": "IAMUser",
			"principalId": "AIDA5SYNTHUSER000001",
			"arn": "arn:aws:iam::210987654321:user/mira",
			"accountId": "210987654321",
			"userName": "mira"
		}`,
		`{
			"type": "AssumedRole",
			"principalId": "AROA5SYNTHDEV0000001:cm-policymaintainer",
			"arn": "arn:aws:sts::210987654321:assumed-role/developer/cm-policymaintainer",
			"accountId": "210987654321",
			"sessionContext": {"sessionIssuer": {
				"type": "Role",
				"principalId": "AROA5SYNTHDEV0000001",
				"arn": "arn:aws:iam::210987654321:role/developer",
				"accountId": "210987654321",
				"userName": "developer"
			}}
		}`,
	} {
		u, err := identity.Parse([]byte(raw))
		if err != nil {
			log.Fatal(err)
		}
		a := u.Actor()
		verdict := "finding"
		if a.ARN == "arn:aws:iam::210987654321:role/automation/cm-policymaintainer" {
			verdict = "allowed"
		}
		fmt.Printf("%s: %s %s, session %q\n", verdict, a.Kind, a.ID, a.SessionName)
	}
	// Output:
	// allowed: role arn:aws:iam::210987654321:role/automation/cm-policymaintainer, session "nightly"
	// finding: user AIDA5SYNTHUSER000001, session ""
	// finding: role arn:aws:iam::210987654321:role/developer, session "cm-policymaintainer"
}

func ExampleParseARN() {
	a, err := identity.ParseARN("arn:aws:iam::210987654321:role/app/web/web-node")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.AccountID, a.ResourceType(), a.Path(), a.Name())
	// Output: 210987654321 role /app/web/ web-node
}
