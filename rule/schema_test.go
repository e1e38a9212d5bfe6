package rule_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/internal/yamltree"
	"github.com/trailsift/trailsift/rule"
)

// The committed schema is what the Go types and their comments say.
func TestSchema_current(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go test ./rule -run Schema -update (-want +got):\n%s", diff)
	}
}

// Every mapping has the keys that Parse accepts, no more and no less: Parse lists them for a key
// that is none of them.
func TestSchema_keys(t *testing.T) {
	const none = "zzzqqqzzz"
	_, err := rule.Parse("keys.yaml", []byte(strings.ReplaceAll(`
NONE: 1
match: {NONE: 1}
active: {NONE: 1}
schedules: {x: {NONE: 1}}
params: {x: {NONE: 1}}
lists: {x: {NONE: 1}}
exceptions: [{NONE: 1}]
aggregate: {NONE: 1}
sequence: {NONE: 1, steps: [{NONE: 1}]}
new_terms: {NONE: 1}
anomaly: {NONE: 1}
tests: [{NONE: 1, want: [{NONE: 1}]}, {event: {base: x, NONE: 1}}]
`, "NONE", none)))
	accepted := map[string][]string{}
	for _, e := range rule.Errors(err) {
		if _, keys, ok := strings.Cut(e.Err.Error(), "the keys are "); ok {
			accepted[strings.TrimSuffix(strings.TrimSuffix(e.Field, none), ".")] = strings.Split(keys, ", ")
		}
	}
	s := schemaOf(t)
	defs := s["$defs"].(map[string]any)
	described := map[string]any{
		"": s, "match": defs["Match"], "active": defs["Active"], "schedules.x": defs["Schedule"], "params.x": defs["Param"], "lists.x": defs["List"],
		"exceptions[0]": defs["Exception"], "tests[0]": defs["Test"], "tests[0].want[0]": defs["Want"],
		"tests[1].event": defs["Record"].(map[string]any)["oneOf"].([]any)[0],
		"aggregate":      defs["Aggregate"], "sequence": defs["Sequence"], "sequence.steps[0]": defs["Step"], "new_terms": defs["NewTerms"], "anomaly": defs["Anomaly"],
	}
	got := map[string][]string{}
	for field, def := range described {
		got[field] = slices.Sorted(maps.Keys(def.(map[string]any)["properties"].(map[string]any)))
	}
	if diff := cmp.Diff(accepted, got); diff != "" {
		t.Errorf("(-Parse +schema):\n%s", diff)
	}
	if len(defs) != len(described) { // the rule itself is none of them, and text is no mapping
		t.Errorf("the schema defines %v: a mapping without a line here is not compared", slices.Sorted(maps.Keys(defs)))
	}
}

