// Package policy answers questions about AWS policy documents: bucket policies, key
// policies, role trust policies, identity policies and all others in the JSON policy
// language of IAM.
//
//	doc, ok := policy.Parse(e.RequestParameters.Get("policyDocument").Value())
//	if ok && doc.AllowsAll() { ... }
//
// The questions are about what Allow statements grant. A Deny statement is heeded where
// it is certain to take a grant back: it has no condition, applies to everybody and covers
// the actions and the resources of the grant. A Deny that takes back a part of a grant, or
// takes it back under a condition, leaves the grant standing, so that an answer errs on the
// side of "allowed". Nothing outside the document is known: neither Block Public Access nor
// a service control policy, nor what an identity is allowed elsewhere.
//
// The value of Effect is case-sensitive ("IAM JSON policy elements: Effect", AWS Identity and
// Access Management User Guide): a statement that neither says Allow nor Deny, letter by
// letter, is refused by AWS and skipped here. Element names are taken letter by letter too.
// Actions and condition keys are compared without regard to case, resources with regard to it.
// A pattern of more than 4,096 bytes, twice what any ARN can have, matches nothing.
package policy

import (
	"slices"
	"strings"
)

// A Document is a policy document. It is immutable and safe for concurrent use. The zero
// Document grants nothing.
type Document struct {
	raw    []any
	allows []statement
	denies []statement // only those without a condition and for everybody
}

// Parse reads a policy document: an object, JSON text, or JSON text that is URL-encoded,
// once or twice, as the responses of IAM have it. A single statement, as Lambda's
// AddPermission answers with, is read as a document of one. Text may have 1 MiB and nest
// 64 levels. The document is never nil: it is the zero Document when v holds no policy, of
// which the second result tells. v must not be changed afterwards.
func Parse(v any) (*Document, bool) {
	if text, ok := v.(string); ok {
		v = decode(text)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return &Document{}, false
	}
	var raw []any
	switch list := m["Statement"].(type) {
	case []any:
		raw = list
	case map[string]any:
		raw = []any{list}
	default:
		if _, ok := m["Effect"].(string); !ok {
			return &Document{}, false
		}
		raw = []any{m}
	}
	return newDocument(raw), true
}

func newDocument(raw []any) *Document {
	d := &Document{raw: raw}
	for _, r := range raw {
		m, ok := r.(map[string]any)
		if !ok {
			continue
		}
		switch m["Effect"] {
		case "Allow":
			d.allows = append(d.allows, newStatement(m))
		case "Deny":
			s := newStatement(m)
			if !s.conditional && (!s.principal.present || s.principal.everyone) {
				d.denies = append(d.denies, s)
			}
		}
	}
	// A grant of nothing, or one taken back as a whole, is none: no question needs to see it.
	work := maxWork
	d.allows = slices.DeleteFunc(d.allows, func(s statement) bool { return s.grantsNothing() || d.undone(&s, &work) })
	return d
}

// Statements returns the statements as they are written, Deny included, for the questions
// that this package does not answer. They are not to be changed.
func (d *Document) Statements() []any { return d.raw }

// AllowsPublic reports whether a statement grants something to everybody: its Principal is
// "*", {"AWS": "*"} or a list with either, or it has a NotPrincipal, and no condition says
// who the caller is. See restricts for the conditions that do.
func (d *Document) AllowsPublic() bool {
	return slices.ContainsFunc(d.allows, func(s statement) bool { return s.public() })
}

// AllowsAllActions reports whether a statement grants every action: "*", "*:*" or another
// pattern that leaves none out, or all but those of a NotAction. Conditions do not matter.
func (d *Document) AllowsAllActions() bool {
	return slices.ContainsFunc(d.allows, func(s statement) bool { return s.allActions() })
}

// AllowsAllResources reports whether a statement grants something on every resource: "*" or
// another pattern that leaves none out, or all but those of a NotResource. Conditions do not
// matter. A statement without either, as in the trust policy of a role, does not count.
func (d *Document) AllowsAllResources() bool {
	return slices.ContainsFunc(d.allows, func(s statement) bool { return s.allResources() })
}

