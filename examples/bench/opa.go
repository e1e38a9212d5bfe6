package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/rego"
)

// opa asks the Rego SDK about every record, once for all rules: they are one module.
func opa(ctx context.Context, specs []spec) (variantFunc, error) {
	query, err := rego.New(
		rego.Query("data.generated.match"),
		rego.Module("generated.rego", regoModule(specs)),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	inflate := whole()
	return func(ctx context.Context, o object) (m matches, err error) {
		records, err := decoded(inflate, o)
		if err != nil {
			return m, err
		}
		for _, record := range records {
			results, err := query.Eval(ctx, rego.EvalInput(record))
			if err != nil {
				return m, err
			}
			for _, r := range results {
				ids, ok := r.Expressions[0].Value.([]any)
				if !ok {
					return m, fmt.Errorf("the answer is a %T", r.Expressions[0].Value)
				}
				for _, id := range ids {
					m.add(id.(string))
				}
			}
		}
		return m, nil
	}, nil
}

// regoModule writes the specs as one set of the ids that match. What is absent is undefined in
// Rego, and makes a rule silent, so nothing needs a guard, except below "not": the argument of a
// call is looked up before it.
func regoModule(specs []spec) string {
	var b strings.Builder
	b.WriteString("package generated\n")
	for _, s := range specs {
		fmt.Fprintf(&b, "\nmatch contains %q if {\n", s.id)
		if s.source != "" {
			fmt.Fprintf(&b, "\tinput.eventSource == %q\n", s.source)
		}
		switch {
		case s.prefix != "":
			fmt.Fprintf(&b, "\tstartswith(input.eventName, %q)\n", s.prefix)
		case len(s.events) == 1:
			fmt.Fprintf(&b, "\tinput.eventName == %q\n", s.events[0])
		case len(s.events) > 1:
			list, _ := json.Marshal(s.events) // texts always can be
			fmt.Fprintf(&b, "\tinput.eventName in %s\n", list)
		}
		if s.success {
			b.WriteString("\tnot input.errorCode\n\tnot input.errorMessage\n")
		}
		for _, c := range s.checks {
			b.WriteString("\t" + c.rego() + "\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (c check) rego() string {
	at, not := "input."+c.path, ""
	if c.negate {
		path, _ := json.Marshal(strings.Split(c.path, "."))
		otherwise := `""`
		if c.op == opHas {
			otherwise = "null"
		}
		at, not = fmt.Sprintf("object.get(input, %s, %s)", path, otherwise), "not "
	}
	switch c.op {
	case opHas:
		return not + at + " != null"
	case opEqual:
		return fmt.Sprintf("%s%s == %q", not, at, c.value)
	case opPrefix:
		return fmt.Sprintf("%sstartswith(%s, %q)", not, at, c.value)
	case opSuffix:
		return fmt.Sprintf("%sendswith(%s, %q)", not, at, c.value)
	}
	return fmt.Sprintf("%scontains(%s, %q)", not, at, c.value)
}
