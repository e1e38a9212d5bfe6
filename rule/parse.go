package rule

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trailsift/trailsift/internal/nearest"
	"github.com/trailsift/trailsift/internal/yamltree"
)

// Parse reads the one rule that a YAML file holds; file names it in errors. Keys that rules do not have are errors,
// and so is all that Validate finds: every error of the file is reported, joined, in the order of the file. The rule
// is nil when there is one. Parse keeps no part of data.
func Parse(file string, data []byte, opts ...Option) (*Rule, error) {
	o := optionsOf(opts)
	doc, problems, data := document(data, o)
	d := &decoder{failed: map[string]bool{}}
	for _, p := range problems {
		d.errs = append(d.errs, &Error{Line: p.Line, Column: p.Column, Err: errors.New(p.Message)})
	}
	r := &Rule{source: &source{file: file, text: bytes.Clone(data)}}
	if doc != nil {
		d.rule(doc.Root, r)
		if o.skipTests {
			r.Tests = nil // written in a way that withoutTests does not see
		}
		for _, e := range r.problems(o, func() *yamltree.Document { return doc }) {
			if !d.hasFailed(e.Field) {
				d.errs = append(d.errs, e)
			}
		}
	}
	for _, e := range d.errs {
		e.File, e.Rule = file, r.ID
	}
	if len(d.errs) > 0 {
		return nil, join(bounded(d.errs))
	}
	return r, nil
}

// document reads a file, without its tests where they may be skipped and it is certain which lines they are.
func document(data []byte, o options) (*yamltree.Document, []*yamltree.Error, []byte) {
	if o.skipTests && len(data) <= yamltree.MaxBytes {
		rest, ends := withoutTests(data)
		if doc, problems := yamltree.Parse(rest); problems == nil && unblanked(doc, ends) {
			return doc, nil, rest
		}
	}
	doc, problems := yamltree.Parse(data)
	return doc, problems, data
}

// A decoder fills a Rule and notes what does not fit. Where an element of a list does not, its place is kept, so
// that indices are those of the file.
type decoder struct {
	errs   []*Error
	failed map[string]bool // fields that have an error, of which Validate need not find another
}

// A fields says what to do with the value of each key that a mapping may have.
type fields map[string]func(n *yamltree.Node, field string)

func (d *decoder) fail(n *yamltree.Node, field, hint, format string, args ...any) {
	if len(d.failed) > maxErrors {
		return
	}
	d.errs = append(d.errs, &Error{Line: n.Line, Column: n.Column, Field: field, Hint: hint, Err: fmt.Errorf(format, args...)})
	d.failed[field] = true
}

