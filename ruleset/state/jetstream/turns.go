package jetstream

import (
	"context"
	"hash/maphash"
)

// turns let the operations of one Store on the same key follow each other.
type turns struct {
	seed maphash.Seed
	busy [256]chan struct{}
}

func newTurns() turns {
	t := turns{seed: maphash.MakeSeed()}
	for i := range t.busy {
		t.busy[i] = make(chan struct{}, 1)
	}
	return t
}

func (t *turns) of(key string) chan struct{} {
	return t.busy[maphash.String(t.seed, key)%uint64(len(t.busy))]
}

// take waits for the key's turn.
func (t *turns) take(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t.of(key) <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turns) leave(key string) { <-t.of(key) }
