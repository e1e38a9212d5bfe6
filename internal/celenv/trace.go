package celenv

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/parser"
)

// A Trace says what the parts of an expression yielded in one evaluation.
type Trace struct {
	Parts  []Part
	seen   []Value
	done   []bool
	counts []Counts
}

// Counts say how often a part was true and how often it was not, turns of loops included.
type Counts struct{ True, False int }

// A Part is one sub-expression, parts of parts behind it.
type Part struct {
	Text    string // as a person would write it
	Offset  int    // of its operator or name in the source, in characters
	Depth   int    // 0 for the whole expression
	Boolean bool   // it is a test, of which coverage can ask whether it was both true and false
	Op      string // "&&", "||" or "!", "" for anything else
	end     int    // index after its last sub-part
}

// Value is what part i yielded; the last time, inside a loop. It reports false
// where the part was not evaluated.
func (t *Trace) Value(i int) (Value, bool) { return t.seen[i], t.done[i] }

// Counts returns what part i yielded over all evaluations so far.
func (t *Trace) Counts(i int) Counts {
	if t.counts == nil {
		return Counts{}
	}
	return t.counts[i]
}

// Inside returns the indices of the parts directly below part i.
func (t *Trace) Inside(i int) []int {
	var out []int
	for k := i + 1; k < t.Parts[i].end; k = t.Parts[k].end {
		out = append(out, k)
	}
	return out
}

// CompileTraced is Compile for EvalTraced. Trace then lists the parts.
func CompileTraced(src string, scope Scope, condition bool) (*Program, *Trace, []Issue) {
	c, issues := newCompiler(src, scope, condition)
	if issues != nil {
		return nil, nil, issues
	}
	c.trace = &Trace{}
	c.program.root = c.node(c.tree.Expr())
	if c.issues != nil {
		return nil, nil, c.issues
	}
	c.program.rest = c.program.root
	return c.program, c.trace, nil
}

// EvalTraced is Eval; what the parts yield is kept in trace, which one evaluation uses at a time.
func (p *Program) EvalTraced(f *Frame, b *Bindings, trace *Trace) (Value, error) {
	trace.seen = make([]Value, len(trace.Parts))
	trace.done = make([]bool, len(trace.Parts))
	if trace.counts == nil {
		trace.counts = make([]Counts, len(trace.Parts))
	}
	f.trace = trace
	defer func() { f.trace = nil }()
	return p.eval(p.root, f, b)
}

// tracedNode notes what a part yields.
type tracedNode struct {
	node
	part int
}

func (n tracedNode) eval(f *Frame) Value {
	v := n.node.eval(f)
	if f.trace != nil {
		f.trace.seen[n.part], f.trace.done[n.part] = v, true
		if v.truth() {
			f.trace.counts[n.part].True++
		} else {
			f.trace.counts[n.part].False++
		}
	}
	return v
}

// traced compiles e as a part of the trace, unless it is one that tells nothing: a literal, a
// variable, or the workings of a loop.
func (c *compiler) traced(e ast.Expr) node {
	text, ok := c.text(e)
	if !ok {
		return c.plain(e)
	}
	at := len(c.trace.Parts)
	part := Part{Text: text, Depth: c.depth, Boolean: c.isTest(e)}
	if e.Kind() == ast.CallKind {
		part.Op = logical[e.AsCall().FunctionName()]
	}
	if r, ok := c.tree.SourceInfo().GetOffsetRange(e.ID()); ok {
		part.Offset = int(r.Start)
	}
	c.trace.Parts = append(c.trace.Parts, part)
	c.depth++
	n := c.plain(e)
	c.depth--
	c.trace.Parts[at].end = len(c.trace.Parts)
	return tracedNode{n, at}
}

var logical = map[string]string{operators.LogicalAnd: "&&", operators.LogicalOr: "||", operators.LogicalNot: "!"}

// text is the source of e, and whether e is worth a part of its own.
func (c *compiler) text(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.LiteralKind, ast.IdentKind, ast.ListKind, ast.MapKind:
		return "", false
	}
	if workings(e) {
		return "", false
	}
	text, err := parser.Unparse(e, c.tree.SourceInfo())
	return text, err == nil
}

// workings reports whether e reads a variable that a macro made for itself, which nobody wrote.
func workings(e ast.Expr) bool {
	switch e.Kind() {
	case ast.IdentKind:
		return strings.HasPrefix(e.AsIdent(), "@") || strings.HasPrefix(e.AsIdent(), "__")
	case ast.SelectKind:
		return workings(e.AsSelect().Operand())
	case ast.CallKind:
		call := e.AsCall()
		return call.IsMemberFunction() && workings(call.Target()) || slices.ContainsFunc(call.Args(), workings)
	case ast.ListKind:
		return slices.ContainsFunc(e.AsList().Elements(), workings)
	}
	return false
}

func (c *compiler) isTest(e ast.Expr) bool {
	return c.tree.GetType(e.ID()).Kind() == types.BoolKind
}
