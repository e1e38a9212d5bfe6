// Package identity answers who acted in a CloudTrail record.
//
// [UserIdentity] mirrors the record's userIdentity element, every documented
// member of every type, as AWS wrote it. [UserIdentity.Actor] resolves it to an
// [Actor]: one principal with one stable ID.
//
//	u, err := identity.Parse(raw) // the JSON of userIdentity
//	if err != nil {
//		return err // raw is not JSON
//	}
//	switch a := u.Actor(); {
//	case a.Kind == identity.KindRoot:
//		fmt.Println("root of", a.AccountID)
//	case a.Kind == identity.KindRole && a.Name == "cm-policymaintainer":
//		fmt.Println(a.ID, "called itself", a.SessionName)
//	}
//
// Decoding is lenient in types and strict in grammar. Text may be written as a
// string, a number or a boolean; null, "" and {} are empty, which is the same as
// absent. Members that this package does not know, and members whose value makes
// no sense, are kept in Extra. Where a member is repeated, the last one counts.
//
// An identity is whatever AWS recorded, and two of its values are less than that:
// a role session name is chosen by whoever asked for the session, and a source
// identity is supplied by the caller or its identity provider and only then frozen
// by AWS. An Actor keeps both apart from its ID and Name.
//
// Values of this package may be read by many goroutines at once.
//
// It models "CloudTrail userIdentity element" of the AWS CloudTrail User Guide and
// "IAM identifiers" of the IAM User Guide.
package identity
