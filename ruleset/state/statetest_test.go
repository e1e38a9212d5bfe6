package state_test

import (
	"testing"

	"github.com/trailsift/trailsift/ruleset/state"
	"github.com/trailsift/trailsift/ruleset/state/statetest"
)

func TestMemory_Contract(t *testing.T) {
	for name, limits := range map[string]state.Limits{
		"defaults":  {},
		"one shard": {Keys: 1000, Bytes: 4 << 20},
		"small":     {Keys: 100, Members: 5000},
	} {
		t.Run(name, func(t *testing.T) {
			statetest.Run(t, func(*testing.T) state.Store { return state.NewMemory(limits) }, statetest.Rounds(2))
		})
	}
}
