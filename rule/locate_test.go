package rule_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/trailsift/trailsift/rule"
)

const located = `id: located
title: 'It''s here'
severity: low
match:
  source: iam.amazonaws.com
  event:
    - CreateUser
    - "Get\u0055ser"
when: |
  actor.isRoot

    && size(event.eventName) > 1
message: >-
  Done by {actor.id}
  in {event.awsRegion}
lists: {a.b: {default: [x]}}
exceptions:
  - name: "long
      name"
    when: actor.kind == "role" &&
      actor.name == "ops"
    reason: r
`

func TestRule_Locate(t *testing.T) {
	r, err := rule.Parse("located.yaml", []byte(located))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(located, "\n")
	tests := []struct {
		field, text string // offset is that of text in the field's value
		value       string
		want        string // what stands there in the file
	}{
		{"id", "located", r.ID, "located"},
		{"title", "It", r.Title, "It''s"},
		{"title", "s here", r.Title, "s here'"},
		{"match.source", "amazonaws", r.Match.Source[0], "amazonaws.com"},
		{"match.source[0]", "amazonaws", r.Match.Source[0], "amazonaws.com"},
		{"match.event[0]", "User", r.Match.Event[0], "User"},
		{"match.event[1]", "User", r.Match.Event[1], `\u0055ser"`},
		{"when", "actor", r.When, "actor.isRoot"},
		{"when", "size", r.When, "size(event"},
		{"message", "Done", r.Message, "Done by"},
		{"message", "actor", r.Message, "actor.id}"},
		{"message", "event", r.Message, "event.awsRegion}"},
		{"exceptions[0].name", "name", r.Exceptions[0].Name, `name"`},
		{"exceptions[0].when", "role", r.Exceptions[0].When, `role" &&`},
		{"exceptions[0].when", "ops", r.Exceptions[0].When, `ops"`},
		{"lists.a.b.default[0]", "x", r.Lists["a.b"].Default[0], "x]}}"},
	}
	for _, tt := range tests {
		t.Run(tt.field+" "+tt.text, func(t *testing.T) {
			before, _, ok := strings.Cut(tt.value, tt.text)
			if !ok {
				t.Fatalf("%q is not in %q", tt.text, tt.value)
			}
			line, column := r.Locate(tt.field, len([]rune(before)))
			if line < 1 || line > len(lines) || column > len(lines[line-1]) {
				t.Fatalf("got %d:%d", line, column)
			}
			if rest := lines[line-1][column-1:]; !strings.HasPrefix(rest, tt.want) {
				t.Errorf("at %d:%d stands %q", line, column, rest)
			}
		})
	}
	t.Run("not in the file", func(t *testing.T) {
		for _, field := range []string{"description", "match.outcome", "exceptions[1].when", "when.x"} {
			if line, column := r.Locate(field, 0); line != 0 || column != 0 {
				t.Errorf("%s is said to be at %d:%d", field, line, column)
			}
		}
	})
	t.Run("built in Go", func(t *testing.T) {
		if line, column := complete().Locate("when", 0); line != 0 || column != 0 {
			t.Errorf("got %d:%d", line, column)
		}
	})
}

func TestRule_Problem(t *testing.T) {
	parsed, err := rule.Parse("located.yaml", []byte(located))
	if err != nil {
		t.Fatal(err)
	}
	changed := *parsed
	changed.When = "actor.isUser"
	tests := []struct {
		name   string
		rule   *rule.Rule
		field  string
		offset int
		want   string
	}{
		{"in a block", parsed, "when", 19, "located.yaml:12:8: located: when: no (did you mean \"yes\"?)\n" +
			"    && size(event.eventName) > 1\n" +
			"       ^"},
		{"built in Go", complete(), "when", 17, "root-access-key-created: when: no (did you mean \"yes\"?)\n" +
			"    && !has(event.requestParameters.userName)\n" +
			"      ^"},
		{"changed since it was read", &changed, "when", 6, "located.yaml:9:7: located: when: no (did you mean \"yes\"?)\n" +
			"    actor.isUser\n" +
			"          ^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cause := errors.New("no")
			e := tt.rule.Problem(tt.field, tt.rule.When, tt.offset, "yes", cause)
			if e.Error() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", e, tt.want)
			}
			if !errors.Is(e, cause) {
				t.Error("the cause is lost")
			}
		})
	}
	t.Run("long line", func(t *testing.T) {
		r := &rule.Rule{ID: "long", When: strings.Repeat("a", 1000) + "!" + strings.Repeat("b", 1000)}
		lines := strings.Split(r.Problem("when", r.When, 1000, "", errors.New("no")).Error(), "\n")
		if len(lines) != 3 || len(lines[1]) > 250 || lines[1][len(lines[2])-1] != '!' {
			t.Errorf("got\n%s", strings.Join(lines, "\n"))
		}
	})
}

// A rule that was made from a file beforehand has its errors placed in the file all the same.
func TestSetFile(t *testing.T) {
	fsys := fstest.MapFS{"iam/x.yaml": {Data: []byte("id: x\ntitle: X\nseverity: low\nwhen: event.evntName == 'x'\n")}}
	_, err := rule.ReadFS(fsys, ".")
	want := rule.Errors(err)
	r := &rule.Rule{ID: "x", Title: "X", Severity: rule.Low, When: "event.evntName == 'x'"}
	r.SetFile(fsys, "iam/x.yaml")
	got := rule.Errors(r.Validate())
	if len(got) != 1 || len(want) != 1 || got[0].Error() != want[0].Error() {
		t.Errorf("got %v, want %v", got, want)
	}
	r.SetFile(fsys, "gone.yaml")
	if line, column := r.Locate("when", 0); line != 0 || column != 0 || r.File() != "gone.yaml" {
		t.Errorf("%s:%d:%d, want no place in the file", r.File(), line, column)
	}
}
