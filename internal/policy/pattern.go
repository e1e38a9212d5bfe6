package policy

import (
	"strings"

	"github.com/trailsift/trailsift/internal/glob"
)

// maxPattern is how many bytes a pattern may have. An ARN has at most 2,048.
const maxPattern = 4096

// maxWork bounds the comparisons of grants with Deny statements, in bytes compared, for one
// question. A policy that AWS stores needs a thousandth of it; where it is used up, a Deny
// is not certain any more.
const maxWork = 1 << 22

// patterns are the values of Action, NotAction, Resource or NotResource.
type patterns struct {
	present bool
	cut     bool     // a value was left out
	list    []string // folded
}

// newPatterns reads the element of the name. fold gives patterns that mean the same one form.
func newPatterns(m map[string]any, name string, fold func(string) string) patterns {
	v, ok := m[name]
	if !ok || v == nil {
		return patterns{}
	}
	values, ok := texts(v)
	p := patterns{present: true, cut: !ok, list: values[:0]}
	for _, value := range values {
		if len(value) > maxPattern {
			p.cut = true
			continue
		}
		p.list = append(p.list, fold(value))
	}
	return p
}

// everything reports whether a pattern leaves nothing out.
func (p *patterns) everything() bool {
	for _, q := range p.list {
		if q == "*" {
			return true
		}
	}
	return false
}

// cover reports whether one pattern matches all that the folded pattern matches.
func (p *patterns) cover(pattern string, work *int) bool {
	for _, q := range p.list {
		if !spend(work, q, pattern) {
			return false
		}
		if covers(q, pattern) {
			return true
		}
	}
	return false
}

// exclude reports whether it is certain that no pattern matches anything that the folded
// pattern matches. work may be nil for as much as it takes.
func (p *patterns) exclude(pattern string, work *int) bool {
	if p.cut {
		return false
	}
	wild := strings.ContainsAny(pattern, "*?")
	for _, q := range p.list {
		if work != nil && !spend(work, q, pattern) {
			return false
		}
		if wild {
			// Two patterns have nothing in common when they start differently.
			a, b := glob.Compile(q).Prefix(), glob.Compile(pattern).Prefix()
			if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
				return false
			}
		} else if glob.Match(q, pattern) {
			return false
		}
	}
	return true
}

// withdraws reports whether a Deny with the Action p and the NotAction not is certain to be
// for all that the folded action matches.
func (p *patterns) withdraws(not patterns, action string, work *int) bool {
	if p.present {
		return p.cover(action, work)
	}
	return not.present && not.exclude(action, work)
}

// spend takes a comparison off the work that is left, and reports whether that was enough.
func spend(work *int, pattern, text string) bool {
	cost := len(pattern) + len(text)
	if strings.IndexByte(pattern, '?') >= 0 {
		cost = len(pattern)*len(text) + 1
	}
	*work -= cost
	return *work >= 0
}

// covers reports whether pattern matches all that inner, itself a pattern, matches. Read as
// text, inner is matched only if its stars fall to stars of pattern and its question marks to
// stars or question marks, and then so is all that it stands for. The exception is a star
// that falls to a question mark, so the two together are taken for no match.
func covers(pattern, inner string) bool {
	if pattern == "*" || pattern == inner {
		return true
	}
	if strings.IndexByte(pattern, '?') >= 0 && strings.IndexByte(inner, '*') >= 0 {
		return false
	}
	return glob.Match(pattern, inner)
}

// foldAction lowers an action, whose case IAM does not regard, and makes "*" of every pattern
// that no action escapes: "**", "*:*", "?*:?*".
func foldAction(action string) string {
	action = strings.ToLower(action)
	if action == "" || action == "*" {
		return action
	}
	service, name, ok := strings.Cut(action, ":")
	if open(service) && (!ok || open(name)) {
		return "*"
	}
	return action
}

// foldResource makes "*" of every pattern that no ARN of a partition escapes: "**", "arn:*",
// "arn:aws:*:*:*:*".
func foldResource(resource string) string {
	fields := strings.SplitN(resource, ":", 6)
	if fields[0] == "arn" && len(fields) > 1 {
		fields = fields[1:]
		if len(fields) > 1 && !strings.ContainsAny(fields[0], "*?") {
			fields = fields[1:] // the partition
		}
	}
	for _, f := range fields {
		if !open(f) {
			return resource
		}
	}
	return "*"
}

// open reports whether part of a pattern lets any text of two characters or more through.
// No service, action or resource has a shorter name.
func open(part string) bool {
	stars := strings.Count(part, "*")
	marks := strings.Count(part, "?")
	return stars > 0 && marks <= 2 && stars+marks == len(part)
}
