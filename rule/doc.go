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
// # Conditions
//
// A condition (when, and that of an exception) is an expression of CEL, the Common Expression Language, that is true or
// false. It is checked when the rule is read: a misspelt field or function, or text compared with a number, is an
// error. It reads event and actor, and the rule's own params.
//
// event is the record, by CloudTrail's own names ("CloudTrail record contents"):
//
//	text        eventVersion eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
//	            requestID eventID eventType apiVersion recipientAccountId sharedEventID vpcEndpointId
//	            vpcEndpointAccountId eventCategory annotation
//	true/false  managementEvent readOnly sessionCredentialFromConsole omitted
//	time        eventTime
//	nested      userIdentity addendum tlsDetails, with CloudTrail's members
//	list        resources, each with ARN ARNPrefix accountId type
//	free-form   requestParameters responseElements additionalEventData serviceEventDetails edgeDeviceDetails
//	            insightDetails eventContext
//
// A free-form part may be asked for anything at any depth. A name that is no identifier stands in brackets:
// event.requestParameters["x-amz-acl"].
//
// actor is who acted, as Actor of package identity resolves it from userIdentity:
//
//	text        kind id arn principalId name sessionName sourceIdentity accountId accessKeyId invokedBy mfa
//	            permissionSet issuedTo onBehalfOf delegate identityProvider
//	true/false  isRoot isUser isRole isService serviceLinked assumedRoot
//
// kind is "user", "role" and so on, and mfa is "yes", "no" or "unknown". In a role session arn is the role's own, with
// its path, and id is the same for all sessions; sessionName was chosen by whoever asked for the session and proves
// nothing.
//
// params holds the parameters that the rule declares, each with its default until a tuning sets it: params.name.
//
// Conditions are total: no event, however strange, makes one fail.
//
//   - A member that the event lacks is absent. Every test on it is false, and the negation of the test true:
//     x == "a", x < 5, x.startsWith("a") and x in ["a"] are false, x != "a" is true. The same goes for a value of
//     another kind than the test wants.
//   - has(x.y) tells whether a member is there, "name" in x whether one with an odd name is. JSON null is absent, and
//     the literal null is refused.
//   - A text of event or actor that is not free-form reads as "" when it is absent: event.errorCode == "".
//   - Free-form values are compared strictly: the text "true" is not true, and "14" is not 14. AWS writes both forms;
//     x.bool(), x.num(), x.str() and x.list() read either.
//   - size of what is absent is 0; x.exists(...) over it is false, and x.all(...) true.
//   - Arithmetic that makes no sense is absent: text minus a number, an integer divided by 0, an integer overflow.
//
// What a condition may cost is bounded when it is compiled, to 16,384 characters, 5,000 nodes of syntax and three
// loops (exists, all, exists_one, filter, map) inside each other. Loops over the lists of one event are cut off after
// 4 million turns. The rule then has no verdict on that event, and the result says so with a fault.
//
// # Functions
//
// CEL brings startsWith, endsWith, contains, matches (RE2), size, in, has, the loops, timestamps, durations and
// conversions. These come on top. The argument of matches and of jsonPath is a literal, checked with the rule, and so
// are the names given to list and lookup. A literal network of cidr is checked, too.
//
//	of any value x; a value of another kind is false, absent, or an empty list
//
//	x.str()                   the text that x is or, of a number, true, false or a time, its spelling
//	x.num()                   the number that x is or spells
//	x.bool()                  true for true, 1 and the texts true, 1, yes; false for their opposites; any case
//	x.list()                  x when it is a list, a list of x when it is not, [] when it is absent
//	x.jsonPath("$.a[*].b")    all values at a JSONPath, as a list
//
//	of text x
//
//	x.lower()                 x in lower case
//	x.equalsIgnoreCase(t)     x is t, whatever the case
//	x.containsIgnoreCase(t)   x has t in it, whatever the case
//	x.glob(p)                 all of x matches the pattern p, or one of a list: * any text, ? any character
//	undated(x)                an eventName without the API date that Lambda and CloudFront append
//
//	of addresses
//
//	isIP(x)                   x is an IP address; sourceIPAddress may also be the name of a service
//	isPublicIP(x)             x is an IP address that the internet routes
//	cidr(x, n)                x is an IP address in the network n, or in one of a list
//
//	of lists
//
//	list("name")              the texts of a named list: of the program, else the rule's default
//	sets.contains(a, b)       the list a has every element of the list b
//	sets.intersects(a, b)     the lists a and b have an element in common
//
//	of what the importing program knows
//
//	lookup("name", x)         the answer of a lookup about the text x, absent where it knows nothing:
//	                          lookup("asn", event.sourceIPAddress).number
//
//	of ARNs
//
//	arn(x)                    the parts of an ARN:
//	                          .partition .service .region .accountId .resource
//	                          .resourceType .path .name .sessionName
//
//	of policy documents: what Allow statements grant and no Deny is certain to take back
//
//	policy(x)                 the policy in x, an object or JSON text, URL-encoded or not:
//	                          .valid (x holds a policy) .statements (as written)
//	d.allowsPublic()          something to everybody, under no condition that says who
//	d.allowsAllActions()      every action, or all but some (NotAction)
//	d.allowsAllResources()    something on every resource, or all but some (NotResource)
//	d.allowsAll()             every action on every resource in one statement, without condition
//	d.allows("iam:PassRole")  the action, on some resource
//	d.allowsOutside(a)        something to an AWS account that is not a, nor in the list a
//	d.principals()            to whom: account ids, ARNs, services, "*"
//
//	of rules of EC2 security groups
//
//	ingress(x)                the rules in requestParameters or responseElements, whatever their form, as a list:
//	                          .protocol (tcp, udp, icmp, icmpv6, all, or as written) .fromPort .toPort
//	                          .cidr .group .prefixList .description .world (open to every address)
//	r.covers(22)              the rule lets the TCP or UDP port through
//
// # Lookups
//
// What no record tells, the importing program may: whose network an address is in, who is on holiday. A rule names the
// lookups that its conditions ask for,
//
//	needs: [geo]
//	when: '!(lookup("geo", event.sourceIPAddress).country in ["NO", "SE"])'
//
// and is inactive in a program that gives none of that name. "asn" tells number and org, "geo" tells country,
// country_name, region and city, and another member of these is an error; any other lookup may tell anything. Where
// the key is no text, is "", or is not known, the answer is absent: the rule above has a finding for an address that is
// nowhere, and asks has(...) first if that is not meant. Rules that ask the same about an event share the answer.
//
// # Rules with memory
//
// Match, when, active and the exceptions say which events a rule looks at. Without more, each of them is a finding. A
// rule that has one of four blocks, or dedup, has findings over many of them instead.
//
// An aggregate measures the events of a group in a window, the time up to and with an event:
//
//	match: {source: secretsmanager.amazonaws.com, event: GetSecretValue, outcome: success}
//	aggregate:
//	  by: [actor.id]          # which is what is meant when by is left out
//	  window: 6m
//	  let:
//	    secrets: distinct(event.requestParameters.secretId)
//	  having: secrets >= 20
//
// A measure under let is one of these; having is a condition over their names and params, and knows no event.
//
//	count()                   how many events
//	count_if(c)               of how many of them the condition c is true
//	distinct(x)               how many different values x has, absent ones left out; a list is one value
//	min(x) max(x)             the least and greatest number or time x; absent when there is none
//	ratio(c)                  of which share of the events c is true, from 0 to 1; settled
//	settled(m)                the measure m over a window that ends the allowed lateness before the event
//
// Where there is a trigger, a condition, every event counts and only one of which it is true makes a finding.
//
// A sequence has steps, which follow each other by the time of the events within a span, from the first to the last:
//
//	sequence:
//	  by: [event.userIdentity.accessKeyId]
//	  within: 1h
//	  steps:
//	    - name: created
//	      match: {source: iam.amazonaws.com, event: CreateAccessKey, outcome: success}
//	      by: [event.responseElements.accessKey.accessKeyId]
//	    - name: used
//	      when: event.userIdentity.accessKeyId.startsWith("AKIA")
//
// Other events may lie between the steps. An event is one step at most of a chain, and steps of one second follow each
// other in the order of the rule, because CloudTrail's times are no finer. A step may have a by of its own, of as many
// values.
//
// New terms are values that were not seen in the history before:
//
//	new_terms:
//	  fields: [actor.id, event.awsRegion]
//	  history: 30d
//
// An anomaly is what is unusual in a group. The history is divided in buckets, from multiples of their length since
// 1970, and compared with what is at hand:
//
//	anomaly:
//	  function: rare          # seen in at most max_share of the buckets in which the group was active
//	  of: event.eventName
//	  by: [actor.id]
//	  bucket: 1h
//	  history: 14d
//	  min_buckets: 24         # of which there are so many
//
//	anomaly:
//	  function: high_distinct # more different values in a bucket than the mean and deviations standard deviations
//	  of: event.errorCode     # of the history's buckets, those without events included
//	  bucket: 15m
//	  history: 7d
//	  deviations: 3
//	  at_least: 10            # and so many at least
//
// dedup alone makes one finding of the matches of one group (group_by) in a period:
//
//	dedup: 1d
//
// Groups. The values of by, fields or group_by make the group. An event that lacks one, or has "" there, is in no group,
// and the rule does not look at it; with dedup alone, where it is a finding in any case, what is lacking is a group, too. A value that is a list puts the event in one group for each element, and of several
// lists for each combination: more than 64 are a fault. An empty by is one group for all events.
//
// Findings. Time is divided in periods, from multiples of their length since 1970: dedup, or when that is left out the
// window, within or bucket, an hour at least, and the history of new terms and of what is rare. What a rule finds in one
// group and one period is one finding with one ID. It is given out when the rule first holds; again, marked as an
// update, whenever there are twice as many events; and again when an event that gave it out is delivered again. What
// goes on over the end of a period is two findings. event and actor in the message are those of the event that came
// last; beside them, message may name count, how many events there are, first and last, when they happened, and the
// measures, but not both in one placeholder.
//
// Order. Events are judged by their eventTime. Up to the allowed lateness, ruleset.DefaultLateness unless the program
// says otherwise, they may come in any order and more than once: the findings are the same. This is why having must
// rise, which is checked: one more event must never make it false again. It asks for at least so many, or for a min that
// is at most so much; what may go either way, such as a share, is measured settled, where nothing is still to come. New terms and anomalies
// likewise compare with a history that ends the allowed lateness before the event. An event that comes later than that
// is judged by what is still remembered, and its finding says so; a bucket of high_distinct that is over stays over. One without
// a time is a fault.
//
// Learning. New terms and anomalies need to know what is usual. Until there have been events for as long as learning
// says, and that is the history when it is left out, their findings are reported apart, in the Shadow of a result.
//
// Lengths of time are 90s, 10m, 1h30m, 7d or 1d12h, from a second to 400 days, and may be left to whoever tunes the
// rule, as the bounds of an anomaly may:
//
//	aggregate: {window: params.window, ...}
//	params:
//	  window: {type: duration, default: 6m}
//
// A condition reads such a parameter with duration(params.window), which knows no days.
//
// # Help while writing
//
// [Lint] warns of what is valid and misleads. An editor that speaks the YAML language server completes and checks keys
// when a rule file starts with
//
//	# yaml-language-server: $schema=https://raw.githubusercontent.com/trailsift/trailsift/main/rule/schema.json
//
// Names of tactics and techniques are those of MITRE ATT&CK, © The MITRE Corporation, reproduced and distributed
// with its permission.
package rule
