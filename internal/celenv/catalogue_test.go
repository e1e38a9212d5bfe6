package celenv_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

// TestCatalogueAgreesWithCEL evaluates the condition of every rule of the catalogue over the
// events of its cases with cel-go's evaluator as well. Wherever that has an answer, ours is the same.
func TestCatalogueAgreesWithCEL(t *testing.T) {
	rules, err := rule.ReadFS(builtin.FS(), ".")
	if err != nil {
		t.Fatal(err)
	}
	answered := map[string]bool{}
	for _, r := range rules {
		if r.When == "" || len(r.Needs) > 0 { // there is nothing to look up here
			continue
		}
		p, issues := celenv.Compile(r.When, celenv.Scope{}, true)
		if issues != nil {
			t.Fatal(issues)
		}
		for _, c := range r.Tests {
			if len(c.Events) > 0 {
				continue // those of rules with memory, most of which are alike
			}
			ev, err := ruletest.Event(c.Event)
			if err != nil {
				t.Fatal(err)
			}
			lists := map[string][]string{}
			for name, l := range r.Lists {
				lists[name] = l.Default
			}
			for name, l := range c.Lists {
				lists[name] = l
			}
			var fields map[string]any
			if err := json.Unmarshal(ev.Raw(), &fields); err != nil {
				t.Fatal(err)
			}
			want, ok, err := celenv.Reference(r.When, withoutNulls(fields).(map[string]any), actorOf(t, ev.Actor()), lists)
			if err != nil {
				t.Logf("%s: %v", r.ID, err) // it needs the types that only our checker knows
				continue
			}
			if !ok {
				continue
			}
			answered[r.ID] = true
			var bound []*celenv.List
			for _, name := range p.Lists() {
				bound = append(bound, celenv.NewList(lists[name]))
			}
			var f celenv.Frame
			f.Reset(ev)
			got, err := p.Eval(&f, &celenv.Bindings{Lists: bound})
			if err != nil {
				t.Fatal(err)
			}
			if got.Truth() != want {
				t.Errorf("%s: %s: got %v, cel-go says %v\n%s\n%s", r.ID, c.Name, got.Truth(), want, r.When, ev.Raw())
			}
		}
	}
	t.Logf("cel-go answered for %d rules", len(answered))
	if len(answered) < 15 {
		t.Errorf("cel-go answered for %d rules only: the comparison is thin", len(answered))
	}
}

// withoutNulls removes what conditions take for absent.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, m := range v {
			if m == nil {
				delete(v, name)
			} else {
				v[name] = withoutNulls(m)
			}
		}
	case []any:
		v = slices.DeleteFunc(v, func(e any) bool { return e == nil })
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
		return v
	}
	return v
}

// actorOf is the actor under the names that conditions use.
func actorOf(t *testing.T, a any) map[string]any {
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var snake map[string]any
	if err := json.Unmarshal(b, &snake); err != nil {
		t.Fatal(err)
	}
	kind := snake["kind"]
	return map[string]any{
		"kind": kind, "name": snake["name"], "arn": snake["arn"], "id": snake["id"], "sessionName": snake["session_name"], "invokedBy": snake["invoked_by"],
		"isRoot": kind == "root", "isUser": kind == "user", "isRole": kind == "role", "isService": kind == "service", "serviceLinked": snake["service_linked"] == true,
	}
}