// hasFailed tells whether a field, or one around it or inside it, has an error.
func (d *decoder) hasFailed(field string) bool {
	for inside := range d.failed {
		if rest, ok := strings.CutPrefix(inside, field); ok && rest != "" && (rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	for field != "" {
		if d.failed[field] {
			return true
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return false
}

func (d *decoder) mapping(n *yamltree.Node, field string, known fields) {
	d.eachMember(n, field, func(key *yamltree.Node, value *yamltree.Node, field string) {
		if read, ok := known[key.Text]; ok {
			read(value, field)
			return
		}
		names := slices.Sorted(maps.Keys(known))
		meant := nearest.Name(key.Text, names)
		if meant == "" {
			d.fail(key, field, "", "unknown key, the keys are %s", strings.Join(names, ", "))
		} else {
			d.fail(key, field, meant, "unknown key")
		}
		if meant != "" && n.Member(meant) == nil {
			d.failed[strings.TrimSuffix(field, key.Text)+meant] = true // misspelt, hence not missing as well
		}
	})
}

func (d *decoder) eachMember(n *yamltree.Node, field string, read func(key, value *yamltree.Node, field string)) {
	if n.Kind != yamltree.Map {
		if !n.IsNull() {
			d.fail(n, field, "", "a mapping is expected, not %v", n.Kind)
		}
		return
	}
	for i, key := range n.Keys {
		path := key.Text
		if field != "" {
			path = field + "." + path
		}
		read(key, n.Items[i], path)
	}
}

func (d *decoder) eachItem(n *yamltree.Node, field string, read func(n *yamltree.Node, field string)) {
	if n.Kind != yamltree.List {
		if !n.IsNull() {
			d.fail(n, field, "", "a list is expected, not %v", n.Kind)
		}
		return
	}
	for i, item := range n.Items {
		read(item, fmt.Sprintf("%s[%d]", field, i))
	}
}

// text takes any scalar as it is spelled: a condition may be true, a title 2026.
func (d *decoder) text(n *yamltree.Node, field string) string {
	switch {
	case n.Kind != yamltree.Scalar:
		d.fail(n, field, "", "a text is expected, not %v", n.Kind)
		return ""
	case n.IsNull():
		return ""
	}
	return trimText(n.Text)
}

func (d *decoder) texts(n *yamltree.Node, field string) (list []string) {
	d.eachItem(n, field, func(n *yamltree.Node, field string) { list = append(list, d.text(n, field)) })
	return list
}

func (d *decoder) oneOrMore(n *yamltree.Node, field string) []string {
	if n.Kind == yamltree.Scalar && !n.IsNull() {
		return []string{d.text(n, field)}
	}
	return d.texts(n, field)
}

func (d *decoder) number(n *yamltree.Node, field string) int {
	i, err := strconv.Atoi(n.Text)
	if err != nil || n.Kind != yamltree.Scalar {
		d.fail(n, field, "", "a whole number is expected")
	}
	return i
}

func (d *decoder) bool(n *yamltree.Node, field string) bool {
	if n.Kind != yamltree.Scalar || n.Text != "true" && n.Text != "false" {
		d.fail(n, field, "", "true or false is expected")
	}
	return n.Text == "true"
}

// ours notes an error of a function of this package, hint and all.
func (d *decoder) ours(n *yamltree.Node, field string, err error) {
	if e := (*Error)(nil); errors.As(err, &e) {
		d.fail(n, field, e.Hint, "%w", e.Err)
	} else if err != nil {
		d.fail(n, field, "", "%w", err)
	}
}

// setText and setTexts make the entry of a mapping for a field that is nothing but text.
func (d *decoder) setText(to *string) func(*yamltree.Node, string) {
	return func(n *yamltree.Node, field string) { *to = d.text(n, field) }
}

func (d *decoder) setTexts(to *[]string) func(*yamltree.Node, string) {
	return func(n *yamltree.Node, field string) { *to = d.texts(n, field) }
}

func (d *decoder) severity(to *Severity) func(*yamltree.Node, string) {
	return func(n *yamltree.Node, field string) {
		if text := d.text(n, field); text != "" {
			var err error
			*to, err = ParseSeverity(text)
			d.ours(n, field, err)
		}
	}
}

func (d *decoder) rule(n *yamltree.Node, r *Rule) {
	if n.IsNull() {
		d.fail(n, "", "", "a mapping is expected, the file holds nothing")
		return
	}
	d.mapping(n, "", fields{
		"id":          d.setText(&r.ID),
		"title":       d.setText(&r.Title),
		"description": d.setText(&r.Description),
		"severity":    d.severity(&r.Severity),
		"risk":        func(n *yamltree.Node, field string) { r.Risk, r.hasRisk = d.number(n, field), true },
		"version": func(n *yamltree.Node, field string) {
			if r.Version = d.number(n, field); r.Version == 0 && !d.failed[field] {
				d.fail(n, field, "", "versions start at 1")
			}
		},
		"enabled": func(n *yamltree.Node, field string) { r.Disabled = !d.bool(n, field) },
		"tags":    d.setTexts(&r.Tags),
		"attack": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) {
				var a Attack
				if text := d.text(n, field); !d.failed[field] {
					var err error
					a, err = ParseAttack(text)
					d.ours(n, field, err)
				}
				r.Attack = append(r.Attack, a)
			})
		},
		"references": d.setTexts(&r.References),
		"sources":    d.setTexts(&r.Sources),
		"match":      func(n *yamltree.Node, field string) { d.match(n, field, &r.Match) },
		"when":       d.setText(&r.When),
		"message":    d.setText(&r.Message),
		"group_by":   d.setTexts(&r.GroupBy),
		"needs":      d.setTexts(&r.Needs),
		"aggregate":  func(n *yamltree.Node, field string) { r.Aggregate = d.aggregate(n, field) },
		"sequence":   func(n *yamltree.Node, field string) { r.Sequence = d.sequence(n, field) },
		"new_terms":  func(n *yamltree.Node, field string) { r.NewTerms = d.newTerms(n, field) },
		"anomaly":    func(n *yamltree.Node, field string) { r.Anomaly = d.anomaly(n, field) },
		"dedup":      d.setSpan(&r.Dedup),
		"active": func(n *yamltree.Node, field string) {
			r.Active = &Active{}
			d.mapping(n, field, fields{"inside": d.setText(&r.Active.Inside), "outside": d.setText(&r.Active.Outside)})
		},
		"schedules": func(n *yamltree.Node, field string) { r.Schedules = d.schedules(n, field) },
		"lists": func(n *yamltree.Node, field string) {
			r.Lists = map[string]List{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) {
				var l List
				d.mapping(value, field, fields{"description": d.setText(&l.Description), "default": d.setTexts(&l.Default)})
				r.Lists[key.Text] = l
			})
		},
		"params": func(n *yamltree.Node, field string) {
			r.Params = map[string]Param{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { r.Params[key.Text] = d.param(value, field) })
		},
		"exceptions": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) { r.Exceptions = append(r.Exceptions, d.exception(n, field)) })
		},
		"false_positives": d.setTexts(&r.FalsePositives),
		"investigate":     d.setTexts(&r.Investigate),
		"respond":         d.setTexts(&r.Respond),
		"tests": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) { r.Tests = append(r.Tests, d.test(n, field)) })
		},
	})
}

