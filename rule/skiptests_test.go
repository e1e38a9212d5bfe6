package rule_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsift/trailsift/rule"
)

// TestSkipTests proves that a rule read without its tests is the rule, however odd the file.
func TestSkipTests(t *testing.T) {
	const head, test = "id: x\nseverity: low\nmatch: {event: A}\n", "tests:\n  - name: a\n    event: {base: user-call}\n    match: true\n"
	for name, file := range map[string]string{
		"last":                 head + "title: X\n" + test,
		"first":                test + head + "title: X\n",
		"list at column 0":     "tests:\n- name: a\n  event: {base: user-call}\n  match: true\n# a comment\n\n" + head + "title: X\n",
		"flow":                 head + "title: X\ntests: [{name: a, event: {base: user-call}, match: true}]\n",
		"all flow":             "{id: x, severity: low, match: {event: A}, title: X,\ntests: [\n{name: a, event: {base: user-call}, match: true}\n]\n}\n",
		"block text":           head + "title: X\ndescription: |\n  tests:\n  - a\n" + test,
		"quoted":               head + "title: X\ndescription: \"one\ntests:\n  two\nversion: 3 of\ntests: four\"\nversion: 2\n" + test,
		"quoted to the end":    head + "title: X\ndescription: \"one\ntests: two\"\n",
		"single quotes":        head + "title: X\ndescription: 'one\ntests: two\n\n  three'\nversion: 2\n",
		"anchor used":          head + "tests:\n  - name: &n a\n    event: {base: user-call}\n    match: true\ntitle: *n\n",
		"alias in the tests":   head + "title: &n X\ntests:\n  - name: *n\n    event: {base: user-call}\n    match: true\nversion: 2\n",
		"comment behind":       head + "title: X\ntests: # none\n# more\nversion: 2\n",
		"block text in a test": head + "title: X\ntests:\n  - name: |\n      a\n\n      b\n    event: {base: user-call}\n    match: true\nversion: 2\n",
	} {
		t.Run(name, func(t *testing.T) {
			want, err := rule.Parse("x.yaml", []byte(file))
			if err != nil {
				t.Fatal(err)
			}
			want.Tests = nil
			got, err := rule.Parse("x.yaml", []byte(file), rule.SkipTests())
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rule.Rule{})); d != "" {
				t.Errorf("(-whole +without tests):\n%s", d)
			}
			wantLine, wantColumn := want.Locate("title", 0)
			if line, column := got.Locate("title", 0); line != wantLine || column != wantColumn {
				t.Errorf("title at %d:%d, want %d:%d", line, column, wantLine, wantColumn)
			}
		})
	}
}
