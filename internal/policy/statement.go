package policy

import "slices"

// A statement is one element of Statement, prepared for questions.
type statement struct {
	actions, notActions     patterns
	resources, notResources patterns
	principal               principal
	condition               map[string]any
	conditional             bool
}

func newStatement(m map[string]any) statement {
	s := statement{
		actions:      newPatterns(m, "Action", foldAction),
		notActions:   newPatterns(m, "NotAction", foldAction),
		resources:    newPatterns(m, "Resource", foldResource),
		notResources: newPatterns(m, "NotResource", foldResource),
		principal:    newPrincipal(m),
	}
	s.condition, s.conditional = condition(m["Condition"])
	return s
}

// grantsNothing reports whether the statement is for no action, which AWS would refuse.
func (s *statement) grantsNothing() bool {
	if s.actions.present {
		return len(s.actions.list) == 0
	}
	return !s.notActions.present
}

func (s *statement) allActions() bool {
	return s.actions.everything() || !s.actions.present && s.notActions.present && !s.notActions.everything()
}

func (s *statement) allResources() bool {
	return s.resources.everything() || !s.resources.present && s.notResources.present && !s.notResources.everything()
}

func (s *statement) public() bool { return s.principal.everyone && !restricts(s.condition) }

// grants reports whether the statement grants all that the action, a folded pattern, stands for.
func (s *statement) grants(action string) bool {
	if s.actions.present {
		return slices.ContainsFunc(s.actions.list, func(p string) bool { return covers(p, action) })
	}
	return s.notActions.present && s.notActions.exclude(action, nil)
}

// coversResources reports whether s, a Deny, is for all resources of the grant. The resources
// that a NotResource leaves over are taken for none, which is what is certain.
func (s *statement) coversResources(grant *statement, work *int) bool {
	if !grant.resources.present {
		// A trust policy has no resources on either side.
		return s.resources.everything() || !s.resources.present && !s.notResources.present && !grant.notResources.present
	}
	for _, r := range grant.resources.list {
		if !s.resources.cover(r, work) {
			return false
		}
	}
	return true
}

// A principal is what Principal or NotPrincipal says.
type principal struct {
	present  bool
	everyone bool
	aws      []string // accounts and ARNs, except "*"
	other    []string // services, identity providers, canonical users
}

// newPrincipal reads Principal and NotPrincipal. The latter, in an Allow, grants to everybody
// but a few, which is everybody; in a Deny, it spares somebody and so is not for everybody.
func newPrincipal(m map[string]any) principal {
	var p principal
	if not, ok := m["NotPrincipal"]; ok {
		var spared principal
		spared.read(not)
		p.present = true
		p.everyone = m["Effect"] == "Allow" && !spared.everyone
		return p
	}
	v, ok := m["Principal"]
	if !ok || v == nil {
		return p
	}
	p.present = true
	p.read(v)
	return p
}

func (p *principal) read(v any) {
	byKind, ok := v.(map[string]any)
	if !ok {
		p.addAWS(v)
		return
	}
	for kind, v := range byKind {
		if kind == "AWS" {
			p.addAWS(v)
			continue
		}
		names, _ := texts(v)
		p.other = append(p.other, names...)
	}
}

func (p *principal) addAWS(v any) {
	names, _ := texts(v)
	for _, name := range names {
		if name == "*" {
			p.everyone = true
		} else if name != "" {
			p.aws = append(p.aws, name)
		}
	}
}
