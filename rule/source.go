package rule

import (
	"io/fs"
	"strings"
	"sync/atomic"
	"unicode/utf8"
	"weak"

	"github.com/trailsift/trailsift/internal/yamltree"
)

// A source is the file a rule was read from. It keeps the bytes, or where they are, and not the tree, which is many
// times larger and needed for errors only: the tree stays until the garbage collector wants its room.
type source struct {
	file string
	text []byte
	fsys fs.FS // in place of text
	tree atomic.Pointer[weak.Pointer[yamltree.Document]]
}

func (s *source) document() *yamltree.Document {
	if s == nil {
		return nil
	}
	if kept := s.tree.Load(); kept != nil {
		if doc := kept.Value(); doc != nil {
			return doc
		}
	}
	text := s.text
	if s.fsys != nil {
		text, _ = read(s.fsys, s.file) // what cannot be read has no positions
	}
	doc, _ := yamltree.Parse(text)
	kept := weak.Make(doc)
	s.tree.Store(&kept)
	return doc
}

// SetFile says that r was made from a file of fsys beforehand, as the rules of package builtin are, which need not
// read YAML when a program starts. It is as if ReadFS had read r there: File is its name, and positions are looked up
// in the file when an error needs them. Nothing checks that the file holds r.
func (r *Rule) SetFile(fsys fs.FS, name string) { r.source = &source{file: name, fsys: fsys} }

// File is the name of the file the rule was read from, as given to Parse; "" for a rule built in Go.
func (r *Rule) File() string {
	if r.source == nil {
		return ""
	}
	return r.source.file
}

// Locate returns where a character of a text field stands in the file the rule was read from: field is a path such
// as "when", "match.event[0]" or "exceptions[0].when", offset counts characters (runes) from 0. Lines and columns
// count from 1; in quoted, folded and block texts, too, they are those of the very character. Both are 0 for a
// rule built in Go and for a field that the file does not have.
//
// Locate may parse the file anew: it is made for messages, not for loops.
func (r *Rule) Locate(field string, offset int) (line, column int) {
	doc := r.source.document()
	if doc == nil {
		return 0, 0
	}
	node, exact := doc.Root.Find(field)
	if !exact {
		return 0, 0
	}
	return doc.Place(node, offset)
}

// Problem returns an error about a field of r, placed in the file as well as the field can be found: an expression
// that ruleset finds wrong is shown as one found here. offset counts characters of the field's text, 0 for the field
// as a whole; expression is that text when the source is to be shown with a caret, "" otherwise.
func (r *Rule) Problem(field, expression string, offset int, hint string, err error) *Error {
	return r.problem(r.source.document(), field, expression, offset, hint, err)
}

func (r *Rule) problem(doc *yamltree.Document, field, expression string, offset int, hint string, err error) *Error {
	e := &Error{File: r.File(), Rule: r.ID, Field: field, Hint: hint, Err: err}
	if expression != "" {
		e.excerpt, e.caret = lineAt(expression, offset)
	}
	if doc == nil {
		return e
	}
	node, exact := doc.Root.Find(field)
	if !exact || expression != "" && trimText(node.Text) != expression {
		// Missing from the file, or changed since: the nearest thing there is.
		e.Line, e.Column = node.Line, node.Column
		return e
	}
	e.Line, e.Column = doc.Place(node, offset)
	if expression != "" {
		e.excerpt, e.caret = doc.Line(e.Line), e.Column-1
	}
	return e
}

// lineAt returns the line of text in which the character at offset stands, and its index there.
func lineAt(text string, offset int) (line string, index int) {
	for line := range strings.Lines(text) {
		n := utf8.RuneCountInString(line)
		line = strings.TrimRight(line, "\r\n")
		if offset < n {
			return line, offset
		}
		offset -= n
	}
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return last, utf8.RuneCountInString(last)
}

// trimText is a text as rules hold it: the line end that | and > leave behind means nothing.
func trimText(s string) string { return strings.TrimRight(s, "\r\n") }
