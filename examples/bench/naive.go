package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/ohler55/ojg/oj"
)

// naive decodes every record and asks every rule about it: what a program does that has a
// CEL environment and a loop.
func naive(specs []spec) (variantFunc, error) {
	env, err := cel.NewEnv(cel.Variable("event", cel.MapType(cel.StringType, cel.DynType)))
	if err != nil {
		return nil, err
	}
	programs := make([]cel.Program, len(specs))
	for i, s := range specs {
		tree, issues := env.Compile(plainCEL(s))
		if issues.Err() != nil {
			return nil, fmt.Errorf("%s: %w", s.id, issues.Err())
		}
		if programs[i], err = env.Program(tree, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return nil, fmt.Errorf("%s: %w", s.id, err)
		}
	}
	inflate := whole()
	return func(_ context.Context, o object) (m matches, err error) {
		records, err := decoded(inflate, o)
		if err != nil {
			return m, err
		}
		activation := map[string]any{}
		for _, record := range records {
			activation["event"] = record
			for i, p := range programs {
				// An error is a value of another type than the rule expects: no match.
				if v, _, err := p.Eval(activation); err == nil && v.Value() == true {
					m.add(specs[i].id)
				}
			}
		}
		return m, nil
	}, nil
}

// decoded parses an object.
func decoded(inflate func(object) ([]byte, error), o object) ([]any, error) {
	log, err := inflate(o)
	if err != nil {
		return nil, err
	}
	tree, err := oj.Parse(log)
	if err != nil {
		return nil, err
	}
	file, _ := tree.(map[string]any)
	records, ok := file["Records"].([]any)
	if !ok {
		return nil, errors.New("no log file")
	}
	return records, nil
}

// plainCEL writes a spec as a condition over a map. What may be absent is asked for first: to
// select it is an error otherwise.
func plainCEL(s spec) string {
	const root = "event"
	var terms []string
	if s.source != "" {
		terms = append(terms, check{path: "eventSource", op: opEqual, value: s.source}.call(root))
	}
	switch {
	case s.prefix != "":
		terms = append(terms, check{path: "eventName", op: opPrefix, value: s.prefix}.call(root))
	case len(s.events) == 1:
		terms = append(terms, check{path: "eventName", op: opEqual, value: s.events[0]}.call(root))
	case len(s.events) > 1:
		list, _ := json.Marshal(s.events) // texts always can be
		terms = append(terms, root+".eventName in "+string(list))
	}
	if s.success {
		terms = append(terms, "!has("+root+".errorCode)", "!has("+root+".errorMessage)")
	}
	for _, c := range s.checks {
		var guarded []string
		for _, p := range c.parents() {
			guarded = append(guarded, "has("+root+"."+p+")")
		}
		guarded = append(guarded, "has("+root+"."+c.path+")")
		last := c.call(root)
		if c.op == opHas { // null is there in a map
			last = root + "." + c.path + " != null"
		}
		term := conjunction(append(guarded, last))
		if c.negate {
			term = "!(" + term + ")"
		}
		terms = append(terms, term)
	}
	return conjunction(terms)
}

// decodeJSON only decodes, with the standard library.
func decodeJSON() variantFunc {
	inflate := whole()
	return func(_ context.Context, o object) (matches, error) {
		log, err := inflate(o)
		if err != nil {
			return matches{}, err
		}
		var file struct{ Records []map[string]any }
		return matches{}, json.Unmarshal(log, &file)
	}
}
