package rule

import (
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/glob"
)

const (
	eventName   = "event.eventName"
	eventSource = "event.eventSource"
	lambdaHost  = "lambda.amazonaws.com"
)

// namesWithoutSource: CreateUser is called so in IAM, RDS, Transfer and a dozen more. Patterns
// with wildcards, such as Delete*, are meant for many services and are let be.
func (l *linter) namesWithoutSource() {
	const message = "the event name %s is tested and the source is not: other services may share the name"
	steps := l.matches[1:]
	if l.matches[0].sourced() || len(steps) > 0 && !slices.ContainsFunc(steps, func(m matched) bool { return !m.sourced() }) {
		return
	}
	for _, m := range l.matches {
		if m.sourced() {
			continue
		}
		for i, name := range m.own.Event {
			if isLiteral(name) {
				l.warn(at(m.field+".event", i), "set match.source", message, name)
				return
			}
		}
	}
	for _, c := range l.all {
		if c.testsSource() || c.step >= 0 && steps[c.step].sourced() {
			continue
		}
		for _, a := range c.Atoms {
			if a.Path.Text == eventName && names(a) && !a.Negated && len(a.Values) > 0 {
				l.warnIn(c, a.Values[0].Offset, "set match.source", message, a.Values[0].Text)
				return
			}
		}
	}
}

// sourced tells whether a match, or the condition on top of it, asks for a source.
func (m matched) sourced() bool {
	return slices.ContainsFunc(m.sources, func(p string) bool { return strings.Trim(p, "*") != "" }) || m.when.testsSource()
}

func (c *condition) testsSource() bool {
	return c != nil && slices.ContainsFunc(c.Atoms, func(a *celenv.Atom) bool {
		return a.Path.Text == eventSource || slices.ContainsFunc(a.Others, func(p celenv.Path) bool { return p.Text == eventSource })
	})
}

// names tells whether a test asks for whole names.
func names(a *celenv.Atom) bool {
	return a.Op == "==" || a.Op == "in" || a.Op == "equalsIgnoreCase"
}

func isLiteral(pattern string) bool { return !strings.ContainsAny(pattern, "*?") }

// renamed are calls of S3's API that CloudTrail logs by another name ("Amazon S3 CloudTrail events").
var renamed = map[string]string{
	"PutBucketLifecycleConfiguration":    "PutBucketLifecycle",
	"GetBucketLifecycleConfiguration":    "GetBucketLifecycle",
	"DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle",
	"PutBucketNotificationConfiguration": "PutBucketNotification",
	"GetBucketNotificationConfiguration": "GetBucketNotification",
	"GetBucketAccelerateConfiguration":   "GetAccelerateConfiguration",
	"GetObjectLockConfiguration":         "GetBucketObjectLockConfiguration",
	"ListObjectsV2":                      "ListObjects",
	"PutPublicAccessBlock":               "PutBucketPublicAccessBlock or PutAccountPublicAccessBlock",
	"GetPublicAccessBlock":               "GetBucketPublicAccessBlock or GetAccountPublicAccessBlock",
	"DeletePublicAccessBlock":            "DeleteBucketPublicAccessBlock or DeleteAccountPublicAccessBlock",
}

// dated are calls of Lambda's API that CloudTrail logs with the date of the API version only
// ("Logging AWS Lambda API calls using AWS CloudTrail"). Newer calls carry none. Those that other
// services have as well, undated, are true.
var dated = map[string]bool{
	"CreateFunction":              true,
	"DeleteFunction":              true,
	"GetFunction":                 true,
	"ListFunctions":               true,
	"AddPermission":               true,
	"RemovePermission":            true,
	"UpdateFunctionCode":          false,
	"UpdateFunctionConfiguration": false,
	"ListVersionsByFunction":      false,
}

// unloggedNames: a rule that waits for a name which CloudTrail does not write never fires.
func (l *linter) unloggedNames() {
	for _, m := range l.matches {
		for i, name := range m.own.Event {
			of := sources{match: m.sources}
			switch hint, ok := renamed[name]; {
			case ok && of.may("s3.amazonaws.com"):
				l.warn(at(m.field+".event", i), logged(hint), "S3 never logs %s", name)
			case len(m.own.Source) == 0 && isDated(name, of): // where Lambda is a source match takes the date off
				l.warn(at(m.field+".event", i), "name "+lambdaHost+" in match.source, or write "+name+"20*", "Lambda never logs %s without a date", name)
			}
		}
	}
	for _, c := range l.all {
		for _, a := range c.Atoms {
			if a.Path.Text != eventName || !names(a) {
				continue
			}
			of := sources{c.sources, a}
			for _, v := range a.Values {
				switch hint, ok := renamed[v.Text]; {
				case ok && of.may("s3.amazonaws.com"):
					l.warnIn(c, v.Offset, logged(hint), "S3 never logs %s", v.Text)
				case !a.Path.Undated && isDated(v.Text, of):
					l.warnIn(c, v.Offset, "undated("+eventName+")", "Lambda never logs %s without a date", v.Text)
				}
			}
		}
	}
}

// logged makes a hint of one name or of two.
func logged(hint string) string {
	if strings.Contains(hint, " ") {
		return "it logs " + hint
	}
	return hint
}

func isDated(name string, of sources) bool {
	shared, ok := dated[name]
	return ok && of.may(lambdaHost) && (!shared || of.named(lambdaHost))
}

// sources are what is known of the source where a name is tested: by match, and by what stands
// beside the test, if it is one of a condition.
type sources struct {
	match []string
	test  *celenv.Atom
}

// may tells whether nothing rules a source out.
func (s sources) may(host string) bool {
	if len(s.match) > 0 && !slices.ContainsFunc(s.match, func(p string) bool { return glob.Match(p, host) }) {
		return false
	}
	for a := range s.beside() {
		if !slices.ContainsFunc(a.Values, func(v celenv.Literal) bool { return v.Text == host }) {
			return false
		}
	}
	return true
}

// named tells whether a source is asked for by its name, if only by the start of it.
func (s sources) named(host string) bool {
	service, _, _ := strings.Cut(host, ".")
	if slices.ContainsFunc(s.match, func(p string) bool { return strings.HasPrefix(p, service) && glob.Match(p, host) }) {
		return true
	}
	for range s.beside() {
		return true // may has looked at the values
	}
	return false
}

// beside gives the tests of the source that hold where the name is tested.
func (s sources) beside() func(func(*celenv.Atom) bool) {
	return func(yield func(*celenv.Atom) bool) {
		if s.test == nil {
			return
		}
		for a, holds := range s.test.Beside() {
			if holds && a.Path.Text == eventSource && (a.Op == "==" || a.Op == "in") && len(a.Values) > 0 && !yield(a) {
				return
			}
		}
	}
}
