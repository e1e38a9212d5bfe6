// Package yamltree reads one YAML document as a tree in which everything knows its place.
//
// It is the only importer of the YAML library. What it adds to that library: every problem of a document is
// reported and not the first alone; a position is kept for keys, values and for each character inside a text,
// however the text is quoted or folded; and hostile input costs bounded time and memory and never panics.
//
// What a document may not hold here: a second document, duplicate keys, keys that are no text, merge keys,
// tags of one's own, and line ends other than LF and CRLF. Anchors and aliases are allowed within [MaxNodes].
package yamltree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of a document.
const (
	MaxBytes   = 1 << 20
	MaxNesting = 100
	MaxNodes   = 100_000 // counted with every alias written out
)

// A Kind says what a node is.
type Kind uint8

// The kinds of a node.
const (
	Scalar Kind = iota
	List
	Map
)

func (k Kind) String() string {
	switch k {
	case List:
		return "a list"
	case Map:
		return "a mapping"
	}
	return "a text"
}

// A Node is a value of a document. Lines and columns count from 1, columns in characters.
type Node struct {
	Kind         Kind
	Tag          string // "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp" of a scalar
	Text         string // a scalar as written, without its quotes
	Line, Column int
	Keys         []*Node // of a map: scalars, Keys[i] belongs to Items[i]
	Items        []*Node // of a list or map

	style yaml.Style
}

// IsNull tells whether n is a scalar that says null, or is left out.
func (n *Node) IsNull() bool { return n.Kind == Scalar && n.Tag == "!!null" }

// A Document is what a file holds. Nothing in it changes once it is parsed.
type Document struct {
	Root *Node
	text string
}

// An Error is a problem at a place of a document.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// Parse reads a document. It returns the tree as far as it could be read (nil when the grammar is broken) with
// every problem found; a tree that comes with problems is good enough to look for more problems in.
func Parse(data []byte) (*Document, []*Error) {
	if len(data) > MaxBytes {
		return nil, []*Error{{1, 1, fmt.Sprintf("the file is larger than %d bytes", MaxBytes)}}
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if problems := characters(text); problems != nil {
		return nil, problems
	}
	readable, mask := hideQuestions(text)
	first, second, err := read(readable)
	if err != nil {
		e := syntaxError(readable, err)
		e.Message = showQuestions(e.Message, mask)
		return nil, []*Error{e}
	}
	if first == nil || len(first.Content) == 0 {
		return nil, []*Error{{1, 1, "the file is empty"}}
	}
	b := builder{mask: mask, seen: map[*yaml.Node]*Node{}, size: map[*Node]int{}}
	b.lastLine, b.lastColumn = (&Document{text: text}).position(len(text))
	root := b.node(first.Content[0], 0)
	if root == nil {
		return nil, b.problems
	}
	if second != nil {
		b.problem(second, "a second document starts here: a file holds one")
	}
	if b.size[root] > MaxNodes {
		b.problem(first.Content[0], "more than %d values, aliases written out", MaxNodes)
		return nil, b.problems
	}
	return &Document{Root: root, text: text}, b.problems
}

// read returns the first document and, where there is one, the second.
func read(text string) (first, second *yaml.Node, err error) {
	// The library reports trouble by panicking inside and recovers what it knows of; the rest must not reach
	// a program that loads somebody else's rules.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	d := yaml.NewDecoder(strings.NewReader(text))
	var a, b yaml.Node
	if err := d.Decode(&a); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	if err := d.Decode(&b); err != nil {
		if errors.Is(err, io.EOF) {
			return &a, nil, nil
		}
		return nil, nil, err
	}
	return &a, &b, nil
}

// characters reports what no editor shows the way YAML counts it.
func characters(text string) []*Error {
	line, column := 1, 1
	for i, r := range text {
		what := ""
		switch r {
		case utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				what = "a byte that is not UTF-8"
			}
		case '\r':
			if !strings.HasPrefix(text[i:], "\r\n") {
				what = "a carriage return without a line feed"
			}
		case '\u0085', '\u2028', '\u2029':
			what = fmt.Sprintf("the line separator %U: write it as an escape in double quotes", r)
		case '\ufeff':
			what = "a byte order mark inside the file"
		}
		if what != "" {
			return []*Error{{line, column, what}}
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return nil
}

// patience is how many bytes are parsed again to find out where a syntax error is.
const patience = 2 << 20

// syntaxError finds the place of an error of the library, which gives at most a line, and that often is the one
// on which the mapping around the error starts. The first line without which all before it can be read is
// where somebody has to look.
func syntaxError(text string, err error) *Error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if n, scanErr := fmt.Sscanf(message, "line %d:", &line); n == 1 && scanErr == nil {
		_, message, _ = strings.Cut(message, ": ")
	}
	end, spent := len(strings.TrimRight(text, "\n")), 0
	for end > 0 {
		start := strings.LastIndexByte(text[:end], '\n') + 1
		if spent += start; spent > patience {
			break
		}
		if _, _, err := read(text[:start]); err == nil {
			line = strings.Count(text[:start], "\n") + 1
			break
		}
		end = max(start-1, 0)
	}
	return &Error{line, indentation(text, line) + 1, message}
}

// indentation counts the blanks with which a line starts.
func indentation(text string, line int) int {
	rest := []byte(text)
	for ; line > 1; line-- {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return 0
		}
		rest = rest[i+1:]
	}
	return len(rest) - len(bytes.TrimLeft(rest, " \t"))
}
