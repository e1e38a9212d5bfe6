package ruletest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/nearest"
)

// Shape returns what in a record is not as CloudTrail writes it: members that it does not have at
// the top level and in userIdentity, values of another type (a text where AWS writes a boolean,
// and a boolean where it writes a text), members that an identity of this type lacks, times and
// ids in another form. It is nil for a record in which nothing is. What is inside
// requestParameters, responseElements and the like is each service's own affair.
//
// AWS documents the record in "CloudTrail record contents for management, data, and network
// activity events" and "CloudTrail userIdentity element".
func Shape(record []byte) []string {
	members, err := decode(record)
	if err != nil {
		return []string{err.Error()}
	}
	if members["eventCategory"] == "Aggregated" { // a schema of its own
		return nil
	}
	s := &shape{}
	s.object("", members, topLevel)
	s.required(members)
	identity, _ := members["userIdentity"].(map[string]any)
	if identity != nil {
		s.identity(identity, members)
	}
	if managed, ok := members["managementEvent"].(bool); ok && managed != (members["eventCategory"] == "Management") && members["eventCategory"] != nil {
		s.add("managementEvent", "is %v in an event of the category %v", managed, members["eventCategory"])
	}
	return s.problems
}

// A form says what is wrong with a value, "" when nothing is.
type form func(s *shape, path string, value any)

type shape struct{ problems []string }

func (s *shape) add(path, format string, args ...any) {
	s.problems = append(s.problems, path+" "+fmt.Sprintf(format, args...))
}

func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "an object"
}

func (s *shape) object(path string, members map[string]any, known map[string]form) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		check, ok := known[name]
		full := strings.TrimPrefix(path+"."+name, ".")
		if !ok {
			hint := ""
			if n := nearest.Name(name, slices.Sorted(maps.Keys(known))); n != "" {
				hint = fmt.Sprintf(" (did you mean %q?)", n)
			}
			s.add(full, "is no member that CloudTrail writes%s", hint)
			continue
		}
		check(s, full, members[name])
	}
}

func typed(want string, null bool) form {
	return func(s *shape, path string, value any) {
		if got := kind(value); got != want && !(null && value == nil) {
			s.add(path, "is %s, CloudTrail writes %s", got, want)
		}
	}
}

// like is a text of a form, described by an example.
func like(pattern, example string) form {
	re := regexp.MustCompile(pattern)
	return func(s *shape, path string, value any) {
		text, ok := value.(string)
		switch {
		case !ok:
			s.add(path, "is %s, CloudTrail writes a text such as %q", kind(value), example)
		case !re.MatchString(text):
			s.add(path, "is %q, CloudTrail writes such as %q", text, example)
		}
	}
}

// filled is a text that is left out rather than empty.
func filled(s *shape, path string, value any) {
	text(s, path, value)
	if value == "" {
		s.add(path, "is empty, CloudTrail leaves it out")
	}
}

// oneOf is one of some texts, in any case: AWS spells some in two ways.
func oneOf(names ...string) form {
	return func(s *shape, path string, value any) {
		text, ok := value.(string)
		if !ok || !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, text) }) {
			s.add(path, "is %v, CloudTrail writes one of %s", value, strings.Join(names, ", "))
		}
	}
}

// inside is an object with these members, or {}.
func inside(known map[string]form) form {
	return func(s *shape, path string, value any) {
		members, ok := value.(map[string]any)
		if !ok {
			s.add(path, "is %s, CloudTrail writes an object", kind(value))
			return
		}
		s.object(path, members, known)
	}
}

func texts(names ...string) map[string]form {
	m := map[string]form{}
	for _, n := range names {
		m[n] = text
	}
	return m
}

var (
	text     = typed("a text", false)
	boolean  = typed("a boolean", false)
	free     = typed("an object", true)
	trueText = like(`^true$`, "true")
	guid     = like(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`, "5d1f0a2b-0000-4000-9000-000000000003")
	account  = like(`^[0-9]{12}$`, "210987654321")
)

var topLevel = map[string]form{
	"eventVersion":                 like(`^[0-9]+\.[0-9]+$`, "1.11"),
	"userIdentity":                 typed("an object", true),
	"eventTime":                    like(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, "2026-01-05T09:15:00Z"),
	"eventSource":                  like(`^[a-z0-9.-]+\.amazonaws\.com$`, "iam.amazonaws.com"),
	"eventName":                    filled,
	"awsRegion":                    like(`^[a-z]{2,4}(-[a-z]+)+-\d+$`, "us-east-1"),
	"sourceIPAddress":              filled,
	"userAgent":                    text,
	"errorCode":                    filled,
	"errorMessage":                 text,
	"requestParameters":            free,
	"responseElements":             free,
	"additionalEventData":          free,
	"requestID":                    text,
	"eventID":                      guid,
	"eventType":                    oneOf("AwsApiCall", "AwsServiceEvent", "AwsConsoleAction", "AwsConsoleSignIn", "AwsCloudTrailInsight", "AwsVpceEvent", "AwsVpceEvents", "AwsMcpEvent"),
	"apiVersion":                   text,
	"managementEvent":              boolean,
	"readOnly":                     boolean,
	"resources":                    resources,
	"recipientAccountId":           account,
	"serviceEventDetails":          free,
	"sharedEventID":                guid,
	"vpcEndpointId":                text,
	"vpcEndpointAccountId":         text,
	"eventCategory":                oneOf("Management", "Data", "NetworkActivity", "Insight"),
	"addendum":                     inside(texts("reason", "updatedFields", "originalRequestID", "originalEventID")),
	"sessionCredentialFromConsole": trueText,
	"edgeDeviceDetails":            free,
	"tlsDetails":                   inside(texts("tlsVersion", "cipherSuite", "clientProvidedHostHeader", "keyExchange")),
	"insightDetails":               free,
	"eventContext":                 free,
	"annotation":                   text,
	"omitted":                      boolean,
}

func resources(s *shape, path string, value any) {
	list, ok := value.([]any)
	if !ok && value != nil {
		s.add(path, "is %s, CloudTrail writes a list", kind(value))
	}
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		inside(texts("ARN", "ARNPrefix", "accountId", "type"))(s, at, item)
		if m, ok := item.(map[string]any); ok && m["ARN"] != nil && m["ARNPrefix"] != nil {
			s.add(at, "has both ARN and ARNPrefix, CloudTrail writes one of them")
		}
	}
}

// since are the members that records have, but for those of Insights, from a minor version on.
var since = map[string]int{
	"eventVersion": 0, "userIdentity": 0, "eventTime": 0, "eventSource": 0, "eventName": 0, "awsRegion": 0, "sourceIPAddress": 0,
	"eventID": 1, "eventType": 2,
}

func (s *shape) required(members map[string]any) {
	minor := 99
	if version, ok := members["eventVersion"].(string); ok {
		_, _ = fmt.Sscanf(version, "1.%d", &minor) // else the latest
	}
	insight := members["eventCategory"] == "Insight" || members["eventType"] == "AwsCloudTrailInsight"
	for _, name := range slices.Sorted(maps.Keys(since)) {
		if _, ok := members[name]; ok || since[name] > minor {
			continue
		}
		if insight && slices.Contains([]string{"userIdentity", "eventSource", "eventName", "sourceIPAddress"}, name) {
			continue
		}
		s.add(name, "is missing, every record has one")
	}
}
