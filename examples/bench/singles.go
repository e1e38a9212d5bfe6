package main

import (
	"bytes"
	"context"
	"runtime"
	"time"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/ruleset"
)

// singles is what is measured by itself, not per record of a variant.
type singles struct {
	workers   workersCost
	peaks     []peak
	ruleBytes float64 // per compiled rule
	compiling []compileCost
	cold      []coldCost
	hot       []hotCost
	idle      float64 // allocations per record that is no rule's candidate
	idleOf    int     // records they were counted over
}

func measureSingles(ctx context.Context, c *corpus, specs []spec, o *options) (*singles, error) {
	s := &singles{}
	var err error
	if s.ruleBytes, err = bytesPerRule(specs); err != nil {
		return nil, err
	}
	rounds := 5
	if o.quick {
		rounds = 1
	}
	if s.hot, err = measureHot(ctx, o); err != nil {
		return nil, err
	}
	if s.compiling, err = measureCompile(rounds); err != nil {
		return nil, err
	}
	rules, err := builtin.Rules()
	if err != nil {
		return nil, err
	}
	set, err := ruleset.Compile(rules)
	if err != nil {
		return nil, err
	}
	if s.workers, err = measureWorkers(ctx, set, c.objects, rounds); err != nil {
		return nil, err
	}
	idle, found, err := c.split(ctx, set)
	if err != nil {
		return nil, err
	}
	if s.idle, s.idleOf, err = idleAllocs(ctx, set, idle); err != nil {
		return nil, err
	}
	if s.peaks, err = measurePeaks(ctx, c.objects); err != nil {
		return nil, err
	}
	if found != nil {
		s.cold, err = measureCold(ctx, found, rounds)
	}
	return s, err
}

// bytesPerRule is what a compiled rule holds on to, besides its definition.
func bytesPerRule(specs []spec) (float64, error) {
	rules := nativeRules(specs)
	before := liveHeap()
	set, err := ruleset.Compile(rules)
	if err != nil {
		return 0, err
	}
	after := liveHeap()
	runtime.KeepAlive(set)
	runtime.KeepAlive(rules)
	return float64(after-before) / float64(len(rules)), nil
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // what the first left in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// planning is a way of compiling the catalogue.
type planning struct {
	name string
	opts []ruleset.Option
}

// plannings are the ways there are, the default first.
func plannings() []planning {
	return []planning{{name: "eagerly"}, {"lazily", []ruleset.Option{ruleset.Lazy()}}}
}

// A compileCost is what it takes until the catalogue is ready.
type compileCost struct {
	name          string
	rules         int
	read, compile time.Duration // builtin.Rules, ruleset.Compile
	cpu           time.Duration // of both
}

func measureCompile(rounds int) ([]compileCost, error) {
	var out []compileCost
	for _, p := range plannings() {
		c := compileCost{name: p.name}
		var read, compile, cpu []time.Duration
		for range rounds {
			runtime.GC()
			r, err := meter(func() error {
				start := time.Now()
				rules, err := builtin.Rules()
				if err != nil {
					return err
				}
				read = append(read, time.Since(start))
				start = time.Now()
				set, err := ruleset.Compile(rules, p.opts...)
				if err != nil {
					return err
				}
				compile = append(compile, time.Since(start))
				c.rules = len(set.Rules())
				return nil
			})
			if err != nil {
				return nil, err
			}
			cpu = append(cpu, r.cpu)
		}
		c.read, c.compile, c.cpu = medianDuration(read), medianDuration(compile), medianDuration(cpu)
		out = append(out, c)
	}
	return out, nil
}

// split looks at the records of the model: which are no rule's candidate, and the first that is
// a finding.
func (c *corpus) split(ctx context.Context, set *ruleset.Set) (idle [][]byte, found []byte, err error) {
	sc := set.Scanner()
	for _, m := range c.models {
		before := sc.Stats().Decoded
		findings := 0
		for result, err := range sc.Scan(ctx, bytes.NewReader(m.record)) {
			if err != nil {
				return nil, nil, err
			}
			findings += len(result.Findings)
		}
		if sc.Stats().Decoded == before {
			idle = append(idle, m.record)
		}
		if findings > 0 && found == nil {
			found = m.record
		}
	}
	return idle, found, nil
}
