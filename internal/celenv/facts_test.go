package celenv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/celenv"
)

// Each line is a test of the expression: what it asks, and the part whose absence makes it true.
func TestInspect(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
	}{
		{`event.eventName == "A" && !(event.eventSource in ["b", "c"])`, []string{"event.eventName == [A]", "not event.eventSource in [b c]"}},
		{`"A" != undated(event.eventName)`, []string{"not event.eventName == [A]"}},
		{`actor.isRole || event.readOnly`, []string{"actor.isRole ", "event.readOnly "}},
		{`event.requestParameters["groupId"] == event.requestParameters["x-y"]`, []string{`event.requestParameters.groupId == [] with event.requestParameters["x-y"]`}},
		{`arn(event.userIdentity.arn).name.startsWith("x")`, []string{"arn(event.userIdentity.arn).name startsWith [x]"}},
		{`"x-y" in event.requestParameters`, []string{"event.requestParameters member [x-y]"}},

		// What an absent part makes true.
		{`event.requestParameters.a != "x"`, []string{"not event.requestParameters.a == [x] absent event.requestParameters.a"}},
		{`!event.requestParameters.a.b.startsWith("x")`, []string{"not event.requestParameters.a.b startsWith [x] absent event.requestParameters.a.b"}},
		{`!!event.requestParameters.a`, []string{"event.requestParameters.a "}},
		{`!event.requestParameters.a`, []string{"not event.requestParameters.a  absent event.requestParameters.a"}},
		{`!event.requestParameters.a.bool()`, []string{"not event.requestParameters.a "}},
		{`!(event.requestParameters.a.num() > 5)`, []string{"not event.requestParameters.a > [] absent event.requestParameters.a"}},
		{`size(event.requestParameters.a) != 2`, []string{"not size(event.requestParameters.a) == []"}},
		{`event.eventSource != "a"`, []string{"not event.eventSource == [a]"}},
		{`!("k" in event.requestParameters)`, []string{"not event.requestParameters member [k]"}},
		{`!(event.requestParameters.a in list("l"))`, []string{"not event.requestParameters.a in [] absent event.requestParameters.a"}},
		{`!policy(event.requestParameters.p).allowsPublic()`, []string{"not policy(event.requestParameters.p) allowsPublic [] absent event.requestParameters.p"}},
		{`arn(event.requestParameters.r).name != "x"`, []string{"not arn(event.requestParameters.r).name == [x] absent event.requestParameters.r"}},

		// Guards.
		{`has(event.requestParameters.a) && event.requestParameters.a != "x"`, []string{"event.requestParameters.a has []", "not event.requestParameters.a == [x]"}},
		{`!has(event.requestParameters.a) || event.requestParameters.a != "x"`, []string{"not event.requestParameters.a has []", "not event.requestParameters.a == [x]"}},
		{`!(actor.isRoot && (!has(event.requestParameters.a) || event.requestParameters.a == "x"))`, []string{"not actor.isRoot ", "event.requestParameters.a has []", "not event.requestParameters.a == [x]"}},
		{`has(event.requestParameters.a) || event.requestParameters.a != "x"`, []string{"event.requestParameters.a has []", "not event.requestParameters.a == [x] absent event.requestParameters.a"}},
		{`has(event.requestParameters) && event.requestParameters.a != "x"`, []string{"event.requestParameters has []", "not event.requestParameters.a == [x] absent event.requestParameters.a"}},
		{`has(event.requestParameters.a.b) && event.requestParameters.a != "x"`, []string{"event.requestParameters.a.b has []", "not event.requestParameters.a == [x]"}},
		{`has(event.requestParameters.ab) && event.requestParameters.a != "x"`, []string{"event.requestParameters.ab has []", "not event.requestParameters.a == [x] absent event.requestParameters.a"}},
		{`event.requestParameters.a.startsWith("x") && event.requestParameters.a != "xy"`, []string{"event.requestParameters.a startsWith [x]", "not event.requestParameters.a == [xy]"}},
		{`"x-y" in event.requestParameters && event.requestParameters["x-y"] != "p"`, []string{"event.requestParameters member [x-y]", `not event.requestParameters["x-y"] == [p]`}},
		{`has(event.requestParameters.a) ? event.requestParameters.a != "x" : false`, []string{"event.requestParameters.a has []", "not event.requestParameters.a == [x]"}},
		{`has(event.requestParameters.a) ? false : event.requestParameters.a != "x"`, []string{"event.requestParameters.a has []", "not event.requestParameters.a == [x] absent event.requestParameters.a"}},
		{`!has(event.requestParameters.a) || actor.isRoot ? true : event.requestParameters.a != "x"`, []string{"not event.requestParameters.a has []", "actor.isRoot ", "not event.requestParameters.a == [x]"}},
		{`(actor.isRoot && (has(event.requestParameters.b) || actor.isRole)) || event.requestParameters.b != "x"`, []string{"actor.isRoot ", "event.requestParameters.b has []", "actor.isRole ", "not event.requestParameters.b == [x] absent event.requestParameters.b"}},

		// Loops.
		{`event.requestParameters.l.exists(x, x.k != "v")`, []string{"event.requestParameters.l exists []", "not event.requestParameters.l[*].k == [v] absent event.requestParameters.l[*].k"}},
		{`event.requestParameters.l.exists(x, has(x.k) && x.k != "v")`, []string{"event.requestParameters.l exists []", "event.requestParameters.l[*].k has []", "not event.requestParameters.l[*].k == [v]"}},
		{`event.requestParameters.l.exists(x, x != "v")`, []string{"event.requestParameters.l exists []", "not event.requestParameters.l[*] == [v]"}},
		{`!event.requestParameters.l.exists(x, x.k == "v")`, []string{"not event.requestParameters.l exists [] absent event.requestParameters.l", "not event.requestParameters.l[*].k == [v]"}},
		{`!event.requestParameters.l.list().exists(x, x.k == "v")`, []string{"not event.requestParameters.l exists []", "not event.requestParameters.l[*].k == [v]"}},
		{`event.requestParameters.l.all(x, x.k == "v")`, []string{"event.requestParameters.l all [] absent event.requestParameters.l", "event.requestParameters.l[*].k == [v]"}},
		{`ingress(event.requestParameters).exists(p, p.world && !(p.fromPort in [80]))`, []string{"ingress(event.requestParameters) exists []", "ingress(event.requestParameters)[*].world ", "not ingress(event.requestParameters)[*].fromPort in []"}},
		{`event.requestParameters.l.filter(x, x.k != "v").size() > 0`, []string{" > []", "not event.requestParameters.l[*].k == [v] absent event.requestParameters.l[*].k"}},
		{`params.threshold != 5`, []string{"not  == []"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			facts, ok := celenv.Inspect(c.src)
			if !ok {
				t.Fatal("does not compile")
			}
			var got []string
			for _, a := range facts.Atoms {
				var values []string
				for _, v := range a.Values {
					values = append(values, v.Text)
					if !strings.HasPrefix(c.src[v.Offset:], `"`+v.Text) {
						t.Errorf("%q is placed at %q", v.Text, c.src[v.Offset:])
					}
				}
				s := fmt.Sprintf("%s %s %v", a.Path.Text, a.Op, values)
				if a.Op == "" {
					s = a.Path.Text + " "
				}
				if a.Negated {
					s = "not " + s
				}
				for _, o := range a.Others {
					s += " with " + o.Text
				}
				if part := a.TrueOfAbsent(); part != "" {
					s += " absent " + part
				}
				got = append(got, s)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, ok := celenv.Inspect("event.nonsense"); ok {
		t.Error("inspected what does not compile")
	}
}

func TestInspect_reads(t *testing.T) {
	const src = `[event.userIdentity.arn, arn(event.userIdentity.arn).name + actor.id, event.resources.map(r, r.type)[0]]`
	facts, ok := celenv.Inspect(src)
	if !ok {
		t.Fatal("does not compile")
	}
	var got []string
	for _, r := range facts.Reads {
		got = append(got, fmt.Sprintf("%d %s", r.Offset, r.Text))
	}
	want := []string{"1 event.userIdentity.arn", "28 arn(event.userIdentity.arn).name", "60 actor.id", "70 event.resources", "93 event.resources[*].type"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInspect_canonical(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`actor.isRoot && event.eventName == "a"`, `("a" == event.eventName)  &&  actor.isRoot`, true},
		{`event.eventName in ["a", "b", "a"]`, `event.eventName in ["b","a"]`, true},
		{`event.eventName in ["a"]`, `event.eventName == "a"`, true},
		{`event.eventName != "a"`, `!(event.eventName == "a")`, true},
		{`event.requestParameters["a"].b == 1`, `event.requestParameters.a.b == 1`, true},
		{`event.resources.exists(r, r.type == "x")`, `event.resources.exists(q, "x" == q.type)`, true},
		{`actor.isRoot && (actor.isRole && actor.isUser)`, `(actor.isUser && actor.isRoot) && actor.isRole`, true},
		{`actor.isRoot && actor.isRole`, `actor.isRoot || actor.isRole`, false},
		{`actor.isRoot`, `!actor.isRoot`, false},
		{`event.eventName == "a"`, `event.eventName == "A"`, false},
		{`event.requestParameters.a == 1`, `event.requestParameters.a == "1"`, false},
		{`has(event.requestParameters.a)`, `event.requestParameters.a`, false},
		{`event.eventName.startsWith("a")`, `"a".startsWith(event.eventName)`, false},
		{`event.requestParameters.a < 5`, `5 < event.requestParameters.a`, false},
		{`event.requestParameters.l.exists(a, event.requestParameters.m.exists(b, a == 1))`, `event.requestParameters.l.exists(a, event.requestParameters.m.exists(b, b == 1))`, false},
	} {
		t.Run(c.a, func(t *testing.T) {
			a, ok := celenv.Inspect(c.a)
			b, ok2 := celenv.Inspect(c.b)
			if !ok || !ok2 {
				t.Fatal("does not compile")
			}
			if (a.Canonical == b.Canonical) != c.same {
				t.Errorf("%s\n%s", a.Canonical, b.Canonical)
			}
		})
	}
}

// Whatever compiles can be inspected, and what is the same has the same canonical form.
func FuzzInspect(f *testing.F) {
	for _, src := range []string{
		`!(actor.isRoot && (!has(event.requestParameters.a) || event.requestParameters["x-y"] == "x"))`,
		`event.resources.exists(r, !r.type.startsWith("a") ? r.ARN in ["x"] : has(r.ARN))`,
		`[1, 2].map(x, {"k": x})[0].k == 1 && event.requestParameters.l.filter(x, x.k != 1).exists_one(y, y)`,
		`arn(event.userIdentity.arn).name != undated(event.eventName) || policy(event.requestParameters.p).allowsPublic()`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		facts, ok := celenv.Inspect(src)
		if !ok {
			return
		}
		for _, a := range facts.Atoms {
			a.TrueOfAbsent()
			if a.Offset < 0 || a.Offset > len([]rune(src)) {
				t.Errorf("offset %d", a.Offset)
			}
		}
		if again, ok := celenv.Inspect("(" + src + "\n)"); ok && again.Canonical != facts.Canonical {
			t.Errorf("%s\n%s", facts.Canonical, again.Canonical)
		}
	})
}