var outcomes = map[string]Outcome{"any": Any, "success": Success, "failure": Failure}

func (d *decoder) match(n *yamltree.Node, field string, m *Match) {
	d.mapping(n, field, fields{
		"source": func(n *yamltree.Node, field string) { m.Source = d.oneOrMore(n, field) },
		"event":  func(n *yamltree.Node, field string) { m.Event = d.oneOrMore(n, field) },
		"outcome": func(n *yamltree.Node, field string) {
			text := d.text(n, field)
			outcome, ok := outcomes[text]
			if !ok && !d.failed[field] {
				names := slices.Sorted(maps.Keys(outcomes))
				d.fail(n, field, nearest.Name(text, names), "unknown outcome %q, the outcomes are %s", text, strings.Join(names, ", "))
			}
			m.Outcome = outcome
		},
	})
}

func (d *decoder) schedules(n *yamltree.Node, field string) map[string]Schedule {
	all := map[string]Schedule{}
	d.eachMember(n, field, func(key, value *yamltree.Node, field string) {
		var s Schedule
		d.mapping(value, field, fields{
			"timezone": d.setText(&s.TimeZone),
			"windows":  d.setTexts(&s.Windows),
			"holidays": d.setTexts(&s.Holidays),
		})
		all[key.Text] = s
	})
	return all
}

func (d *decoder) param(n *yamltree.Node, field string) (p Param) {
	d.mapping(n, field, fields{
		"type": func(n *yamltree.Node, field string) {
			p.Type = ParamType(d.text(n, field))
			if !slices.Contains(paramTypes, string(p.Type)) && !d.failed[field] {
				d.fail(n, field, nearest.Name(string(p.Type), paramTypes), "unknown type %q, the types are %s", p.Type, strings.Join(paramTypes, ", "))
			}
		},
		"description": d.setText(&p.Description),
		"default":     func(n *yamltree.Node, field string) { p.Default = d.value(n, field) },
	})
	if v, err := p.Type.Value(p.Default); err == nil {
		p.Default = v // else Validate reports it
	}
	return p
}

func (d *decoder) exception(n *yamltree.Node, field string) (e Exception) {
	d.mapping(n, field, fields{
		"name":   d.setText(&e.Name),
		"when":   d.setText(&e.When),
		"reason": d.setText(&e.Reason),
		"owner":  d.setText(&e.Owner),
		"expires": func(n *yamltree.Node, field string) {
			text := d.text(n, field)
			if d.failed[field] {
				return
			}
			var err error
			if e.Expires, err = time.Parse(time.DateOnly, text); err != nil {
				d.fail(n, field, "", "%q is not a date such as 2030-01-01", text)
			}
		},
	})
	return e
}

