package celenv_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/measure"
	"github.com/trailsift/trailsift/internal/template"
)

// plainPaths are the paths of the schema, three members deep, with some that do not exist or are no paths.
func plainPaths() []string {
	paths := []string{"", " actor.id", "actor.id ", "actor .id", "actor..id", ".actor.id", "actor.id.", "actor", "event", "params", "params.x", "params.x.y", "x",
		"true", "null", "event.in", "event.requestParameters.in", "event.requestParameters.as", "event.requestParameters.type", "event.requestParameters.if", "event.requestParameters.null",
		"int", "type", "string", "event.requestParameters.a.b.c.d.e", "event.requestParameters.ä", "event.requestParameters.`a`", "event.resources.ARN",
		"size", "list", "google.protobuf.Timestamp", "google.protobuf", "first", "count", "count.x", "first.x", "failed", "event.requestParameters" + strings.Repeat(".x", 30)}
	for _, root := range []string{"event", "actor", "arn", "policy", "ingress", "resource", "userIdentity", "sessionContext", "attributes", "addendum", "tlsDetails"} {
		members := append(slices.Concat(celenv.Members("event"), celenv.Members("actor"), celenv.Members("userIdentity"), celenv.Members("sessionContext")), "nothing")
		for _, a := range members {
			paths = append(paths, root+"."+a)
		}
	}
	for _, a := range append(celenv.Members("event"), "nothing") {
		for _, b := range append(celenv.Members("userIdentity"), "nothing") {
			paths = append(paths, "event."+a+"."+b)
		}
	}
	for _, b := range celenv.Members("userIdentity") {
		for _, c := range append(celenv.Members("sessionContext"), "principalId", "userId", "nothing") {
			paths = append(paths, "event.userIdentity."+b+"."+c)
		}
	}
	for _, c := range celenv.Members("sessionContext") {
		for _, d := range slices.Concat(celenv.Members("sessionIssuer"), celenv.Members("attributes"), celenv.Members("webIdFederationData")) {
			paths = append(paths, "event.userIdentity.sessionContext."+c+"."+d)
		}
	}
	return paths
}

// TestPlainTree proves that a tree that is made without cel-go is the one that cel-go makes, and that none is
// made of what cel-go refuses.
func TestPlainTree(t *testing.T) {
	measured := celenv.Scope{Vars: measure.MessageVars(map[string]string{"failed": "count()", "int": "count()", "earliest": "min(event.eventTime)", "share": "ratio(actor.isRoot)"})}
	bare := celenv.Scope{}
	made := 0
	for _, src := range plainPaths() {
		for _, scope := range []celenv.Scope{bare, measured} {
			got := celenv.PlainTree(src, scope)
			if got == "" {
				continue
			}
			made++
			if want := celenv.CheckedTree(src, scope); got != want {
				t.Errorf("%q: got\n%s, cel-go makes\n%s", src, got, want)
			}
		}
	}
	if made < 300 {
		t.Errorf("only %d trees", made)
	}
}

// TestPlainTree_catalogue says how much of the catalogue is spared cel-go.
func TestPlainTree_catalogue(t *testing.T) {
	rules, err := builtin.Rules()
	if err != nil {
		t.Fatal(err)
	}
	all, plain := 0, 0
	for _, r := range rules {
		_, by := r.Grouping()
		segments, _ := template.Parse(r.Message)
		for _, s := range segments {
			if s.Expr != "" {
				by = append(by, s.Expr)
			}
		}
		for _, src := range by {
			all++
			got := celenv.PlainTree(src, celenv.Scope{})
			if got == "" {
				continue
			}
			plain++
			if want := celenv.CheckedTree(src, celenv.Scope{}); got != want {
				t.Errorf("%s: %q: got\n%s, cel-go makes\n%s", r.ID, src, got, want)
			}
		}
	}
	t.Logf("%d of %d", plain, all)
	if plain < all*3/4 {
		t.Errorf("only %d of %d placeholders and fields are plain paths", plain, all)
	}
}
