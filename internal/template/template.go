// Package template splits a rule's message into its text and its placeholders.
//
//	Root key {event.responseElements.accessKey.accessKeyId} created
//
// A placeholder is an expression in braces; {{ and }} are braces. Inside a placeholder, braces that are balanced
// or stand in quotes belong to the expression.
package template

import (
	"strings"
	"unicode/utf8"
)

// A Segment is a piece of a message: either text as it is, or an expression to be replaced by its value.
type Segment struct {
	Text   string // literal text, "" for a placeholder
	Expr   string // the expression of a placeholder, "" for literal text
	Offset int    // of the first character (rune) of Text or Expr in the message
}

// An Error is a place at which a message is no template.
type Error struct {
	Offset  int // in characters (runes)
	Message string
}

func (e *Error) Error() string { return e.Message }

// Parse splits message. Together the segments are the whole message, in order, no two texts in a row.
// Every error is reported; the segments then are those that could be read.
func Parse(message string) ([]Segment, []*Error) {
	p := parser{rest: message}
	if n := strings.Count(message, "{"); n > 0 {
		p.segments = make([]Segment, 0, min(2*n+1, 16))
	}
	for p.rest != "" {
		p.next()
	}
	p.flush()
	return p.segments, p.errs
}

type parser struct {
	rest     string
	offset   int // of rest
	text     strings.Builder
	start    int // of text
	segments []Segment
	errs     []*Error
}

// take moves past the next n bytes and returns them.
func (p *parser) take(n int) string {
	s := p.rest[:n]
	p.rest = p.rest[n:]
	p.offset += utf8.RuneCountInString(s)
	return s
}

func (p *parser) literal(s string, offset int) {
	if p.text.Len() == 0 {
		p.start = offset
	}
	p.text.WriteString(s)
}

func (p *parser) flush() {
	if p.text.Len() > 0 {
		p.segments = append(p.segments, Segment{Text: p.text.String(), Offset: p.start})
		p.text.Reset()
	}
}

func (p *parser) fail(offset int, message string) {
	p.errs = append(p.errs, &Error{offset, message})
}

func (p *parser) next() {
	at := p.offset
	switch {
	case strings.HasPrefix(p.rest, "{{"), strings.HasPrefix(p.rest, "}}"):
		p.literal(p.take(2)[:1], at)
	case p.rest[0] == '}':
		p.take(1)
		p.fail(at, "a } that closes nothing: write }} for a brace")
	case p.rest[0] == '{':
		p.placeholder()
	default:
		n := strings.IndexAny(p.rest, "{}")
		if n < 0 {
			n = len(p.rest)
		}
		p.literal(p.take(n), at)
	}
}

func (p *parser) placeholder() {
	at := p.offset
	end := closing(p.rest)
	if end < 0 {
		p.take(len(p.rest))
		p.fail(at, "a { that nothing closes: write {{ for a brace")
		return
	}
	p.take(1)
	inside := p.take(end - 1)
	p.take(1)
	expr := strings.TrimSpace(inside)
	if expr == "" {
		p.fail(at, "an empty placeholder")
		return
	}
	p.flush()
	before, _, _ := strings.Cut(inside, expr)
	p.segments = append(p.segments, Segment{Expr: expr, Offset: at + 1 + utf8.RuneCountInString(before)})
}

// closing returns the index of the } that closes the { with which s starts, or -1.
func closing(s string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
