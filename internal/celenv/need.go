package celenv

import (
	"regexp"
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/glob"
)

// A Need is a formula over an event's skimmed members that holds whenever a condition is
// true: what an index may rely on to pass a rule over. Exact says that the condition is also
// true whenever the formula holds.
type Need struct {
	Op    Op
	Of    []Need // for All, Any and Not
	Test  Test   // for Is
	Exact bool
}

// An Op is how a Need is made.
type Op uint8

const (
	Always Op = iota // nothing is known: the condition may be true of any event
	Never
	Is
	All
	Any
	Not // of one exact Need
)

// A Test is a predicate over one skimmed member.
type Test struct {
	Field   event.Field
	Kind    TestKind
	Values  []string // one of them
	Undated bool     // or that it does without the date that Lambda writes behind its event names
	regexp  *regexp.Regexp
	globs   []glob.Pattern
}

// A TestKind is what a Test asks.
type TestKind uint8

const (
	Equal TestKind = iota
	EqualFold
	Prefix
	Suffix
	Contains
	ContainsFold
	Glob
	Matches
	Mentions // a free-form member, that its JSON holds the text, or an escape that may hide it
)

// Match reports whether s passes the test.
func (t *Test) Match(s string) bool {
	return t.match(s) || t.Undated && t.match(Undated(s))
}

func (t *Test) match(s string) bool {
	switch t.Kind {
	case Matches:
		return t.regexp.MatchString(s)
	case Glob:
		for i := range t.globs {
			if t.globs[i].Match(s) {
				return true
			}
		}
		return false
	}
	for _, v := range t.Values {
		if t.Kind.test(s, v) {
			return true
		}
	}
	return t.Kind == Mentions && strings.IndexByte(s, '\\') >= 0
}

func (k TestKind) test(s, v string) bool {
	switch k {
	case Equal:
		return s == v
	case EqualFold:
		return strings.EqualFold(s, v)
	case Prefix:
		return strings.HasPrefix(s, v)
	case Suffix:
		return strings.HasSuffix(s, v)
	case Contains, Mentions:
		return strings.Contains(s, v)
	case ContainsFold:
		return containsFold(s, v)
	}
	return false
}

// containsFold is containsIgnoreCase.
func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// Globs is the test that a member matches one of some patterns; patterns without
// wildcards make it a test of equality.
func Globs(field event.Field, patterns []string) Test {
	t := Test{Field: field, Kind: Equal, Values: patterns}
	for _, p := range patterns {
		g := glob.Compile(p)
		if _, ok := g.IsLiteral(); !ok {
			t.Kind = Glob
		}
		t.globs = append(t.globs, g)
	}
	return t
}

// skimmed finds the members that are skimmed by their CloudTrail path.
var skimmed = func() map[string]event.Field {
	m := make(map[string]event.Field, event.NumFields)
	for f := range event.NumFields {
		if f := event.Field(f); !f.Document() {
			m[f.String()] = f
		}
	}
	return m
}()

// documents finds the free-form members that are skimmed by their name.
var documents = func() map[string]event.Field {
	m := map[string]event.Field{}
	for f := range event.NumFields {
		if f := event.Field(f); f.Document() {
			m[f.String()] = f
		}
	}
	return m
}()

// documentOf reports whether e selects something inside a skimmed free-form member.
func documentOf(e ast.Expr) (event.Field, bool) {
	for {
		switch e.Kind() {
		case ast.SelectKind:
			sel := e.AsSelect()
			if sel.Operand().Kind() == ast.IdentKind && sel.Operand().AsIdent() == tEvent {
				f, ok := documents[sel.FieldName()]
				return f, ok
			}
			e = sel.Operand()
		case ast.CallKind:
			if e.AsCall().FunctionName() != operators.Index {
				return 0, false
			}
			e = e.AsCall().Args()[0]
		default:
			return 0, false
		}
	}
}

// mentions is the need that the JSON of a free-form member holds one of the texts, as it does
// where one of them is a name or a text in it, or a part of one. A text that JSON may write in
// several ways without an escape proves nothing.
func mentions(operand ast.Expr, texts ...string) Need {
	f, ok := documentOf(operand)
	if !ok || len(texts) == 0 {
		return Need{}
	}
	for _, s := range texts {
		if len(s) < 2 || strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || r < 0x20 || r == '"' || r == '\\' }) {
			return Need{}
		}
	}
	return Need{Op: Is, Test: Test{Field: f, Kind: Mentions, Values: texts}}
}

