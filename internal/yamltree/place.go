package yamltree

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Place returns where the character at a rune offset of a scalar's text stands in the file. Quotes, escapes,
// folding and the indentation of blocks are seen through. An offset past the end is the place after the last
// character; for a map or list, and for a text whose spelling cannot be followed, it is where the node starts.
func (d *Document) Place(n *Node, offset int) (line, column int) {
	if n.Kind != Scalar {
		return n.Line, n.Column
	}
	start := d.index(n.Line, n.Column)
	if start < 0 {
		return n.Line, n.Column
	}
	start = skipProperties(d.text, start)
	at, ok := spelling(d.text, start, n)
	if !ok {
		return n.Line, n.Column
	}
	return d.position(at[min(max(offset, 0), len(at)-1)])
}

// Line returns a line of the file without its end.
func (d *Document) Line(line int) string {
	start := d.index(line, 1)
	if start < 0 {
		return ""
	}
	text, _, _ := strings.Cut(d.text[start:], "\n")
	return strings.TrimSuffix(text, "\r")
}

// index is the byte at which a column of a line starts, or -1.
func (d *Document) index(line, column int) int {
	i := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(d.text[i:], '\n')
		if next < 0 {
			return -1
		}
		i += next + 1
	}
	for ; column > 1 && i < len(d.text); column-- {
		_, size := utf8.DecodeRuneInString(d.text[i:])
		i += size
	}
	return i
}

func (d *Document) position(index int) (line, column int) {
	before := d.text[:index]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// skipProperties passes the anchor and the tag that may stand before a scalar.
func skipProperties(text string, i int) int {
	if !strings.HasPrefix(text[i:], "&") && !strings.HasPrefix(text[i:], "!") {
		return i
	}
	for i < len(text) {
		switch c := text[i]; {
		case c == '&' || c == '!':
			for i < len(text) && !isBlank(text[i]) && !isBreak(text[i]) {
				i++
			}
		case isBlank(c) || isBreak(c):
			i++
		case c == '#':
			for i < len(text) && !isBreak(text[i]) {
				i++
			}
		default:
			return i
		}
	}
	return i
}

// spelling returns the byte index of each rune of n's text, and of its end, given that n starts at text[i].
// It reads the scalar again by the library's rules and checks the outcome against what the library read: ok
// is false when they differ, and then no position is better than a wrong one.
func spelling(text string, i int, n *Node) (at []int, ok bool) {
	s := speller{text: text, want: n.Text}
	switch {
	case n.style&yaml.DoubleQuotedStyle != 0:
		s.quoted(i+1, '"')
	case n.style&yaml.SingleQuotedStyle != 0:
		s.quoted(i+1, '\'')
	case n.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return block(text, i, n)
	default:
		s.quoted(i, 0)
	}
	return s.result()
}

// A speller collects characters and where they came from.
type speller struct {
	text, want string
	done       int // bytes of want that are spelled
	at         []int
	end        int
	failed     bool
}

func (s *speller) result() ([]int, bool) {
	return append(s.at, s.end), !s.failed && s.done == len(s.want)
}

// emit notes that r was written at text[i:end].
func (s *speller) emit(r rune, i, end int) {
	want, size := utf8.DecodeRuneInString(s.want[s.done:])
	if s.done >= len(s.want) || want != r {
		s.failed = true
		return
	}
	s.done += size
	s.at = append(s.at, i)
	s.end = end
}

// quoted follows a scalar that folds its lines: '…', "…" and, with quote 0, a plain one.
func (s *speller) quoted(i int, quote byte) {
	s.end = i
	for s.done < len(s.want) && !s.failed {
		if i >= len(s.text) {
			s.failed = true
			return
		}
		c := s.text[i]
		switch {
		case isBlank(c) || isBreak(c):
			i = s.fold(i)
		case quote == '\'' && c == '\'':
			s.emit('\'', i, i+2)
			i += 2
		case quote == '"' && c == '"':
			s.failed = true
		case quote == '"' && c == '\\':
			i = s.escape(i)
		default:
			r, size := utf8.DecodeRuneInString(s.text[i:])
			s.emit(r, i, i+size)
			i += size
		}
	}
}

// fold passes blanks and line ends: one line end is a space, each further one a line feed, and the blanks around
// them are nothing; blanks without a line end are themselves.
func (s *speller) fold(i int) int {
	start, breaks := i, []int(nil)
	for i < len(s.text) && (isBlank(s.text[i]) || isBreak(s.text[i])) {
		if s.text[i] == '\n' {
			breaks = append(breaks, i)
		}
		i++
	}
	switch len(breaks) {
	case 0:
		for j := start; j < i; j++ {
			s.emit(rune(s.text[j]), j, j+1)
		}
	case 1:
		s.emit(' ', start, i)
	default:
		for _, j := range breaks[1:] {
			s.emit('\n', j, j+1)
		}
	}
	return i
}

const escapes = "''0\x00a\ab\bt\t\t\tn\nv\vf\fr\re\x1b  \"\"//\\\\N\u0085_\u00a0L\u2028P\u2029"

func (s *speller) escape(i int) int {
	if i+1 >= len(s.text) {
		s.failed = true
		return i
	}
	digits := 0
	switch c := s.text[i+1]; c {
	case '\r', '\n':
		// An escaped line end is nothing, and so is the indentation after it; empty lines after it still count.
		j := strings.IndexByte(s.text[i:], '\n')
		if j < 0 {
			s.failed = true
			return i
		}
		i += j + 1
		for i < len(s.text) && (isBlank(s.text[i]) || isBreak(s.text[i])) {
			if s.text[i] == '\n' {
				s.emit('\n', i, i+1)
			}
			i++
		}
		return i
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		pairs := []rune(escapes)
		for k := 0; k+1 < len(pairs); k += 2 {
			if pairs[k] == rune(c) {
				s.emit(pairs[k+1], i, i+2)
				return i + 2
			}
		}
		s.failed = true
		return i
	}
	end := i + 2 + digits
	if end > len(s.text) {
		s.failed = true
		return i
	}
	code, err := strconv.ParseUint(s.text[i+2:end], 16, 32)
	if err != nil {
		s.failed = true
		return i
	}
	s.emit(rune(code), i, end)
	return end
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isBreak(c byte) bool { return c == '\n' || c == '\r' }
