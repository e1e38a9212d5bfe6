package ruletest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/trailsift/trailsift/internal/yamltree"
	"github.com/trailsift/trailsift/rule"
)

// updating reports whether the test binary has a flag -update that is set. The package declares
// none: a second one of that name would panic, and many tests have one of their own.
func updating() bool {
	f := flag.Lookup("update")
	if f == nil {
		return false
	}
	getter, ok := f.Value.(flag.Getter) // as all of package flag's are
	if !ok {
		return false
	}
	on, _ := getter.Get().(bool)
	return on
}

// directory is where an os.DirFS looks, "" for any other file system.
func directory(fsys fs.FS) string {
	if fsys == nil || reflect.TypeOf(fsys) != reflect.TypeOf(os.DirFS(".")) {
		return ""
	}
	return reflect.ValueOf(fsys).String()
}

// An update holds the wants of a rule's cases that are to be written anew.
type update struct {
	rule  *rule.Rule
	dir   string
	wants map[int][]rule.Want // by the case's place
}

// newUpdate returns nil unless -update is set.
func newUpdate(r *rule.Rule, s *settings) *update {
	if !updating() {
		return nil
	}
	return &update{r, s.dir, map[int][]rule.Want{}}
}

func (u *update) write() error {
	if u.dir == "" {
		return errors.New("where are the rules? Run needs an os.DirFS or WithDir")
	}
	name := filepath.Join(u.dir, filepath.FromSlash(u.rule.File()))
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	data, err := rewrite(u.rule, old, u.wants)
	if err != nil || bytes.Equal(data, old) {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// rewrite replaces the wants of cases in the text of a rule's file and leaves the rest of it as it
// is, comments and all.
func rewrite(r *rule.Rule, data []byte, wants map[int][]rule.Want) ([]byte, error) {
	if now, err := rule.Parse(r.File(), data); err != nil {
		return nil, err
	} else if !reflect.DeepEqual(now.Tests, r.Tests) {
		return nil, fmt.Errorf("%s is not the file that was tested", r.File())
	}
	doc, problems := yamltree.Parse(data)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	tests := doc.Root.Member("tests").Items
	lines := strings.SplitAfter(string(data), "\n")
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(wants))) { // from the end, so that the lines above stay where they are
		key := keyOf(tests[i], "want")
		line := lines[key.Line-1]
		indent := key.Column - 1
		if strings.TrimLeft(line[:indent], " -") != "" {
			return nil, fmt.Errorf("%s:%d: -update needs `want:` on a line of its own", r.File(), key.Line)
		}
		end := key.Line
		for end < len(lines) && belongs(lines[end], indent) {
			end++
		}
		for end > key.Line && strings.TrimSpace(lines[end-1]) == "" {
			end-- // empty lines part the cases
		}
		lines = slices.Replace(lines, key.Line-1, end, line[:indent]+wantText(wants[i], indent))
	}
	out := []byte(strings.Join(lines, ""))
	return out, same(r, out, wants)
}

func keyOf(n *yamltree.Node, name string) *yamltree.Node {
	for _, k := range n.Keys {
		if k.Text == name {
			return k
		}
	}
	return n // never: the case has been read from it
}

// belongs tells whether a line continues the value of a key at that indent.
func belongs(line string, indent int) bool {
	rest := strings.TrimLeft(line, " ")
	depth := len(line) - len(rest)
	return strings.TrimSpace(rest) == "" || depth > indent || depth == indent && strings.HasPrefix(rest, "- ")
}

func wantText(wants []rule.Want, indent int) string {
	if len(wants) == 0 {
		return "want: []\n"
	}
	var b strings.Builder
	b.WriteString("want:\n")
	for _, w := range wants {
		var members []string
		add := func(key, value string) {
			if value != "" {
				members = append(members, key+": "+value)
			}
		}
		quoted := func(s string) string {
			if s == "" {
				return ""
			}
			return strconv.Quote(s) // printable or escaped as YAML has it, too
		}
		add("rule", w.Rule)
		if w.Severity != 0 {
			add("severity", w.Severity.String())
		}
		add("message", quoted(w.Message))
		add("actor", quoted(w.Actor))
		if len(w.Group) > 0 {
			var group []string
			for _, field := range slices.Sorted(maps.Keys(w.Group)) {
				group = append(group, strconv.Quote(field)+": "+strconv.Quote(w.Group[field]))
			}
			add("group", "{"+strings.Join(group, ", ")+"}")
		}
		fmt.Fprintf(&b, "%s- {%s}\n", strings.Repeat(" ", indent+2), strings.Join(members, ", "))
	}
	return b.String()
}

// same makes sure that nothing but the wants has changed.
func same(r *rule.Rule, data []byte, wants map[int][]rule.Want) error {
	now, err := rule.Parse(r.File(), data)
	if err != nil {
		return fmt.Errorf("-update cannot write these findings: %w", err)
	}
	expected := slices.Clone(r.Tests)
	for i, w := range wants {
		expected[i].Want, expected[i].Match = w, len(w) > 0
	}
	if !reflect.DeepEqual(now.Tests, expected) {
		return fmt.Errorf("%s: -update cannot write these findings without harm to the file", r.File())
	}
	return nil
}
