package rule_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

func file(id string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("id: " + id + "\ntitle: T\nseverity: low\nwhen: actor.isRoot\n")}
}

func TestReadFS(t *testing.T) {
	fsys := fstest.MapFS{
		"rules/s3/b.yaml":     file("b"),
		"rules/iam/z.yml":     file("z"),
		"rules/iam/a.yaml":    file("a"),
		"rules/iam/README.md": {Data: []byte("# no rule")},
		"other/c.yaml":        file("c"),
	}
	rules, err := rule.ReadFS(fsys, "rules")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rules {
		got = append(got, r.File()+" "+r.ID)
	}
	want := []string{"rules/iam/a.yaml a", "rules/iam/z.yml z", "rules/s3/b.yaml b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadFS_errors(t *testing.T) {
	fsys := fstest.MapFS{
		"a.yaml":     file("same"),
		"b.yaml":     {Data: []byte("# comment\nseverity: low\nid: same\ntitle: T\nwhen: actor.isRoot\n")},
		"c.yaml":     {Data: []byte("id: c\ntitle: T\nseverity: lwo\nwhen: actor.isRoot\ntag: x\n")},
		"fine.yaml":  file("fine"),
		"large.yaml": {Data: []byte("# " + strings.Repeat("x", 2<<20))},
	}
	rules, err := rule.ReadFS(fsys, ".")
	if rules != nil || err == nil {
		t.Fatalf("got %v, %v", rules, err)
	}
	var got []string
	for _, e := range rule.Errors(err) {
		line, _, _ := strings.Cut(e.Error(), ", the severities")
		got = append(got, line)
	}
	want := []string{
		"b.yaml:3:5: same: id: the rule of a.yaml:1:5 has this id already",
		`c.yaml:3:11: c: severity: unknown severity "lwo"`,
		`c.yaml:5:1: c: tag: unknown key (did you mean "tags"?)`,
		"large.yaml:1:1: the file is larger than 1048576 bytes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	_, err = rule.ReadFS(fsys, "nowhere")
	var e *rule.Error
	if !errors.As(err, &e) || e.File != "nowhere" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
