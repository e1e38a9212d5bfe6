package main

import (
	"context"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/ruleset"
)

// A variantFunc goes through an object in its way.
type variantFunc func(context.Context, object) (matches, error)

// matches is how often which rules matched, in a form that costs the variants next to nothing.
type matches struct {
	n      int
	digest uint64 // the sum of the hashes of their ids
}

func (m *matches) add(id string) {
	m.n++
	h := uint64(14695981039346656037) // FNV-1a, which package hash would allocate for
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	m.digest += h
}

// A variant is a line of the table.
type variant struct {
	name    string
	rules   int // 0 for one without
	objects []object
	records int
	run     variantFunc

	found int // matches in objects, once measured
}

// The variants that targets speak of, by their names and numbers of rules.
const (
	nameGunzip    = "gunzip, klauspost"
	nameStandard  = "gunzip, standard library"
	nameOwn       = "gunzip, Trailsift"
	nameSkim      = "gunzip and find the records"
	nameCatalogue = "Trailsift, the catalogue"
	nameGenerated = "Trailsift, generated rules"
	nameNaive     = "oj.Parse, every rule in CEL on a map"
	nameOPA       = "oj.Parse, OPA Rego SDK"
	nameDecode    = "encoding/json, no rule"
)

// Generated rules that the variants have.
const (
	few     = 100
	many    = 1_000
	most    = 10_000
	opaSize = 50

	agreeSize = 500 // that are compared, and as many contraries
)

// newVariants compiles the rules, and returns the generated ones, too. The slower a variant is, the fewer records it gets.
func newVariants(ctx context.Context, c *corpus, o *options) ([]variant, []spec, error) {
	fast, medium := 60_000, 8_000
	if o.quick {
		fast, medium = quickRecords, smallestObject
	}
	specs := generate(most)
	var out []variant
	add := func(name string, rules, records int, run variantFunc) {
		objects, n := c.first(records)
		out = append(out, variant{name: name, rules: rules, objects: objects, records: n, run: run})
	}
	sampled := func(name string, rules int, run variantFunc) {
		out = append(out, variant{name: name, rules: rules, objects: []object{c.sample}, records: c.sample.records, run: run})
	}

	add(nameGunzip, 0, fast, gunzip(newFastGzip()))
	add(nameStandard, 0, fast, gunzip(newStandardGzip()))
	add(nameOwn, 0, fast, gunzip(newOwnGzip()))
	add(nameSkim, 0, fast, skim)

	catalogue, err := builtin.Rules()
	if err != nil {
		return nil, nil, err
	}
	set, err := ruleset.Compile(catalogue)
	if err != nil {
		return nil, nil, err
	}
	add(nameCatalogue, len(set.Rules()), fast, scanner(set))

	for _, n := range []int{few, many, most} {
		if set, err = ruleset.Compile(nativeRules(specs[:n])); err != nil {
			return nil, nil, err
		}
		add(nameGenerated, n, fast, scanner(set))
	}

	run, err := naive(specs[:few])
	if err != nil {
		return nil, nil, err
	}
	add(nameNaive, few, medium, run)
	if run, err = naive(specs[:many]); err != nil {
		return nil, nil, err
	}
	sampled(nameNaive, many, run)

	if run, err = opa(ctx, specs[:opaSize]); err != nil {
		return nil, nil, err
	}
	sampled(nameOPA, opaSize, run)
	add(nameDecode, 0, medium, decodeJSON())
	return out, specs, nil
}
