// Package rule defines a detection as a value: what it looks for, how bad it is, what to say and do about it, and the
// tests that prove it.
//
// A rule is written in YAML, one file a rule,
//
//	id: root-access-key-created
//	title: Access key created for the root user
//	severity: critical
//	attack: [TA0003/T1098.001]
//	match:
//	  source: iam.amazonaws.com
//	  event: CreateAccessKey
//	  outcome: success
//	when: actor.isRoot && !has(event.requestParameters.userName)
//	message: "Root access key {event.responseElements.accessKey.accessKeyId} created"
//
// and read by [Parse] or [ReadFS]; or it is built in Go as a [Rule], which means the same. Package ruleset compiles
// rules and evaluates them.
//
// Nothing about a rule is found out late. A key that does not exist, a technique that ATT&CK does not have, a field
// that CloudTrail does not have, a window that names no hours: each is an [Error] with file, line, column and the
// nearest name, and all errors of all files come at once. A rule built in Go is checked by [Rule.Validate].
//
// Names of tactics and techniques are those of MITRE ATT&CK, © The MITRE Corporation, reproduced and distributed
// with its permission.
package rule
