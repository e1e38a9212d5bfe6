package celenv

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"

	"github.com/trailsift/trailsift/identity"
	"github.com/trailsift/trailsift/internal/glob"
	"github.com/trailsift/trailsift/internal/ingress"
	"github.com/trailsift/trailsift/internal/jsonpath"
	"github.com/trailsift/trailsift/internal/netmatch"
	"github.com/trailsift/trailsift/internal/policy"
)

// A function is one entry of the library that conditions can call beyond CEL's own.
// Every function is total: it answers any arguments whatever their kinds.
type function struct {
	name     string
	receiver string // "" for a global function, else a word that keeps overloads of one name apart
	args     []*cel.Type
	result   *cel.Type
	call     func(args []Value) Value

	// bind prepares the function for a literal argument, given as its index from the
	// end; an error is an error of the rule. When bind is set that argument must be literal
	// unless call is set too.
	bind    func(literal Value) (func(args []Value) Value, error)
	literal int // index in args of the argument that bind prepares
}

var (
	dyn     = cel.DynType
	dynOnly = []*cel.Type{cel.DynType}
	dynText = []*cel.Type{cel.DynType, cel.StringType}
	dynDyn  = []*cel.Type{cel.DynType, cel.DynType}
)

// library is what conditions can call beyond CEL's own. Package rule documents it in one table.
var library = []function{
	// Coercion of what AWS writes as text in one service and as a number or boolean in another.
	{name: "str", receiver: "any", args: dynOnly, result: dyn, call: func(a []Value) Value { return a[0].asText() }},
	{name: "num", receiver: "any", args: dynOnly, result: dyn, call: func(a []Value) Value { return a[0].asNumber() }},
	{name: "bool", receiver: "any", args: dynOnly, result: cel.BoolType, call: func(a []Value) Value { return a[0].asBool() }},
	{name: "list", receiver: "any", args: dynOnly, result: cel.ListType(dyn), call: func(a []Value) Value { return a[0].asList() }},

	// Text.
	{name: "lower", receiver: "any", args: dynOnly, result: cel.StringType, call: func(a []Value) Value {
		if a[0].kind != kText {
			return absent
		}
		return text(strings.ToLower(a[0].str))
	}},
	{name: "equalsIgnoreCase", receiver: "any", args: dynDyn, result: cel.BoolType, call: func(a []Value) Value {
		return boolean(a[0].kind == kText && a[1].kind == kText && strings.EqualFold(a[0].str, a[1].str))
	}},
	{name: "containsIgnoreCase", receiver: "any", args: dynDyn, result: cel.BoolType, call: func(a []Value) Value {
		return boolean(a[0].kind == kText && a[1].kind == kText && containsFold(a[0].str, a[1].str))
	}},
	{name: "glob", receiver: "any", args: dynDyn, result: cel.BoolType, call: callGlob, bind: bindGlob, literal: 1},
	{name: "undated", args: dynOnly, result: cel.StringType, call: func(a []Value) Value {
		if a[0].kind != kText {
			return absent
		}
		return text(Undated(a[0].str))
	}},

	// Networks.
	{name: "isIP", args: dynOnly, result: cel.BoolType, call: func(a []Value) Value {
		return boolean(a[0].kind == kText && netmatch.IsIP(a[0].str))
	}},
	{name: "isPublicIP", args: dynOnly, result: cel.BoolType, call: func(a []Value) Value {
		return boolean(a[0].kind == kText && netmatch.IsPublic(a[0].str))
	}},
	{name: "cidr", args: dynDyn, result: cel.BoolType, call: callCIDR, bind: bindCIDR, literal: 1},

	// AWS.
	{name: "arn", args: dynOnly, result: cel.ObjectType(tARN), call: func(a []Value) Value {
		if a[0].kind != kText {
			return absent
		}
		arn, err := identity.ParseARN(a[0].str)
		if err != nil {
			return absent
		}
		return Value{kind: kRecord, ref: &arn}
	}},
	{name: "ingress", args: dynOnly, result: cel.ListType(cel.ObjectType(tIngress)), call: func(a []Value) Value {
		return Value{kind: kList, ref: ingress.Rules(a[0].tree())}
	}},
	{name: "covers", receiver: "ingress", args: []*cel.Type{cel.ObjectType(tIngress), cel.IntType}, result: cel.BoolType, call: func(a []Value) Value {
		r, ok := a[0].ref.(*ingress.Rule)
		return boolean(ok && a[1].kind == kInt && r.Covers(int(a[1].num)))
	}},
	{name: "policy", args: dynOnly, result: cel.ObjectType(tPolicy), call: func(a []Value) Value {
		doc, ok := policy.Parse(a[0].tree())
		if !ok {
			return absent
		}
		return Value{kind: kRecord, ref: doc}
	}},
	question("allowsPublic", (*policy.Document).AllowsPublic),
	question("allowsAllActions", (*policy.Document).AllowsAllActions),
	question("allowsAllResources", (*policy.Document).AllowsAllResources),
	question("allowsAll", (*policy.Document).AllowsAll),
	{name: "allows", receiver: tPolicy, args: []*cel.Type{cel.ObjectType(tPolicy), cel.StringType}, result: cel.BoolType, call: func(a []Value) Value {
		doc, ok := a[0].ref.(*policy.Document)
		return boolean(ok && a[1].kind == kText && doc.Allows(a[1].str))
	}},
	{name: "allowsOutside", receiver: tPolicy, args: []*cel.Type{cel.ObjectType(tPolicy), dyn}, result: cel.BoolType, call: func(a []Value) Value {
		doc, ok := a[0].ref.(*policy.Document)
		return boolean(ok && doc.AllowsOutside(a[1].texts()...))
	}},
	{name: "principals", receiver: tPolicy, args: []*cel.Type{cel.ObjectType(tPolicy)}, result: cel.ListType(cel.StringType), call: func(a []Value) Value {
		doc, ok := a[0].ref.(*policy.Document)
		if !ok {
			return absent
		}
		var out []Value
		for _, p := range doc.Principals() {
			out = append(out, text(p))
		}
		return Value{kind: kList, ref: out}
	}},

	// Collections.
	{name: "jsonPath", receiver: "any", args: dynText, result: cel.ListType(dyn), bind: bindJSONPath, literal: 1},
	{name: "sets.contains", args: dynDyn, result: cel.BoolType, call: func(a []Value) Value {
		if a[0].kind != kList || a[1].kind != kList {
			return no
		}
		for i := range a[1].len() {
			if !a[0].contains(a[1].at(i)) {
				return no
			}
		}
		return yes
	}},
	{name: "sets.intersects", args: dynDyn, result: cel.BoolType, call: func(a []Value) Value {
		if a[0].kind != kList || a[1].kind != kList {
			return no
		}
		for i := range a[1].len() {
			if a[0].contains(a[1].at(i)) {
				return yes
			}
		}
		return no
	}},

	// Named lists are looked up by the compiler: see compiler.list.
	{name: "list", args: []*cel.Type{cel.StringType}, result: cel.ListType(cel.StringType)},

	// Lookups likewise: see compiler.lookup.
	{name: "lookup", args: []*cel.Type{cel.StringType, dyn}, result: dyn},
}

