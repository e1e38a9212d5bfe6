package rule

import (
	"slices"
	"strings"

	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
)

// The name of a role's session is chosen by whoever asks for the session, and ends the ARN and the
// principal id of the session ("CloudTrail userIdentity element").

// ofSession are the paths that hold a session name, with what to use instead.
var ofSession = map[string]string{
	"event.userIdentity.arn":                  "actor.id",
	"event.userIdentity.principalId":          "actor.id",
	"actor.sessionName":                       "actor.id",
	"arn(event.userIdentity.arn).resource":    "actor.id",
	"arn(event.userIdentity.arn).sessionName": "actor.id",
}

// grouping: findings of one role would fall apart into one group for each session.
func (l *linter) grouping() {
	const falls = "one principal falls apart into as many groups as it has sessions"
	list := func(field string, by []string) {
		for i, text := range by {
			l.session(at(field, i), text, 0, text, falls)
		}
	}
	list("group_by", l.rule.GroupBy)
	if field, by := l.rule.Grouping(); field != "group_by" {
		list(field, by)
	}
	if s := l.rule.Sequence; s != nil {
		for i, step := range s.Steps {
			list(at("sequence.steps", i)+".by", step.By)
		}
	}
}

// sessionValues: what is counted by session grows with the sessions of a role. A measure of actor.sessionName says
// that this is meant.
func (l *linter) sessionValues() {
	if a := l.rule.Aggregate; a != nil {
		for _, name := range a.letNames() {
			if m, err := measure.Parse(a.Let[name]); err == nil && m.Function == measure.Distinct && !strings.Contains(m.Arg, "essionName") {
				l.session("aggregate.let."+name, a.Let[name], m.Offset, m.Arg, "one principal counts as often as it has sessions")
			}
		}
	}
	if a := l.rule.Anomaly; a != nil {
		l.session("anomaly.of", a.Of, 0, a.Of, "each session is another value")
	}
}

// session warns of an expression, which starts at a character of a field's text, that reads the name of a session.
func (l *linter) session(field, text string, start int, expression, what string) {
	facts, ok := celenv.Inspect(expression)
	if !ok {
		return
	}
	for _, read := range facts.Reads {
		if hint, ok := ofSession[read.Text]; ok {
			l.warnAt(field, text, start+read.Offset, hint, "%s holds the name of the session: %s", read.Text, what)
		}
	}
}

// sessionNames: anybody who may assume a role can take a session name that a condition trusts.
func (l *linter) sessionNames() {
	for _, c := range l.all {
		for _, a := range c.Atoms {
			for _, p := range append([]celenv.Path{a.Path}, a.Others...) {
				if hint := namesSession(a, p.Text); hint != "" {
					l.warnIn(c, a.Offset, hint, "%s is compared as if it told who acts, and holds the session name, which whoever asks for the session chooses", p.Text)
					break
				}
			}
		}
	}
}

// namesSession tells what to test instead when a test looks at the session name in a path, "" when
// it does not.
func namesSession(a *celenv.Atom, path string) (hint string) {
	if a.Op == "has" || a.Op == "" || isEmptyTest(a) {
		return "" // whether there is a session, whatever its name
	}
	switch path {
	case "actor.sessionName", "arn(event.userIdentity.arn).sessionName":
		return "actor.id"
	case "event.userIdentity.arn", "arn(event.userIdentity.arn).resource":
		if a.Op == "endsWith" || slices.ContainsFunc(a.Values, namesRoleSession) {
			return "actor.arn"
		}
	case "event.userIdentity.principalId":
		if a.Op == "endsWith" || slices.ContainsFunc(a.Values, endsInSession) {
			return "actor.principalId"
		}
	}
	return ""
}

func isEmptyTest(a *celenv.Atom) bool {
	return a.Op == "==" && len(a.Values) == 1 && a.Values[0].Text == ""
}

// namesRoleSession tells whether a text names a role by the ARN of its sessions. One that stops at
// the type, :assumed-role/, asks for no name.
func namesRoleSession(v celenv.Literal) bool {
	_, name, ok := strings.Cut(v.Text, "assumed-role/")
	return ok && strings.Trim(name, "*") != ""
}

// endsInSession tells whether a text has the session name of a role's principal id, AROA...:name.
// Ids of other principals may have a colon, too.
func endsInSession(v celenv.Literal) bool {
	id, name, ok := strings.Cut(v.Text, ":")
	return ok && strings.Trim(name, "*") != "" && (id == "" || id == "*" || strings.HasPrefix(id, "AROA"))
}

// userNames: a role's session has no userName of its own, its issuer has.
func (l *linter) userNames() {
	const userName = "event.userIdentity.userName"
	for _, c := range l.all {
		for _, a := range c.Atoms {
			if a.Path.Text != userName || a.Op == "has" || isEmptyTest(a) {
				continue
			}
			for other, holds := range a.Beside() {
				if holds && asksForRole(other) {
					l.warnIn(c, a.Offset, "actor.name", "%s is never there in a role's session", userName)
					break
				}
			}
		}
	}
}

func asksForRole(a *celenv.Atom) bool {
	only := func(name string) bool {
		return (a.Op == "==" || a.Op == "in") && len(a.Values) == 1 && a.Values[0].Text == name
	}
	switch a.Path.Text {
	case "actor.isRole":
		return a.Op == ""
	case "actor.kind":
		return only("role")
	case "event.userIdentity.type":
		return only("AssumedRole")
	}
	return false
}
