package celenv

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// These tests are internal because the library and the schema are: they keep what package rule
// says about conditions in step with what conditions can do.

// blocks returns the preformatted blocks of a section of package rule's comment.
func blocks(t *testing.T, section string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../rule/doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var p comment.Parser
	inside := false
	for _, block := range p.Parse(file.Doc.Text()).Content {
		switch b := block.(type) {
		case *comment.Heading:
			inside = cmp.Equal(b.Text, []comment.Text{comment.Plain(section)})
		case *comment.Code:
			if inside {
				out.WriteString(b.Text)
			}
		}
	}
	if out.Len() == 0 {
		t.Fatalf("the section %q of the package comment shows nothing", section)
	}
	return out.String()
}

// signature is a function as the table of package rule starts its line: "x.glob(", "cidr(".
var signature = regexp.MustCompile(`(?m)^(?:[a-z]\.)?[A-Za-z.]+\(`)

func TestFunctionsAreDocumented(t *testing.T) {
	var got, want []string
	for _, s := range signature.FindAllString(blocks(t, "Functions"), -1) {
		if s[1] == '.' {
			s = s[1:] // x.glob( is .glob(
		}
		got = append(got, s)
	}
	for _, f := range library {
		if f.receiver != "" {
			want = append(want, "."+f.name+"(")
		} else {
			want = append(want, f.name+"(")
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions of the library (-) and of the table in rule/doc.go (+):\n%s", diff)
	}
}

// member of what a function answers: ".partition", but not a call.
var part = regexp.MustCompile(` \.([A-Za-z]+)\b`)

func TestMembersAreDocumented(t *testing.T) {
	check := func(what string, got map[string]bool, types ...string) {
		want := map[string]bool{}
		for _, typ := range types {
			for _, name := range memberNames(typ) {
				want[name] = true
			}
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("%s of the schema (-) and of the tables in rule/doc.go (+):\n%s", what, diff)
		}
	}
	parts := map[string]bool{}
	for _, m := range part.FindAllStringSubmatch(blocks(t, "Functions"), -1) {
		parts[m[1]] = true
	}
	check("members of ARNs, policies and security group rules", parts, tARN, tPolicy, tIngress)

	known := map[string]bool{}
	for _, typ := range []string{tEvent, tActor, tResource} {
		for _, name := range memberNames(typ) {
			known[name] = true
		}
	}
	named := map[string]bool{}
	for _, word := range strings.FieldsFunc(blocks(t, "Conditions"), func(r rune) bool { return strings.ContainsRune(" ,\n", r) }) {
		if known[word] || strings.ContainsFunc(word[1:], func(r rune) bool { return 'A' <= r && r <= 'Z' }) && word != "CloudTrail's" {
			named[word] = true
		}
	}
	check("members of event, actor and resources", named, tEvent, tActor, tResource)
}

// Every function has a runnable example beside the table: Example_glob for x.glob.
func TestFunctionsHaveExamples(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../rule/example_functions_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			examples[f.Name.Name] = true
		}
	}
	for _, f := range library {
		name := "Example_" + strings.ReplaceAll(f.name, ".", "_")
		if f.name == "list" && f.receiver == "" {
			name = "Example_namedList"
		}
		if !examples[name] {
			t.Errorf("rule/example_functions_test.go has no %s", name)
		}
	}
}
