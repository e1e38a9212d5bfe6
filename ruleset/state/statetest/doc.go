// Package statetest proves that a state.Store keeps its contract.
//
//	func TestStore(t *testing.T) {
//		statetest.Run(t, func(t *testing.T) state.Store { return open(t) })
//	}
package statetest

import (
	"testing"

	"github.com/trailsift/trailsift/ruleset/state"
)

// Run proves a store, in subtests. newStore makes an empty one for each of them, and closes it by t.Cleanup.
//
// The numbers of operations suit a store that takes a millisecond or two for each. A store whose method
// Limits() state.Limits says that it bounds the members of a window is held to that as well.
func Run(t *testing.T, newStore func(t *testing.T) state.Store, opts ...Option) {
	c := config{rounds: 1}
	for _, opt := range opts {
		opt(&c)
	}
	for _, test := range []struct {
		name string
		run  func(*probe)
	}{
		{"Add", add},
		{"AddAgain", addAgain},
		{"AddInAnyOrder", addInAnyOrder},
		{"AddTooOld", addTooOld},
		{"AddAfterRuleChanged", addAfterRuleChanged},
		{"AddWhatJudgeLeaves", addWhatJudgeLeaves},
		{"AddKeepsKeysApart", addKeepsKeysApart},
		{"AddConcurrently", addConcurrently},
		{"AddMany", addMany},
		{"AddAtRandom", addAtRandom},
		{"AddCancelled", addCancelled},
		{"AddOverLimit", addOverLimit},
		{"Sight", sight},
		{"SightWhatJudgeLeaves", sightWhatJudgeLeaves},
		{"SightSlots", sightSlots},
		{"SightKeepsKeysApart", sightKeepsKeysApart},
		{"SightConcurrently", sightConcurrently},
		{"SightAtRandom", sightAtRandom},
		{"SightCancelled", sightCancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(&probe{T: t, store: newStore(t), rounds: c.rounds})
		})
	}
}

// An Option changes how Run proves a store.
type Option func(*config)

type config struct{ rounds int }

// Rounds does the tests that take random or concurrent operations with n times as many. The default is 1.
func Rounds(n int) Option { return func(c *config) { c.rounds = max(n, 1) } }