// What Parse accepts conforms: the whole catalogue, and a file with every key.
func TestSchema_conforms(t *testing.T) {
	c := checker{root: schemaOf(t)}
	n := 0
	check := func(fsys fs.FS) {
		err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || path.Ext(name) != ".yaml" {
				return err
			}
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			n++
			if problem := c.check(c.root, value(t, data)); problem != "" {
				t.Errorf("%s: %s", name, problem)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check(builtin.FS())
	check(os.DirFS("testdata/lint"))
	check(os.DirFS("testdata/complete"))
	if n < 50 {
		t.Errorf("%d files: the catalogue was not read", n)
	}
}

// The files with every key have every key.
func TestSchema_complete(t *testing.T) {
	root := schemaOf(t)
	missing := map[string]bool{}
	keysOf(root, func(key string) { missing[key] = true })
	for name := range completes() {
		follow(root, root, "Rule", value(t, read(t, "complete/"+name)), func(key string) { delete(missing, key) })
	}
	if len(missing) > 0 {
		t.Errorf("no file of testdata/complete has %v", slices.Sorted(maps.Keys(missing)))
	}
}

// keysOf yields the keys of every mapping that a schema describes: "Rule.id".
func keysOf(root object, yield func(key string)) {
	of := func(name string, s any) {
		if alternatives, ok := s.(object)["oneOf"].([]any); ok {
			s = alternatives[0] // of a record: a base with changes
		}
		properties, _ := s.(object)["properties"].(object)
		for key := range properties {
			yield(name + "." + key)
		}
	}
	of("Rule", root)
	for name, def := range root["$defs"].(object) {
		of(name, def)
	}
}

// follow yields the keys of every mapping in v, which s describes.
func follow(root, s object, name string, v any, yield func(key string)) {
	if ref, ok := s["$ref"].(string); ok {
		name = strings.TrimPrefix(ref, "#/$defs/")
		s = root["$defs"].(object)[name].(object)
	}
	for _, alternatives := range []string{"oneOf", "anyOf"} {
		list, _ := s[alternatives].([]any)
		for _, a := range list {
			follow(root, a.(object), name, v, yield)
		}
	}
	items, _ := s["items"].(object)
	if list, ok := v.([]any); ok && items != nil {
		for _, item := range list {
			follow(root, items, name, item, yield)
		}
	}
	mapping, _ := v.(map[string]any)
	for key, member := range mapping {
		if properties, ok := s["properties"].(object); ok && properties[key] != nil {
			yield(name + "." + key)
			follow(root, properties[key].(object), name, member, yield)
		} else if rest, ok := s["additionalProperties"].(object); ok {
			follow(root, rest, name, member, yield)
		}
	}
}

// What Parse refuses for its form does not conform.
func TestSchema_refuses(t *testing.T) {
	const good = `
id: a
title: A
severity: low
match: {source: iam.amazonaws.com, event: [CreateUser]}
`
	c := checker{root: schemaOf(t)}
	if problem := c.check(c.root, value(t, []byte(good))); problem != "" {
		t.Fatal(problem)
	}
	for _, bad := range []string{
		"id: a\ntitle: A\nseverity: low\n",
		"title: A\nseverity: low\nwhen: true\n",
		strings.Replace(good, "id: a", "id: Not Kebab", 1),
		strings.Replace(good, "low", "lower", 1),
		strings.Replace(good, "event", "evnt", 1),
		strings.Replace(good, "[CreateUser]", "{a: b}", 1),
		good + "tag: [a]\n",
		good + "tags: a\n",
		good + "risk: 101\n",
		good + "version: 0\n",
		good + "enabled: maybe\n",
		good + "attack: [T1098]\n",
		good + "references: [http://example.org]\n",
		good + "active: {inside: a, outside: b}\n",
		good + "schedules: {x: {windows: [Monday]}}\n",
		good + "schedules: {x: {windows: [Mon 09:00-18:00], holidays: [1.1.2026]}}\n",
		good + "params: {x: {type: texts, default: a}}\n",
		good + "exceptions: [{name: a, when: actor.isRoot}]\n",
		good + "exceptions: [{name: a, when: actor.isRoot, reason: b, expires: soon}]\n",
		good + "tests: [{name: a, event: {base: user-call}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, sets: {}}}]\n",
		good + "tests: [{name: a, match: true, event: {set: {eventName: x}}}]\n",
		good + "tests: [{name: a, match: true, event: {}}]\n",
		good + "tests: [{name: a, match: true}]\n",
		good + "tests: [{name: a, match: true, want: [], event: {base: user-call}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call}, events: [{base: user-call}]}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, file: a.json}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, at: soon}}]\n",
		good + "tests: [{name: a, match: true, clock: noon, event: {base: user-call}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, repeat: 0}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, repeat: 10001}}]\n",
		good + "tests: [{name: a, match: true, event: {base: user-call, repeat: 2, every: often}}]\n",
		good + "needs: [asn]\ntests: [{name: a, match: true, event: {base: user-call}, lookups: {asn: [1]}}]\n",
		good + "needs: [asn]\ntests: [{name: a, match: true, event: {base: user-call}, lookups: {asn: {198.51.100.7: 64500}}}]\n",
		good + "needs: asn\n",
		good + "needs: [AS number]\n",
		good + "dedup: daily\n",
		good + "dedup: [1h]\n",
		good + "params: {x: {type: span, default: 1h}}\n",
		good + "aggregate: {having: n > 1}\n",
		good + "aggregate: {window: 5m}\n",
		good + "aggregate: {window: 5, let: {n: count()}, having: n > 1}\n",
		good + "aggregate: {window: 5m, let: [count()], having: n > 1}\n",
		good + "aggregate: {window: 5m, let: {n: [count()]}, having: n > 1}\n",
		good + "aggregate: {window: 5m, let: {n: count()}, having: n > 1, by: {a: b}}\n",
		good + "aggregate: {window: 5m, let: {n: count()}, having: n > 1, triger: actor.isRoot}\n",
		good + "sequence: {within: 1h}\n",
		good + "sequence: {steps: [{name: a, when: actor.isRoot}, {name: b, when: actor.isUser}]}\n",
		good + "sequence: {within: 1h, steps: [{name: a, when: actor.isRoot}]}\n",
		good + "sequence: {within: 1h, steps: [{name: a, when: actor.isRoot}, {name: b}]}\n",
		good + "sequence: {within: 1h, steps: [{name: a, when: actor.isRoot}, {when: actor.isUser}]}\n",
		good + "sequence: {within: 1h, steps: [" + strings.Repeat("{name: a, when: actor.isRoot}, ", 11) + "]}\n",
		good + "new_terms: {fields: [actor.id]}\n",
		good + "new_terms: {history: 7d}\n",
		good + "new_terms: {fields: [actor.id], history: a week}\n",
		good + "new_terms: {fields: [actor.id], history: 7d, learning: 3}\n",
		good + "anomaly: {function: odd, of: event.eventName, bucket: 1h, history: 7d}\n",
		good + "anomaly: {of: event.eventName, bucket: 1h, history: 7d}\n",
		good + "anomaly: {function: rare, bucket: 1h, history: 7d}\n",
		good + "anomaly: {function: rare, of: event.eventName, history: 7d}\n",
		good + "anomaly: {function: rare, of: event.eventName, bucket: 1h}\n",
		good + "anomaly: {function: rare, of: event.eventName, bucket: 1h, history: 7d, max_share: few}\n",
		good + "anomaly: {function: rare, of: event.eventName, bucket: 1h, history: 7d, min_buckets: -1}\n",
		good + "dedup: 1h\naggregate: {window: 5m, let: {n: count()}, having: n > 1}\nnew_terms: {fields: [actor.id], history: 7d}\n",
	} {
		t.Run(bad, func(t *testing.T) {
			if _, err := rule.Parse("bad.yaml", []byte(bad)); err == nil {
				t.Error("Parse accepts it")
			}
			if c.check(c.root, value(t, []byte(bad))) == "" {
				t.Error("it conforms")
			}
		})
	}
}

func schemaOf(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	doc, problems := yamltree.Parse(data)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	v, problems := doc.Root.Value()
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return v
}

// An object is a part of a schema.
type object = map[string]any

// A generator writes the schema that the structs of this package's source describe. The comment of
// a field is its key, a colon and its description; a field that has no such comment has its own
// name in small letters as its key.
type generator struct {
	structs map[string]*ast.StructType
	docs    map[string]string
	enums   map[string][]string // text constants by their type
	others  map[string]ast.Expr // types that are no structs
	defs    object
}

const (
	day       = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	kebab     = `^[a-z0-9]+(-[a-z0-9]+)*$`
	length    = `([0-9]+d([0-9.]+(ns|us|µs|ms|s|m|h))*|([0-9.]+(ns|us|µs|ms|s|m|h))+)`
	parameter = `params\.[a-zA-Z][a-zA-Z0-9_]*`
)

// special are the types that YAML spells as something else than their Go form.
var special = map[string]object{
	"Severity":      {"enum": severities()},
	"Attack":        {"type": "string", "pattern": `^TA[0-9]{4}/T[0-9]{4}(\.[0-9]{3})?$`},
	"time.Time":     {"type": "string", "pattern": day},
	"time.Duration": {"type": "string", "pattern": `^[-+]?` + length + `$`},
	"Span":          {"type": "string", "pattern": `^(` + length + `|` + parameter + `)$`},
	"Bound":         {"type": []string{"number", "string"}, "minimum": 0, "pattern": `^([0-9.]+([eE][-+]?[0-9]+)?|` + parameter + `)$`},
	"string":        {"$ref": "#/$defs/text"},
	"int":           {"type": "integer"},
	"bool":          {"type": "boolean"},
	"any":           {},
}

// narrowed is what Validate asks of fields beyond their types, or in place of them where it has a type.
var narrowed = map[string]object{
	"Rule.ID":           {"type": "string", "pattern": kebab},
	"Rule.Risk":         {"type": "integer", "minimum": 0, "maximum": 100},
	"Rule.Version":      {"type": "integer", "minimum": 1},
	"Rule.References":   {"type": "array", "items": object{"type": "string", "pattern": "^https://."}},
	"Rule.Needs":        {"type": "array", "items": object{"type": "string", "pattern": kebab}},
	"Match.Source":      oneOrMore,
	"Match.Event":       oneOrMore,
	"Aggregate.By":      oneOrMore,
	"Sequence.By":       oneOrMore,
	"Sequence.Steps":    {"minItems": 2, "maxItems": 10},
	"Step.By":           oneOrMore,
	"NewTerms.Fields":   oneOrMore,
	"Anomaly.By":        oneOrMore,
	"Record.Repeat":     {"type": "integer", "minimum": 1, "maximum": 10_000},
	"Schedule.Windows":  {"type": "array", "minItems": 1, "items": object{"type": "string", "pattern": `^ *[A-Z][a-z]{2}([-,][A-Z][a-z]{2})* +[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2} *$`}},
	"Test.Clock":        {"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$`},
	"Schedule.Holidays": {"type": "array", "items": object{"type": "string", "pattern": day}},
}

var oneOrMore = object{"oneOf": []any{
	object{"$ref": "#/$defs/text"},
	object{"type": "array", "items": object{"$ref": "#/$defs/text"}},
}}

// whole are conditions on mappings as a whole.
var whole = map[string]object{
	"Rule": {
		"anyOf": []any{having("match"), having("when"), having("sequence")},
		"not":   object{"anyOf": twoOf("aggregate", "sequence", "new_terms", "anomaly")}, // a rule is of one kind
	},
	"Active": {"minProperties": 1, "maxProperties": 1},
	"Step":   {"anyOf": []any{having("match"), having("when")}},
	"Test": {"allOf": []any{
		object{"oneOf": []any{having("event"), having("events")}},
		object{"oneOf": []any{having("match"), having("want")}},
	}},
}

func having(keys ...string) object { return object{"required": keys} }

// twoOf has any two of the keys.
func twoOf(keys ...string) (pairs []any) {
	for i, a := range keys {
		for _, b := range keys[i+1:] {
			pairs = append(pairs, having(a, b))
		}
	}
	return pairs
}

func severities() (names []string) {
	for s := rule.Informational; s <= rule.Critical; s++ {
		names = append(names, s.String())
	}
	return names
}

func generate(t *testing.T) []byte {
	t.Helper()
	g := &generator{structs: map[string]*ast.StructType{}, docs: map[string]string{}, enums: map[string][]string{}, others: map[string]ast.Expr{}, defs: object{}}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			g.collect(f)
		}
	}
	g.defs["text"] = object{"type": []string{"string", "number", "boolean"}}
	s := g.mapping(t, "Rule")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = "https://raw.githubusercontent.com/trailsift/trailsift/main/rule/schema.json"
	s["title"] = "Trailsift rule"
	s["$defs"] = g.defs
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// collect takes the structs and the text constants of a file.
func (g *generator) collect(f *ast.File) {
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if st, ok := spec.Type.(*ast.StructType); ok {
					g.structs[spec.Name.Name], g.docs[spec.Name.Name] = st, gen.Doc.Text()
				} else {
					g.others[spec.Name.Name] = spec.Type
				}
			case *ast.ValueSpec:
				typ, ok := spec.Type.(*ast.Ident)
				if !ok || len(spec.Values) != 1 {
					continue
				}
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, _ := strconv.Unquote(lit.Value)
					if text == "" {
						text = strings.ToLower(spec.Names[0].Name) // Any
					}
					g.enums[typ.Name] = append(g.enums[typ.Name], text)
				}
			}
		}
	}
}

