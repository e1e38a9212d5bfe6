package celenv

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"

	"github.com/trailsift/trailsift/event"
)

// reference evaluates src with cel-go's own evaluator over a record decoded to maps. It
// reports false where cel-go has no answer: an absent member, operands that do not go together.
func reference(t *testing.T, env *cel.Env, record []byte, src string) (verdict, ok bool) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(record, &fields); err != nil {
		t.Fatal(err)
	}
	tree, iss := env.Compile(src)
	if iss.Err() != nil { // it does not type-check: nothing to compare
		return false, false
	}
	prog, err := env.Program(tree)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	out, _, err := prog.Eval(map[string]any{"event": fields})
	if err != nil {
		return false, false
	}
	b, isBool := out.(types.Bool)
	return bool(b), isBool
}

// TestAgreesWithCEL compares this package's evaluator with cel-go's on random conditions
// over random records: wherever cel-go has an answer, ours is the same.
func TestAgreesWithCEL(t *testing.T) {
	env, err := cel.NewEnv(cel.Variable("event", cel.DynType), cel.CrossTypeNumericComparisons(true))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	answered, n := 0, 20000
	if testing.Short() {
		n = 2000
	}
	for range n {
		g := generator{rng}
		params := g.value(3)
		if _, ok := params.(map[string]any); !ok {
			params = map[string]any{"a": params}
		}
		record, err := json.Marshal(map[string]any{
			"eventVersion": "1.08", "eventSource": "s3.amazonaws.com", "eventName": g.word(), "eventType": "AwsApiCall",
			"requestParameters": params,
		})
		if err != nil {
			t.Fatal(err)
		}
		src := g.condition(4)
		want, ok := reference(t, env, record, src)
		if !ok {
			continue
		}
		answered++
		ev, err := event.Parse(record)
		if err != nil {
			t.Fatal(err)
		}
		p, issues := Compile(src, Scope{}, true)
		if issues != nil {
			t.Fatalf("%s: %v", src, issues)
		}
		var f Frame
		f.Reset(ev)
		got, err := p.Eval(&f, &Bindings{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Truth() != want {
			t.Errorf("%s\nover %s\ngot %v, cel-go says %v", src, record, got.Truth(), want)
		}
	}
	if answered < n/8 {
		t.Errorf("cel-go answered only %d of %d conditions: the comparison is thin", answered, n)
	}
	t.Logf("cel-go answered %d of %d conditions", answered, n)
}

// A generator writes conditions and free-form values over few names, so that they meet.
type generator struct{ *rand.Rand }

func (g generator) pick(s ...string) string { return s[g.IntN(len(s))] }

func (g generator) word() string { return g.pick("a", "b", "ab", "Create", "xaby") }

func (g generator) value(depth int) any {
	switch n := g.IntN(9); {
	case n == 0:
		return g.IntN(5)
	case n == 1:
		return float64(g.IntN(10)) / 2
	case n == 2:
		return g.IntN(2) == 0
	case n <= 4 || depth == 0:
		return g.word()
	case n <= 6:
		l := make([]any, g.IntN(4))
		for i := range l {
			l[i] = g.value(depth - 1)
		}
		return l
	}
	m := map[string]any{}
	for range g.IntN(4) {
		m[g.pick("a", "b", "c")] = g.value(depth - 1)
	}
	return m
}

func (g generator) path(vars []string) string {
	p := "event.requestParameters"
	if len(vars) > 0 && g.IntN(2) == 0 {
		p = vars[g.IntN(len(vars))]
	}
	for range g.IntN(3) {
		p += g.pick(".a", ".b", ".c", "[0]", `["a"]`, "[1]")
	}
	return p
}

func (g generator) literal() string {
	return g.pick("0", "1", "2", "2.5", "true", `"a"`, `"ab"`, `"Create"`, "[1, 2]", `["a", "b"]`, `{"a": 1}`, "-1")
}

func (g generator) condition(depth int, vars ...string) string {
	c := func() string { return g.condition(depth-1, vars...) }
	p := func() string { return g.path(vars) }
	if depth == 0 {
		return g.pick("true", "false", fmt.Sprintf("has(%s.a)", p()), `event.eventName == "Create"`)
	}
	switch g.IntN(16) {
	case 0:
		return fmt.Sprintf("(%s && %s)", c(), c())
	case 1:
		return fmt.Sprintf("(%s || %s)", c(), c())
	case 2:
		return "!" + c()
	case 3:
		return fmt.Sprintf("(%s ? %s : %s)", c(), c(), c())
	case 4, 5:
		return fmt.Sprintf("%s %s %s", p(), g.pick("==", "!="), g.literal())
	case 6:
		return fmt.Sprintf("%s %s %s", p(), g.pick("==", "!=", "<", "<=", ">", ">="), p())
	case 7:
		return fmt.Sprintf("%s %s %s", p(), g.pick("<", "<=", ">", ">="), g.pick("1", "2.5", `"ab"`))
	case 8:
		return fmt.Sprintf("%s.%s(%s)", p(), g.pick("startsWith", "endsWith", "contains"), g.pick(`"a"`, `"Cr"`))
	case 9:
		return fmt.Sprintf("%s in %s", g.pick(p(), `"a"`, "1"), g.pick(p(), `["a", "ab"]`, "[1, 2.5]"))
	case 10, 11:
		v := fmt.Sprintf("v%d", len(vars))
		inner := g.condition(depth-1, append(vars, v)...)
		if len(vars) >= maxLoops {
			return "true"
		}
		return fmt.Sprintf("%s.%s(%s, %s)", p(), g.pick("exists", "all", "exists_one"), v, inner)
	case 12:
		return fmt.Sprintf("size(%s) %s %s", p(), g.pick("==", ">", "<="), g.pick("0", "1", "2"))
	case 13:
		v := fmt.Sprintf("v%d", len(vars))
		if len(vars) >= maxLoops {
			return "false"
		}
		return fmt.Sprintf("%s.filter(%s, %s).size() == 1", p(), v, g.condition(depth-1, append(vars, v)...))
	case 14:
		return fmt.Sprintf("%s %s %s == %s", p(), g.pick("+", "-", "*", "/", "%"), g.pick("1", "2", "0", "1.5", `"a"`), g.literal())
	}
	return fmt.Sprintf(`%s.matches("^[a-b]+$")`, p())
}
