package rule

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/trailsift/trailsift/internal/yamltree"
)

// A Tuning bends rules without touching their files: ruleset's Set.Tune applies it. It changes
// only what it names; the conditions of a rule stay as they are.
type Tuning struct {
	Target     Target              // target. Required: an empty one is an error, as most are slips.
	ForVersion int                 // for_version: the version of the rules it was written for; 0 is any
	Reason     string              // reason: why
	Enabled    *bool               // enabled: on or off; nil leaves it
	Shadow     *bool               // shadow: findings are reported apart; nil leaves it
	Severity   Severity            // severity: 0 leaves it
	Params     map[string]any      // params: values of the rules' parameters
	Lists      map[string][]string // lists: what list("name") holds
	Exceptions []Exception         // exceptions: added to the rules' own

	source *source
	index  int // in the file
}

// ParseTunings reads a YAML file of tunings; file names it in errors.
//
//	tunings:
//	  - target: {id: iam-policy-changed}
//	    for_version: 1
//	    reason: Terraform changes policies all day
//	    lists: {policy-maintainers: [terraform-apply]}
//	  - target: {service: s3, source: falco}
//	    severity: low
//	    shadow: true
//
// Every error of the file is reported, joined, in the order of the file.
func ParseTunings(file string, data []byte) ([]Tuning, error) {
	doc, problems := yamltree.Parse(data)
	d := &decoder{failed: map[string]bool{}}
	for _, p := range problems {
		d.errs = append(d.errs, &Error{Line: p.Line, Column: p.Column, Err: errors.New(p.Message)})
	}
	src := &source{file: file, text: bytes.Clone(data)}
	var out []Tuning
	if doc != nil {
		d.mapping(doc.Root, "", fields{"tunings": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) {
				t := d.tuning(n, field)
				t.source, t.index = src, len(out)
				out = append(out, t)
			})
		}})
	}
	for i := range out {
		for _, e := range out[i].problems(func() *yamltree.Document { return doc }) {
			if !d.hasFailed(e.Field) {
				d.errs = append(d.errs, e)
			}
		}
	}
	for _, e := range d.errs {
		e.File = file
	}
	if len(d.errs) > 0 {
		return nil, join(bounded(d.errs))
	}
	return out, nil
}

// Validate reports everything that is wrong with the tuning by itself.
func (t *Tuning) Validate() error { return join(t.problems(t.source.document)) }

func (t *Tuning) problems(doc func() *yamltree.Document) []*Error {
	var errs []*Error
	fail := func(field, format string, args ...any) {
		errs = append(errs, t.problem(doc(), field, "", fmt.Errorf(format, args...)))
	}
	empty := true
	for _, f := range t.Target.facets() {
		empty = empty && len(f.want) == 0
	}
	if empty {
		fail("target", "missing: say which rules by id, tag, service, attack or source")
	}
	if t.Severity != 0 && !t.Severity.known() {
		fail("severity", "%d is no severity", uint8(t.Severity))
	}
	for i, e := range t.Exceptions {
		for _, f := range []struct{ name, text string }{{"name", e.Name}, {"when", e.When}, {"reason", e.Reason}, {"owner", e.Owner}} {
			if f.text == "" {
				fail(fmt.Sprintf("exceptions[%d].%s", i, f.name), "missing")
			}
		}
	}
	if t.Enabled == nil && t.Shadow == nil && t.Severity == 0 && len(t.Params)+len(t.Lists)+len(t.Exceptions) == 0 {
		fail("", "the tuning changes nothing")
	}
	return errs
}

// Problem returns an error about a field of t, placed in the file that it was read from.
func (t *Tuning) Problem(field, hint string, err error) *Error {
	return t.problem(t.source.document(), field, hint, err)
}

func (t *Tuning) problem(doc *yamltree.Document, field, hint string, err error) *Error {
	at := fmt.Sprintf("tunings[%d]", t.index)
	if field != "" {
		at += "." + field
	}
	e := &Error{Field: at, Hint: hint, Err: err}
	if doc == nil {
		e.Field = field
		return e
	}
	if t.source != nil {
		e.File = t.source.file
	}
	node, _ := doc.Root.Find(at)
	e.Line, e.Column = node.Line, node.Column
	return e
}

func (d *decoder) tuning(n *yamltree.Node, field string) (t Tuning) {
	d.mapping(n, field, fields{
		"target": func(n *yamltree.Node, field string) {
			some := func(to *[]string) func(*yamltree.Node, string) {
				return func(n *yamltree.Node, field string) { *to = d.oneOrMore(n, field) }
			}
			d.mapping(n, field, fields{
				"id": some(&t.Target.IDs), "tag": some(&t.Target.Tags), "service": some(&t.Target.Services),
				"attack": some(&t.Target.Attack), "source": some(&t.Target.Sources),
			})
		},
		"for_version": func(n *yamltree.Node, field string) { t.ForVersion = d.number(n, field) },
		"reason":      d.setText(&t.Reason),
		"enabled":     func(n *yamltree.Node, field string) { b := d.bool(n, field); t.Enabled = &b },
		"shadow":      func(n *yamltree.Node, field string) { b := d.bool(n, field); t.Shadow = &b },
		"severity":    d.severity(&t.Severity),
		"params":      func(n *yamltree.Node, field string) { t.Params = d.object(n, field) },
		"lists": func(n *yamltree.Node, field string) {
			t.Lists = map[string][]string{}
			d.eachMember(n, field, func(key, value *yamltree.Node, field string) { t.Lists[key.Text] = d.texts(value, field) })
		},
		"exceptions": func(n *yamltree.Node, field string) {
			d.eachItem(n, field, func(n *yamltree.Node, field string) { t.Exceptions = append(t.Exceptions, d.exception(n, field)) })
		},
	})
	return t
}
