package celenv_test

import (
	"math/rand/v2"
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// A Filter holds where its Need does.
func TestFilter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "a", "b", "ab", "AB", "*", "a*", "aab", `a\`}
	pick := func() string { return texts[r.IntN(len(texts))] }
	fields := []event.Field{event.FieldErrorCode, event.FieldUserAgent, event.FieldRequestParameters}
	var random func(depth int) celenv.Need
	random = func(depth int) celenv.Need {
		if depth == 0 || r.IntN(3) == 0 {
			f := fields[r.IntN(len(fields))]
			kinds := []celenv.TestKind{celenv.Equal, celenv.EqualFold, celenv.Prefix, celenv.Suffix, celenv.Contains, celenv.ContainsFold, celenv.Mentions}
			switch k := r.IntN(len(kinds) + 3); {
			case k < len(kinds):
				values := []string{pick(), pick()}[:1+r.IntN(2)]
				return celenv.Need{Op: celenv.Is, Test: celenv.Test{Field: f, Kind: kinds[k], Values: values, Undated: r.IntN(4) == 0}, Exact: true}
			case k == len(kinds):
				return celenv.Need{Op: celenv.Is, Test: celenv.Globs(f, []string{pick()}), Exact: true}
			case k == len(kinds)+1:
				return celenv.Need{Op: celenv.Always, Exact: true}
			}
			return celenv.Need{Op: celenv.Never, Exact: true}
		}
		n := celenv.Need{Op: []celenv.Op{celenv.All, celenv.Any, celenv.Not, celenv.All}[r.IntN(4)], Exact: true}
		for range 1 + r.IntN(3) {
			n.Of = append(n.Of, random(depth-1))
		}
		if n.Op == celenv.Not {
			n.Of = n.Of[:1]
		}
		return n
	}
	held := 0
	for range 5000 {
		n := random(4)
		f := n.Filter()
		for range 10 {
			members := map[event.Field]string{}
			for _, f := range fields {
				members[f] = pick()
			}
			get := func(f event.Field) string { return members[f] }
			want := n.Holds(get)
			if got := f.Holds(get); got != want {
				t.Fatalf("%+v over %v: %v, want %v", n, members, got, want)
			}
			if want {
				held++
			}
		}
	}
	if held < 5000 || held > 45000 {
		t.Errorf("%d of 50000 held: the formulas tell little", held)
	}
}
