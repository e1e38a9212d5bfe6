package celenv

import (
	"slices"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// Bounds on a condition, checked when it is compiled so that nothing needs to be
// counted while it runs.
const (
	maxSource = 16 << 10 // characters
	maxNodes  = 5000     // of the syntax tree
	maxLoops  = 3        // comprehensions inside each other
)

// newEnv builds the one CEL environment: its content is a constant of this package.
var newEnv = sync.OnceValues(func() (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(registry),
		cel.CustomTypeProvider(provider{registry}),
		cel.Variable(tEvent, cel.ObjectType(tEvent)),
		cel.Variable(tActor, cel.ObjectType(tActor)),
		cel.Variable(tParams, cel.DynType),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxSource),
		cel.EnableMacroCallTracking(),
	}
	for _, f := range library {
		id := f.name + "_" + f.receiver
		overload := cel.Overload(id, f.args, f.result)
		if f.receiver != "" {
			overload = cel.MemberOverload(id, f.args, f.result)
		}
		opts = append(opts, cel.Function(f.name, overload))
	}
	return cel.NewEnv(opts...)
})

// A provider tells cel-go's checker the members of the schema's types.
type provider struct{ *types.Registry }

func (p provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := schema[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	if _, ok := schema[name]; ok {
		return memberNames(name), true
	}
	return p.Registry.FindStructFieldNames(name)
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if _, ok := schema[name]; !ok {
		return p.Registry.FindStructFieldType(name, field)
	}
	m := findMember(name, field)
	if m == nil {
		return nil, false
	}
	return &types.FieldType{Type: m.typ}, true
}

// env is the environment in which the scope's variables have their types.
func (s Scope) env() (*cel.Env, error) {
	env, err := newEnv()
	if err != nil || len(s.Vars) == 0 {
		return env, err
	}
	var opts []cel.EnvOption
	for _, v := range s.Vars {
		opts = append(opts, cel.Variable(v.Name, v.Type.cel()))
	}
	return env.Extend(opts...)
}

// names lists what an expression can call or refer to, for hints.
func (s Scope) names() []string {
	out := []string{tEvent, tActor, tParams, "size", "startsWith", "endsWith", "contains", "matches", "has", "exists", "all", "exists_one", "filter", "map"}
	for _, f := range library {
		out = append(out, f.name)
	}
	for _, v := range s.Vars {
		out = append(out, v.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