// fieldOf reports whether e reads a skimmed member of the event.
func fieldOf(e ast.Expr) (event.Field, bool) {
	var path []string
	for e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly() {
		path = append(path, e.AsSelect().FieldName())
		e = e.AsSelect().Operand()
	}
	if e.Kind() != ast.IdentKind || e.AsIdent() != tEvent {
		return 0, false
	}
	slices.Reverse(path)
	f, ok := skimmed[strings.Join(path, ".")]
	return f, ok
}

// need reads off e what it proves. A comprehension's variables cannot shadow the
// event there, because nothing below a comprehension is looked at.
func need(tree *ast.AST, e ast.Expr) Need {
	switch e.Kind() {
	case ast.LiteralKind:
		if e.AsLiteral() == types.False {
			return Need{Op: Never, Exact: true}
		}
		return Need{Op: Always, Exact: e.AsLiteral() == types.True}
	case ast.SelectKind:
		return present(e)
	case ast.CallKind:
	case ast.ComprehensionKind:
		if x := e.AsComprehension(); x.AccuInit().Kind() == ast.LiteralKind && x.AccuInit().AsLiteral() == types.False {
			return named(x.IterRange()) // exists: false where there is nothing
		}
		return Need{}
	default:
		return Need{}
	}
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		return allOf(need(tree, args[0]), need(tree, args[1]))
	case operators.LogicalOr:
		return anyOf(need(tree, args[0]), need(tree, args[1]))
	case operators.LogicalNot:
		return negate(need(tree, args[0]))
	case operators.Equals:
		if n := equality(args[0], args[1]); n.Op != Always {
			return n
		}
		return allOf(named(args[0]), named(args[1]))
	case operators.NotEquals:
		return negate(equality(args[0], args[1]))
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			return test(Equal, args[0], args[1].AsList().Elements()...)
		}
		return named(args[0])
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return allOf(named(args[0]), named(args[1]))
	case "startsWith":
		return orNamed(test(Prefix, args[0], args[1]), args[0])
	case "endsWith":
		return orNamed(test(Suffix, args[0], args[1]), args[0])
	case "contains":
		return orNamed(test(Contains, args[0], args[1]), args[0])
	case "containsIgnoreCase":
		return orNamed(test(ContainsFold, args[0], args[1]), args[0])
	case "bool":
		return named(args[0])
	case "equalsIgnoreCase":
		if n := test(EqualFold, args[0], args[1]); n.Op == Is {
			return n
		}
		return orNamed(test(EqualFold, args[1], args[0]), args[0])
	case "glob":
		if args[1].Kind() == ast.ListKind {
			return orNamed(test(Glob, args[0], args[1].AsList().Elements()...), args[0])
		}
		return orNamed(test(Glob, args[0], args[1]), args[0])
	case "matches":
		return orNamed(test(Matches, args[0], args[1]), args[0])
	}
	return Need{}
}

// orNamed is the need n, or when that proves nothing, what it takes for the operand not to be absent.
func orNamed(n Need, operand ast.Expr) Need {
	if n.Op != Always {
		return n
	}
	return named(operand)
}

// named is what it takes for e not to be absent, when it is a member of a skimmed free-form one: its name
// stands in the JSON. A test that is false of what is absent has that need.
func named(e ast.Expr) Need {
	if e.Kind() != ast.SelectKind || e.AsSelect().IsTestOnly() || e.AsSelect().Operand().Kind() == ast.IdentKind {
		return Need{}
	}
	return mentions(e, e.AsSelect().FieldName())
}

// present is has(event.member), or a bare selection, which is true only of what is there.
func present(e ast.Expr) Need {
	if !e.AsSelect().IsTestOnly() {
		return named(e)
	}
	if operand := e.AsSelect().Operand(); operand.Kind() != ast.IdentKind { // has(event.requestParameters) names no member of it
		if n := mentions(operand, e.AsSelect().FieldName()); n.Op == Is {
			return n
		}
	}
	var path []string
	for x := e; ; x = x.AsSelect().Operand() {
		if x.Kind() != ast.SelectKind {
			if x.Kind() != ast.IdentKind || x.AsIdent() != tEvent {
				return Need{}
			}
			break
		}
		path = append(path, x.AsSelect().FieldName())
	}
	slices.Reverse(path)
	f, ok := skimmed[strings.Join(path, ".")]
	if !ok {
		return Need{}
	}
	return negate(Need{Op: Is, Test: Test{Field: f, Kind: Equal, Values: []string{""}}, Exact: true})
}

func equality(a, b ast.Expr) Need {
	if n := test(Equal, a, b); n.Op == Is {
		return n
	}
	return test(Equal, b, a)
}

