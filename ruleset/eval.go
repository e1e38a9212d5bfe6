package ruleset

import (
	"context"

	"github.com/trailsift/trailsift/event"
)

// Eval judges one event by every rule of the set.
//
// A rule that cannot be evaluated is a Fault in the Result, beside the findings of the others.
// The error is that of ctx. Eval is safe for concurrent use, also over the same event.
func (s *Set) Eval(ctx context.Context, ev *event.Event) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	w := s.work.Get().(*worker)
	defer s.work.Put(w)
	out := w.eval(s, ev)
	w.remember(ctx, s, &out)
	return out.Result, nil
}