// mapping describes a struct.
func (g *generator) mapping(t *testing.T, name string) object {
	properties, required := object{}, []string{}
	for _, f := range g.structs[name].Fields.List {
		for _, id := range f.Names {
			if !id.IsExported() || name == "Record" && id.Name == "Whole" {
				continue
			}
			key, description, must := describe(id.Name, f)
			p, bounds := object{}, narrowed[name+"."+id.Name]
			if bounds["type"] == nil && bounds["oneOf"] == nil {
				p = maps.Clone(g.typ(t, f.Type))
			}
			maps.Copy(p, bounds)
			if description != "" {
				p["description"] = description
			}
			properties[key] = p
			if must {
				required = append(required, key)
			}
		}
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if text, _, _ := strings.Cut(g.docs[name], "\n\n"); text != "" {
		s["description"] = strings.Join(strings.Fields(text), " ")
	}
	if len(required) > 0 {
		s["required"] = required
	}
	maps.Copy(s, whole[name])
	return s
}

var keyed = regexp.MustCompile(`^([a-z_]+)(?:: (.*)|\..*|)$`)

// describe reads the comment of a field. What it says of Go's zero values is left out.
func describe(name string, f *ast.Field) (key, description string, required bool) {
	comment := strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
	required = strings.Contains(comment, "Required")
	key, description = strings.ToLower(name), comment
	if m := keyed.FindStringSubmatch(comment); m != nil {
		key, description = m[1], m[2]
	}
	var sentences []string
	for s := range strings.SplitSeq(description, ". ") {
		if s = strings.TrimSuffix(s, "."); s != "" && !strings.HasPrefix(s, "Required") && !strings.HasPrefix(s, "See ") {
			sentences = append(sentences, s)
		}
	}
	clauses := slices.DeleteFunc(strings.Split(strings.Join(sentences, ". "), "; "), func(s string) bool {
		return strings.HasPrefix(s, "nil ") || strings.HasPrefix(s, "zero ") || strings.HasPrefix(s, `"" `)
	})
	return key, strings.Join(clauses, "; "), required
}

// typ describes a Go type.
func (g *generator) typ(t *testing.T, e ast.Expr) object {
	switch e := e.(type) {
	case *ast.StarExpr:
		return g.typ(t, e.X)
	case *ast.ArrayType:
		return object{"type": "array", "items": g.typ(t, e.Elt)}
	case *ast.MapType:
		return object{"type": "object", "additionalProperties": g.typ(t, e.Value)}
	case *ast.SelectorExpr:
		return g.named(t, e.X.(*ast.Ident).Name+"."+e.Sel.Name)
	case *ast.Ident:
		return g.named(t, e.Name)
	}
	t.Fatalf("a field of type %T: say what YAML makes of it", e)
	return nil
}

func (g *generator) named(t *testing.T, name string) object {
	if s, ok := special[name]; ok {
		return s
	}
	if names, ok := g.enums[name]; ok {
		return object{"enum": names}
	}
	if other, ok := g.others[name]; ok {
		return g.typ(t, other)
	}
	if g.structs[name] == nil {
		t.Fatalf("a field of type %s: say what YAML makes of it", name)
	}
	if _, ok := g.defs[name]; !ok {
		g.defs[name] = object{} // it may refer to itself
		s := g.mapping(t, name)
		if name == "Record" {
			s = record(s)
		}
		g.defs[name] = s
	}
	return object{"$ref": "#/$defs/" + name}
}

// record is a base or a file with changes, or a whole record.
func record(changed object) object {
	description := changed["description"]
	delete(changed, "description")
	changed["oneOf"] = []any{having("base"), having("file")}
	return object{"description": description, "oneOf": []any{
		changed,
		object{"type": "object", "minProperties": 1, "not": object{"anyOf": []any{having("base"), having("file"), having("set"), having("unset")}}},
	}}
}
