package rule_test

import (
	"go/doc/comment"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/rule"
)

// What the package comment shows of rules can be read.
func TestDoc(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	isRule := regexp.MustCompile(`^(id|needs|match|aggregate|sequence|new_terms|anomaly|dedup):`)
	var p comment.Parser
	n := 0
	for _, block := range p.Parse(file.Doc.Text()).Content {
		code, ok := block.(*comment.Code)
		if !ok {
			continue
		}
		for text := range strings.SplitSeq(code.Text, "\n\n") {
			if !isRule.MatchString(text) || strings.Contains(text, "...") {
				continue
			}
			n++
			if !strings.HasPrefix(text, "id:") {
				text = "id: a\ntitle: A\nseverity: low\n" + text
			}
			if !strings.Contains(text, "match:") && !strings.Contains(text, "when:") {
				text += "\nmatch: {source: s3.amazonaws.com}\n"
			}
			if _, err := rule.Parse("doc.yaml", []byte(text)); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
		}
	}
	if n != 8 {
		t.Errorf("%d rules are shown: is one not looked at?", n)
	}
}