// AllowsAll reports whether one statement grants all actions on all resources, in the sense
// of AllowsAllActions and AllowsAllResources, without any condition. So it does with a
// NotAction: a policy shaped like the managed PowerUserAccess is one.
func (d *Document) AllowsAll() bool {
	return slices.ContainsFunc(d.allows, func(s statement) bool {
		return !s.conditional && s.allActions() && s.allResources()
	})
}

// Allows reports whether a statement grants the action, such as iam:PassRole, on some
// resource, under whatever condition. With wildcards (iam:*) it reports whether one pattern
// of a statement grants all actions that match.
func (d *Document) Allows(action string) bool {
	action = foldAction(action)
	if action == "" || len(action) > maxPattern {
		return false
	}
	work := maxWork
	for i := range d.allows {
		if s := &d.allows[i]; s.grants(action) && !d.denied(action, s, &work) {
			return true
		}
	}
	return false
}

// Principals returns whom the document grants something to, as written and sorted, each
// once: accounts, ARNs, services, identity providers, and "*" for everybody, for whom a
// NotPrincipal stands too. Conditions do not matter.
func (d *Document) Principals() []string {
	var all []string
	for i := range d.allows {
		p := &d.allows[i].principal
		if p.everyone {
			all = append(all, "*")
		}
		all = append(all, p.aws...)
		all = append(all, p.other...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// PrincipalAccounts returns the accounts of 12 digits that Principals names, alone or in an
// ARN, sorted, each once.
func (d *Document) PrincipalAccounts() []string {
	var all []string
	for _, p := range d.Principals() {
		if account, ok := accountOf(p); ok {
			all = append(all, account)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// AllowsOutside reports whether the document grants something to a principal of an AWS
// account that is none of accounts (12 digits each), or to everybody. Conditions on a named
// principal do not matter. A grant to everybody under a condition counts when the condition
// names an account (in aws:PrincipalAccount, aws:SourceArn and their like) that is none of
// accounts. A principal whose account cannot be told, such as the unique id AWS leaves
// behind for a deleted role, does not count, nor does a service or an identity provider.
func (d *Document) AllowsOutside(accounts ...string) bool {
	inside := func(account string) bool { return slices.Contains(accounts, account) }
	for i := range d.allows {
		s := &d.allows[i]
		if s.public() {
			return true
		}
		if s.principal.everyone && foreign(s.condition, inside) {
			return true
		}
		for _, p := range s.principal.aws {
			if account, ok := accountOf(p); ok && !inside(account) || anyAccount(p) {
				return true
			}
		}
	}
	return false
}

// denied reports whether a Deny is certain to take the action, a folded pattern, back from s.
func (d *Document) denied(action string, s *statement, work *int) bool {
	for i := range d.denies {
		deny := &d.denies[i]
		if *work--; *work < 0 {
			return false
		}
		// A Deny without Principal is one of an identity policy, where nobody has one.
		if !deny.principal.present && s.principal.present {
			continue
		}
		if deny.actions.withdraws(deny.notActions, action, work) && deny.coversResources(s, work) {
			return true
		}
	}
	return false
}

// undone reports whether Deny statements are certain to take everything back that s grants.
func (d *Document) undone(s *statement, work *int) bool {
	if len(d.denies) == 0 {
		return false
	}
	if !s.actions.present {
		return d.denied("*", s, work)
	}
	for _, action := range s.actions.list {
		if !d.denied(action, s, work) {
			return false
		}
	}
	return true
}

// accountOf returns the account that a principal or an ARN names.
func accountOf(text string) (string, bool) {
	if isAccount(text) {
		return text, true
	}
	account := arnAccount(text)
	return account, isAccount(account)
}

// anyAccount reports whether the account of a principal's ARN is a wildcard, which AWS takes
// from few services' policies.
func anyAccount(principal string) bool {
	return strings.ContainsAny(arnAccount(principal), "*?")
}

// arnAccount returns the account of an ARN, "" when text is none.
func arnAccount(text string) string {
	fields := strings.SplitN(text, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" {
		return ""
	}
	return fields[4]
}

func isAccount(text string) bool {
	if len(text) != 12 {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
