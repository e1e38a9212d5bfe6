package measure

import (
	"maps"
	"slices"

	"github.com/trailsift/trailsift/internal/celenv"
)

// Vars are the variables that stand for measures by name, in the order of the names. Measures that do
// not parse count as numbers.
func Vars(let map[string]string) []celenv.Var {
	vars := []celenv.Var{}
	for _, name := range slices.Sorted(maps.Keys(let)) {
		m, _ := Parse(let[name])
		x := celenv.Var{Name: name, Type: celenv.IntVar, Moves: celenv.Rises}
		switch m.Function {
		case Ratio:
			x.Type = celenv.NumberVar
		case Min:
			x.Type, x.Moves = celenv.AnyVar, celenv.Falls
		case Max:
			x.Type = celenv.AnyVar
		}
		if m.Settled {
			x.Moves = celenv.Stays
		}
		vars = append(vars, x)
	}
	return vars
}

// MessageVars are what the message of a rule with memory may show beside the event: how many events the
// finding stands for, when the first and the last of them happened, and the measures.
func MessageVars(let map[string]string) []celenv.Var {
	return append([]celenv.Var{{Name: "count", Type: celenv.IntVar}, {Name: "first", Type: celenv.AnyVar}, {Name: "last", Type: celenv.AnyVar}}, Vars(let)...)
}
