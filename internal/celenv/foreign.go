package celenv

import (
	"fmt"
	"time"

	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// foreign calls a function of CEL's standard library as cel-go implements it.
// Where cel-go answers with an error, the value is absent.
type foreign struct {
	call *functions.Overload
	args []node
}

func newForeign(overloads []string, name string, args []node) (node, error) {
	env, err := newEnv()
	if err != nil {
		return nil, err
	}
	decl, ok := env.Functions()[name]
	if !ok {
		return nil, fmt.Errorf("the function %q cannot be used in a condition", name)
	}
	bindings, err := decl.Bindings()
	if err != nil {
		return nil, err
	}
	want := name // the binding of that name dispatches on its arguments' types
	if len(overloads) == 1 {
		want = overloads[0]
	}
	for _, b := range bindings {
		if b.Operator == want || b.Operator == name {
			return foreign{b, args}, nil
		}
	}
	return nil, fmt.Errorf("the function %q cannot be used in a condition", name)
}

func (n foreign) eval(f *Frame) Value {
	args := make([]ref.Val, len(n.args))
	for i, a := range n.args {
		if args[i] = a.eval(f).toRef(); args[i] == nil {
			return absent
		}
	}
	switch {
	case n.call.Unary != nil && len(args) == 1:
		return fromRef(n.call.Unary(args[0]))
	case n.call.Binary != nil && len(args) == 2:
		return fromRef(n.call.Binary(args[0], args[1]))
	case n.call.Function != nil:
		return fromRef(n.call.Function(args...))
	}
	return absent
}

// toRef is the value as cel-go knows it, nil where cel-go does not.
func (v Value) toRef() ref.Val {
	switch v.kind {
	case kBool:
		return types.Bool(v.num == 1)
	case kInt:
		return types.Int(v.num)
	case kDouble:
		return types.Double(v.float())
	case kText:
		return types.String(v.str)
	case kTime:
		return types.Timestamp{Time: time.Unix(v.num, int64(v.nano)).UTC()}
	case kDuration:
		return types.Duration{Duration: time.Duration(v.num)}
	case kForeign:
		return v.ref.(ref.Val)
	case kList, kObject:
		return types.DefaultTypeAdapter.NativeToValue(v.tree())
	}
	return nil
}

func fromRef(r ref.Val) Value {
	switch r := r.(type) {
	case nil, *types.Err, *types.Unknown, types.Null:
		return absent
	case types.Bool:
		return boolean(bool(r))
	case types.Int:
		return integer(int64(r))
	case types.Double:
		return double(float64(r))
	case types.String:
		return text(string(r))
	case types.Timestamp:
		return Value{kind: kTime, num: r.Unix(), nano: int32(r.Nanosecond())}
	case types.Duration:
		return Value{kind: kDuration, num: int64(r.Duration)}
	case traits.Lister:
		n, ok := r.Size().(types.Int)
		if !ok {
			return absent
		}
		out := make([]Value, n)
		for i := range out {
			out[i] = fromRef(r.Get(types.Int(i)))
		}
		return Value{kind: kList, ref: out}
	case traits.Mapper:
		out := map[string]Value{}
		for it := r.Iterator(); it.HasNext() == types.True; {
			if name, ok := fromRef(it.Next()).spell(); ok {
				out[name] = fromRef(r.Get(types.String(name)))
			}
		}
		return Value{kind: kObject, ref: out}
	}
	return Value{kind: kForeign, ref: r}
}

// moments is the arithmetic of times and durations, as CEL defines it.
func moments(op string, a, b Value) Value {
	temporal := func(v Value) bool { return v.kind == kTime || v.kind == kDuration || v.kind == kForeign }
	if !temporal(a) || !temporal(b) {
		return absent
	}
	switch x, y := a.toRef(), b.toRef(); op {
	case operators.Add:
		if x, ok := x.(traits.Adder); ok {
			return fromRef(x.Add(y))
		}
	case operators.Subtract:
		if x, ok := x.(traits.Subtractor); ok {
			return fromRef(x.Subtract(y))
		}
	}
	return absent
}