func (d *decoder) test(n *yamltree.Node, field string) (t Test) {
	hasMatch := false
	d.mapping(n, field, fields{
		"name":  d.setText(&t.Name),
		"event": func(n *yamltree.Node, field string) { t.Event = d.record(n, field) },
		"events": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) { t.Events = append(t.Events, d.record(n, field)) })
		},
		"clock": func(n *yamltree.Node, field string) {
			var err error
			if t.Clock, err = time.Parse(time.RFC3339, d.text(n, field)); err != nil && !d.failed[field] {
				d.fail(n, field, "", "%q is not a time such as 2026-01-05T09:15:00Z", n.Text)
			}
		},
		"match": func(n *yamltree.Node, field string) { t.Match, hasMatch = d.bool(n, field), true },
		"want": func(n *yamltree.Node, field string) {
			t.Want = []Want{}
			d.eachItem(n, field, func(n *yamltree.Node, field string) { t.Want = append(t.Want, d.want(n, field)) })
		},
		"lists": func(n *yamltree.Node, field string) {
			t.Lists = map[string][]string{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { t.Lists[key.Text] = d.texts(value, field) })
		},
		"schedules": func(n *yamltree.Node, field string) { t.Schedules = d.schedules(n, field) },
		"params": func(n *yamltree.Node, field string) {
			t.Params = map[string]any{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { t.Params[key.Text] = d.value(value, field) })
		},
		"lookups": func(n *yamltree.Node, field string) {
			t.Lookups = map[string]Answers{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) {
				answers := Answers{}
				d.eachMember(value, field, func(key, value *yamltree.Node, field string) { answers[key.Text] = d.object(value, field) })
				t.Lookups[key.Text] = answers
			})
		},
		"message": d.setText(&t.Message),
		"unusual": func(n *yamltree.Node, field string) { t.Unusual = d.bool(n, field) },
	})
	switch {
	case t.Want != nil && hasMatch:
		d.fail(n.Member("match"), field+".match", "", "either match or want, not both")
	case t.Want != nil:
		t.Match = len(t.Want) > 0
	case !hasMatch && n.Kind == yamltree.Map && !d.failed[field+".match"] && !d.failed[field+".want"]:
		d.fail(n, field+".match", "", "the test must say whether the rule matches: true or false")
	}
	return t
}

func (d *decoder) want(n *yamltree.Node, field string) (w Want) {
	d.mapping(n, field, fields{
		"rule":     d.setText(&w.Rule),
		"message":  d.setText(&w.Message),
		"severity": d.severity(&w.Severity),
		"actor":    d.setText(&w.Actor),
		"group": func(n *yamltree.Node, field string) {
			w.Group = map[string]string{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { w.Group[key.Text] = d.text(value, field) })
		},
	})
	return w
}

// record reads a base or file with changes, or a whole record. CloudTrail has no fields named as the keys of the former.
func (d *decoder) record(n *yamltree.Node, field string) (rec Record) {
	duration := func(to *time.Duration) func(*yamltree.Node, string) {
		return func(n *yamltree.Node, field string) {
			var err error
			if *to, err = parseOffset(d.text(n, field)); err != nil && !d.failed[field] {
				d.fail(n, field, "", "%q is not a duration such as 90s, 5m, 1h30m or 7d", n.Text)
			}
		}
	}
	at := duration(&rec.At)
	if n.Member("base") != nil || n.Member("file") != nil || n.Member("set") != nil || n.Member("unset") != nil {
		d.mapping(n, field, fields{
			"base":  d.setText(&rec.Base),
			"file":  d.setText(&rec.File),
			"unset": d.setTexts(&rec.Unset),
			"set":   func(n *yamltree.Node, field string) { rec.Set = d.object(n, field) },
			"at":    at,
			"every": duration(&rec.Every),
			"repeat": func(n *yamltree.Node, field string) {
				if rec.Repeat = d.number(n, field); rec.Repeat < 1 && !d.failed[field] {
					d.fail(n, field, "", "an event happens once at least")
				}
			},
		})
		if n.Member("base") == nil && n.Member("file") == nil && !d.failed[field+".base"] {
			d.fail(n, field+".base", "", "set and unset change a base, and there is none")
		}
		return rec
	}
	if !n.IsNull() {
		rec.Whole = d.object(n, field)
		if offset := n.Member("at"); offset != nil {
			at(offset, field+".at")
			delete(rec.Whole, "at")
		}
	}
	return rec
}

func (d *decoder) object(n *yamltree.Node, field string) map[string]any {
	if n.Kind != yamltree.Map {
		if !n.IsNull() {
			d.fail(n, field, "", "a mapping is expected, not %v", n.Kind)
		}
		return nil
	}
	object, _ := d.value(n, field).(map[string]any)
	return object
}

// value is what a node holds, as JSON would have it.
func (d *decoder) value(n *yamltree.Node, field string) any {
	value, problems := n.Value()
	for _, p := range problems {
		d.fail(&yamltree.Node{Line: p.Line, Column: p.Column}, field, "", "%s", p.Message)
	}
	return value
}
