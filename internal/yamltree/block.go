package yamltree

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// tries bounds the search for an indentation: further in than that, nobody writes.
const tries = 100

// block follows a | or > scalar. Its indentation is that of its first line with something in it, unless the
// header gives it relative to a parent this code does not know: then smaller ones are tried.
func block(text string, i int, n *Node) ([]int, bool) {
	header, _, _ := strings.Cut(text[i:], "\n")
	start := min(i+len(header)+1, len(text))
	header, _, _ = strings.Cut(header, "#")
	literal := n.style&yaml.LiteralStyle != 0
	first := blockIndent(text[start:])
	for indent := first; indent >= 0 && first-indent < tries; indent-- {
		s := speller{text: text, want: n.Text, end: start}
		s.block(start, indent, literal, strings.ContainsRune(header, '+'), strings.ContainsRune(header, '-'))
		if at, ok := s.result(); ok {
			return at, true
		}
		if !strings.ContainsAny(header, "123456789") {
			break
		}
	}
	return nil, false
}

// blockIndent is the indentation of the first line that is not empty, or of the longest empty one.
func blockIndent(text string) int {
	longest := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		rest := strings.TrimLeft(line, " ")
		longest = max(longest, len(line)-len(rest))
		if rest != "" {
			return len(line) - len(rest)
		}
	}
	return longest
}

func (s *speller) block(i, indent int, literal, keep, strip bool) {
	var lead, trail []int // line ends not yet written: the one of the last line, those of empty lines
	leadBlank := false
	flush := func(ends []int) {
		for _, j := range ends {
			s.emit('\n', j, j+1)
		}
	}
	for i < len(s.text) && !s.failed {
		line := s.text[i:]
		if j := strings.IndexByte(line, '\n'); j >= 0 {
			line = line[:j]
		}
		end := i + len(line)
		content := strings.TrimSuffix(line, "\r")
		spaces := len(content) - len(strings.TrimLeft(content, " "))
		if spaces == len(content) && spaces <= indent {
			if end < len(s.text) {
				trail = append(trail, end)
			}
			i = end + 1
			continue
		}
		if spaces < indent {
			break
		}
		content = content[indent:]
		blank := isBlank(content[0])
		if !literal && !leadBlank && !blank && len(lead) > 0 {
			if len(trail) == 0 {
				s.emit(' ', lead[0], lead[0]+1)
			}
		} else {
			flush(lead)
		}
		flush(trail)
		lead, trail, leadBlank = nil, nil, blank
		at := i + indent
		for at < i+indent+len(content) {
			r, size := utf8.DecodeRuneInString(s.text[at:])
			s.emit(r, at, at+size)
			at += size
		}
		if end < len(s.text) {
			lead = append(lead, end)
		}
		i = end + 1
	}
	if !strip {
		flush(lead)
	}
	if keep {
		flush(trail)
	}
}