// test is the need that the member which operand reads passes for one of the literals.
func test(kind TestKind, operand ast.Expr, literals ...ast.Expr) Need {
	var texts []string
	for _, l := range literals {
		if l.Kind() != ast.LiteralKind {
			return Need{}
		}
		s, ok := l.AsLiteral().(types.String)
		if !ok {
			return Need{}
		}
		texts = append(texts, string(s))
	}
	f, ok := fieldOf(operand)
	if !ok {
		if kind == Equal || kind == Prefix || kind == Suffix || kind == Contains {
			return mentions(operand, texts...)
		}
		return Need{}
	}
	t := Test{Field: f, Kind: kind, Values: texts}
	switch kind {
	case Matches:
		re, err := regexp.Compile(t.Values[0])
		if err != nil {
			return Need{}
		}
		t.regexp = re
	case Glob:
		t = Globs(f, t.Values)
	}
	if len(t.Values) == 0 {
		return Need{Op: Never, Exact: true}
	}
	return Need{Op: Is, Test: t, Exact: true}
}

func allOf(a, b Need) Need {
	switch {
	case a.Op == Never || b.Op == Never:
		return Need{Op: Never, Exact: a.Op == Never && a.Exact || b.Op == Never && b.Exact}
	case a.Op == Always && a.Exact:
		return b
	case b.Op == Always && b.Exact:
		return a
	}
	return Need{Op: All, Of: []Need{a, b}, Exact: a.Exact && b.Exact}
}

func anyOf(a, b Need) Need {
	switch {
	case a.Op == Always || b.Op == Always:
		return Need{Op: Always, Exact: a.Op == Always && a.Exact || b.Op == Always && b.Exact}
	case a.Op == Never:
		return b
	case b.Op == Never:
		return a
	}
	return Need{Op: Any, Of: []Need{a, b}, Exact: a.Exact && b.Exact}
}

func negate(n Need) Need {
	switch {
	case !n.Exact:
		return Need{}
	case n.Op == Always:
		return Need{Op: Never, Exact: true}
	case n.Op == Never:
		return Need{Op: Always, Exact: true}
	}
	return Need{Op: Not, Of: []Need{n}, Exact: true}
}

// Holds evaluates the formula over the members that get gives.
func (n *Need) Holds(get func(event.Field) string) bool {
	switch n.Op {
	case Never:
		return false
	case Is:
		return n.Test.Match(get(n.Test.Field))
	case Not:
		return !n.Of[0].Holds(get)
	case All:
		for i := range n.Of {
			if !n.Of[i].Holds(get) {
				return false
			}
		}
	case Any:
		for i := range n.Of {
			if n.Of[i].Holds(get) {
				return true
			}
		}
		return false
	}
	return true
}

// Given simplifies the formula for events whose members of the given fields are known.
func (n Need) Given(known map[event.Field]string) Need {
	return n.rewrite(func(is Need) Need {
		s, ok := known[is.Test.Field]
		switch {
		case !ok:
			return is
		case is.Test.Match(s):
			return Need{Op: Always, Exact: is.Exact}
		}
		return Need{Op: Never, Exact: is.Exact}
	})
}

// Of1 is what the formula asks of one member alone: it holds wherever n does.
func (n Need) Of1(field event.Field) Need {
	return n.rewrite(func(is Need) Need {
		if is.Test.Field == field {
			return is
		}
		return Need{} // under Not, too: what is not exact is not negated
	})
}

// rewrite replaces each test by what leaf makes of it, and simplifies.
func (n Need) rewrite(leaf func(is Need) Need) Need {
	switch n.Op {
	case Is:
		return leaf(n)
	case Not:
		return negate(n.Of[0].rewrite(leaf))
	case All:
		out := Need{Op: Always, Exact: true}
		for _, k := range n.Of {
			out = allOf(out, k.rewrite(leaf))
		}
		return out
	case Any:
		out := Need{Op: Never, Exact: true}
		for _, k := range n.Of {
			out = anyOf(out, k.rewrite(leaf))
		}
		return out
	}
	return n
}

// Values returns the only values that the member can have where the formula holds, dated forms of
// them apart, and whether the formula confines it at all.
func (n *Need) Values(field event.Field) (values []string, confined bool) {
	switch n.Op {
	case Never:
		return nil, true
	case Is:
		if n.Test.Field == field && n.Test.Kind == Equal {
			return n.Test.Values, true
		}
	case All:
		for i := range n.Of {
			v, ok := n.Of[i].Values(field)
			if ok && (!confined || len(v) < len(values)) {
				values, confined = v, true
			}
		}
	case Any:
		for i := range n.Of {
			v, ok := n.Of[i].Values(field)
			if !ok {
				return nil, false
			}
			values, confined = slices.Concat(values, v), true
		}
	}
	return values, confined
}
