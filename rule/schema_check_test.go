package rule_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A checker judges values by the part of JSON Schema that schema.json uses. A keyword that it does
// not know is a problem, so that the schema cannot outgrow it.
type checker struct{ root object }

// check returns the first problem, "" when v conforms to s.
func (c checker) check(s object, v any) string {
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		if problem := c.keyword(s, keyword, s[keyword], v); problem != "" {
			return problem
		}
	}
	return ""
}

func (c checker) keyword(s object, keyword string, want, v any) string {
	mapping, isMapping := v.(map[string]any)
	list, isList := v.([]any)
	text, isText := v.(string)
	number, isNumber := numberOf(v)
	fail := func() string { return fmt.Sprintf("%v: %s %v", v, keyword, want) }
	switch keyword {
	case "$schema", "$id", "$defs", "title", "description":
	case "$ref":
		def, ok := c.root["$defs"].(map[string]any)[strings.TrimPrefix(want.(string), "#/$defs/")].(map[string]any)
		if !ok {
			return fmt.Sprintf("there is no %v", want)
		}
		return c.check(def, v)
	case "type":
		types, ok := want.([]any)
		if !ok {
			types = []any{want}
		}
		if !slices.ContainsFunc(types, func(t any) bool { return isOf(t, v) }) {
			return fail()
		}
	case "enum":
		if !slices.Contains(want.([]any), v) {
			return fail()
		}
	case "pattern":
		if isText && !regexp.MustCompile(want.(string)).MatchString(text) {
			return fail()
		}
	case "minimum":
		if isNumber && number < want.(float64) {
			return fail()
		}
	case "maximum":
		if isNumber && number > want.(float64) {
			return fail()
		}
	case "minItems":
		if isList && float64(len(list)) < want.(float64) {
			return fail()
		}
	case "maxItems":
		if isList && float64(len(list)) > want.(float64) {
			return fail()
		}
	case "minProperties":
		if isMapping && float64(len(mapping)) < want.(float64) {
			return fail()
		}
	case "maxProperties":
		if isMapping && float64(len(mapping)) > want.(float64) {
			return fail()
		}
	case "items":
		for i, item := range list {
			if problem := c.check(want.(map[string]any), item); problem != "" {
				return fmt.Sprintf("[%d] %s", i, problem)
			}
		}
	case "properties":
		for name, p := range want.(map[string]any) {
			if member, ok := mapping[name]; ok {
				if problem := c.check(p.(map[string]any), member); problem != "" {
					return name + ": " + problem
				}
			}
		}
	case "additionalProperties":
		known, _ := s["properties"].(map[string]any)
		for name, member := range mapping {
			if _, ok := known[name]; ok {
				continue
			}
			rest, ok := want.(map[string]any)
			if !ok {
				return "unknown key " + name
			}
			if problem := c.check(rest, member); problem != "" {
				return name + ": " + problem
			}
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := mapping[name.(string)]; isMapping && !ok {
				return fmt.Sprintf("no %v", name)
			}
		}
	case "not":
		if c.check(want.(map[string]any), v) == "" {
			return fail()
		}
	case "allOf":
		for _, part := range want.([]any) {
			if problem := c.check(part.(map[string]any), v); problem != "" {
				return problem
			}
		}
	case "anyOf", "oneOf":
		fits, problems := 0, []string{}
		for _, alternative := range want.([]any) {
			if problem := c.check(alternative.(map[string]any), v); problem == "" {
				fits++
			} else {
				problems = append(problems, problem)
			}
		}
		if fits == 0 || keyword == "oneOf" && fits > 1 {
			return fmt.Sprintf("%d of %s fit: %s", fits, keyword, strings.Join(problems, "; "))
		}
	default:
		return "the keyword " + keyword + " is not known to the checker"
	}
	return ""
}

func isOf(typ, v any) bool {
	n, isNumber := numberOf(v)
	switch typ {
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "array":
		_, ok := v.([]any)
		return ok
	case "string":
		_, ok := v.(string)
		return ok
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "number":
		return isNumber
	case "integer":
		return isNumber && n == float64(int64(n))
	}
	return false
}

func numberOf(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}
