// Package ruletest runs the cases that stand beside a rule under plain `go test`.
//
//	func TestRules(t *testing.T) { ruletest.Run(t, os.DirFS("rules")) }
//
// gives a subtest for each rule and each of its cases, so that -run picks one:
//
//	go test -run 'TestRules/root-access-key-created/an_IAM_user'
//
// A case names an event: a base fixture with edits, or a whole record. See Base for the
// fixtures. The case says whether the rule must match, and may give lists, schedules and the
// exact message.
package ruletest
