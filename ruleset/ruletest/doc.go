// Package ruletest tests a repository of rules under plain `go test`.
//
//	var _ = flag.Bool("update", false, "write the want: of cases anew")
//
//	func TestRules(t *testing.T) {
//		ruletest.Run(t, os.DirFS("rules"), ruletest.MinCoverage(95), ruletest.MinKilled(90))
//	}
//
//	func TestLint(t *testing.T) { ruletest.Lint(t, os.DirFS("rules")) }
//
// Run gives a subtest for each rule and each of its cases, so that -run picks one:
//
//	go test -run 'TestRules/root-access-key-created/an_IAM_user'
//
// A case that fails shows how its findings differ from those wanted, explains the verdict, and
// shows the event. `go test -update` writes what cases want anew; it needs the flag of the first
// line, which is yours to declare, as many tests have one of that name already.
//
// Beyond the cases themselves, Coverage tells which branches of the conditions no case takes,
// Mutate which changes of a rule no case would notice, and Quiet which rules speak up over a corpus
// in which nothing is wrong.
//
// # Cases
//
// The cases of a rule stand under `tests` in its file:
//
//	tests:
//	  - name: root creates a key for itself
//	    event: {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
//	    match: true
//	  - name: two keys in five minutes, one of them for a user
//	    clock: 2026-01-05T09:15:00Z
//	    events:
//	      - {base: root-call, set: {eventSource: iam.amazonaws.com, eventName: CreateAccessKey}}
//	      - {at: 5m, file: events/user-key.json, unset: [requestID], set: {sourceIPAddress: 203.0.113.9}}
//	    lists: {offices: [198.51.100.7]}
//	    want:
//	      - {severity: critical, actor: root@210987654321, group: {actor.id: root@210987654321}}
//
// Each has a name, unique in the rule, and says what happens and what the rule must make of it:
//
//   - event: one event; or events: several, in the order of the log.
//   - match: true or false, whether the rule has a finding for one of the events at least; or
//     want: all of its findings, in order. Of a finding only what is written is compared: rule,
//     message, severity, actor (its id), and group by the expressions of group_by, or of what a rule
//     with memory groups by. No finding is [].
//   - message: beside match, the exact message of the first finding.
//   - clock: when it happens. Without one, it happens when the first event says.
//   - lists, schedules, params: what the importing program and its tunings give. They come before
//     those of Run's options.
//   - lookups: what the program's lookups answer, by the name that the rule needs and the key that it
//     asks: {geo: {203.0.113.9: {country: NO}}}. What is not there is not known.
//   - unusual: true, where the events are meant not to look like CloudTrail's: see Shape. Any other
//     case fails when they do not.
//
// An event is one of these:
//
//   - {base: NAME}: a synthetic call of one kind of principal, which Base and Bases give: user-call,
//     role-call, service-call, console-login ... Its eventSource and eventName are to be set.
//   - {file: PATH}: a file, from the root of the rules, that holds one record in any envelope that
//     package event reads.
//   - the members of a whole record.
//
// A base or file can be edited: `unset` takes out members by their dotted paths, which must be
// there, then `set` puts members in. Objects are merged in depth; any other value, lists and null
// included, replaces what was there. `at` moves the event, whichever it is, so far from the clock:
// 90s, 5m, -1h30m, 7d. An event whose `set` has an eventTime stays there. The second and later events
// of a case that come of bases and files have an eventID and a requestID of their own, unless the
// case sets them: with one and the same eventID they are one event, delivered twice.
//
// A base or file can happen more than once: `repeat` says how often, 10,000 times at most, and `every`
// how far apart, the first at `at`. In each, {n} in the texts of `set` is its number, from 1:
//
//   - {base: role-call, repeat: 20, every: 15s, set: {eventSource: secretsmanager.amazonaws.com, eventName: GetSecretValue, requestParameters: {secretId: "prod/db-{n}"}}}
//
// Rules that are off by default are judged as if they were on.
//
// # Rules with memory
//
// A rule with memory remembers nothing when a case begins, and has learnt already: what is usual is what the
// case itself makes so. A finding counts once, however often it is given out, and `want` shows it as it was when
// it was first given out.
//
// Events are judged in the order of the case, and then in a few random ones, in which no event comes later than
// ruleset.DefaultLateness after others, and some come twice: see Shuffle. Findings that hang on the order fail the
// case. One of more than 200 events is judged in its own order alone.
package ruletest
