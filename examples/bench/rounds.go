package main

import (
	"context"
	"runtime"
)

// A measurement holds what each variant cost per record in each round.
type measurement struct {
	cpu    map[variantKey][]float64 // microseconds
	allocs map[variantKey][]float64
}

type variantKey struct {
	name  string
	rules int
}

func (v *variant) key() variantKey { return variantKey{v.name, v.rules} }

// measure runs all variants in turn, round after round.
func measure(ctx context.Context, variants []variant, rounds int, progress func(string, ...any)) (*measurement, error) {
	m := &measurement{cpu: map[variantKey][]float64{}, allocs: map[variantKey][]float64{}}
	for round := range rounds {
		progress("round %d of %d", round+1, rounds)
		for i := range variants {
			// Each starts first in its turn.
			v := &variants[(i+round)%len(variants)]
			r, err := v.measure(ctx)
			if err != nil {
				return nil, err
			}
			k, n := v.key(), float64(v.records)
			m.cpu[k] = append(m.cpu[k], float64(r.cpu.Nanoseconds())/1000/n)
			m.allocs[k] = append(m.allocs[k], float64(r.allocs)/n)
		}
	}
	return m, nil
}

func (v *variant) measure(ctx context.Context) (reading, error) {
	// What the variant before has left is not this one's to clear away. The pools are emptied,
	// too, which happens to no program in the middle of its work: hence an object beforehand.
	runtime.GC()
	if len(v.objects) > 1 {
		if _, err := v.run(ctx, v.objects[0]); err != nil {
			return reading{}, err
		}
	}
	v.found = 0
	return meter(func() error {
		for _, o := range v.objects {
			m, err := v.run(ctx, o)
			if err != nil {
				return err
			}
			v.found += m.n
		}
		return ctx.Err()
	})
}

// ratio is how much more CPU time a took than b: the median of the rounds.
func (m *measurement) ratio(a, b variantKey) float64 {
	var ratios []float64
	for round, cpu := range m.cpu[a] {
		ratios = append(ratios, cpu/m.cpu[b][round])
	}
	return median(ratios)
}