// question is a member of a policy document that answers true or false, false for what is no policy.
func question(name string, ask func(*policy.Document) bool) function {
	return function{name: name, receiver: tPolicy, args: []*cel.Type{cel.ObjectType(tPolicy)}, result: cel.BoolType, call: func(a []Value) Value {
		doc, ok := a[0].ref.(*policy.Document)
		return boolean(ok && ask(doc))
	}}
}

func (v Value) asText() Value {
	s, ok := v.spell()
	if !ok {
		return absent
	}
	return text(s)
}

func (v Value) asNumber() Value {
	switch v.kind {
	case kInt, kDouble:
		return v
	case kText:
		s := strings.TrimSpace(v.str)
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return integer(n)
		}
		f, err := strconv.ParseFloat(s, 64)
		if err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return double(f)
		}
	}
	return absent
}

func (v Value) asBool() Value {
	switch v.kind {
	case kBool:
		return v
	case kText:
		switch strings.ToLower(v.str) {
		case "true", "1", "yes":
			return yes
		case "false", "0", "no":
			return no
		}
	case kInt:
		if v.num == 0 || v.num == 1 {
			return boolean(v.num == 1)
		}
	}
	return absent
}

func (v Value) asList() Value {
	switch v.kind {
	case kList:
		return v
	case kAbsent:
		return Value{kind: kList, ref: []Value(nil)}
	}
	return Value{kind: kList, ref: []Value{v}}
}

// texts collects the texts of a text or of a list.
func (v Value) texts() []string {
	if v.kind == kText {
		return []string{v.str}
	}
	var out []string
	for i := range v.len() {
		if e := v.at(i); e.kind == kText {
			out = append(out, e.str)
		}
	}
	return out
}

func callGlob(a []Value) Value {
	if a[0].kind != kText {
		return no
	}
	for _, p := range a[1].texts() {
		if glob.Match(p, a[0].str) {
			return yes
		}
	}
	return no
}

func bindGlob(literal Value) (func([]Value) Value, error) {
	var patterns []glob.Pattern
	for _, p := range literal.texts() {
		patterns = append(patterns, glob.Compile(p))
	}
	return func(a []Value) Value {
		if a[0].kind != kText {
			return no
		}
		for i := range patterns {
			if patterns[i].Match(a[0].str) {
				return yes
			}
		}
		return no
	}, nil
}

func callCIDR(a []Value) Value {
	if a[0].kind != kText {
		return no
	}
	for _, n := range a[1].texts() {
		// A network that cannot be read, say in a list that a program gives, holds nothing.
		if set, err := netmatch.ParseSet([]string{n}); err == nil && set.Contains(a[0].str) {
			return yes
		}
	}
	return no
}

func bindCIDR(literal Value) (func([]Value) Value, error) {
	set, err := netmatch.ParseSet(literal.texts())
	if err != nil {
		return nil, err
	}
	return func(a []Value) Value {
		return boolean(a[0].kind == kText && set.Contains(a[0].str))
	}, nil
}

func bindJSONPath(literal Value) (func([]Value) Value, error) {
	path, err := jsonpath.Parse(literal.str)
	if err != nil {
		return nil, err
	}
	return func(a []Value) Value {
		var found []any
		if a[0].kind == kObject || a[0].kind == kList {
			found, _ = path.Find(a[0].tree()) // where jp gives up nothing is found
		}
		return Value{kind: kList, ref: found}
	}, nil
}

func bindMatches(literal Value) (func([]Value) Value, error) {
	re, err := regexp.Compile(literal.str)
	if err != nil {
		return nil, err
	}
	return func(a []Value) Value {
		return boolean(a[0].kind == kText && re.MatchString(a[0].str))
	}, nil
}

var dated = regexp.MustCompile(`^(.*?[A-Za-z])(\d{8}(v\d+)?|\d{4}_\d{2}_\d{2})$`)

// Undated removes the API date that Lambda and CloudFront write behind an event's name:
// UpdateFunctionCode20150331v2 is UpdateFunctionCode.
func Undated(name string) string {
	if n := len(name); n == 0 || name[n-1] < '0' || name[n-1] > '9' {
		return name
	}
	if m := dated.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}
