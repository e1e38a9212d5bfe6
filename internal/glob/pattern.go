package glob

import "strings"

// shape tells the patterns that one comparison decides from the others.
type shape uint8

const (
	literal  shape = iota // no wildcard
	prefix                // text*
	suffix                // *text
	contains              // *text*
	anything              // nothing but stars
	general
)

// A Pattern is a compiled pattern. It is immutable and safe for concurrent use.
// The zero Pattern matches the empty text only, like Compile("").
type Pattern struct {
	shape  shape
	text   string // what is compared: without the stars, except for general
	prefix string // the text before the first wildcard
}

// Compile prepares a pattern. Every text is a pattern, so it cannot fail.
func Compile(pattern string) Pattern {
	first := strings.IndexAny(pattern, "*?")
	if first < 0 {
		return Pattern{shape: literal, text: pattern, prefix: pattern}
	}
	p := Pattern{shape: general, text: pattern, prefix: pattern[:first]}

	inner := strings.Trim(pattern, "*")
	if strings.ContainsAny(inner, "*?") {
		return p
	}
	p.text = inner
	open, closed := pattern[0] == '*', pattern[len(pattern)-1] != '*'
	switch {
	case inner == "":
		p.shape = anything
	case !open:
		p.shape = prefix
	case closed:
		p.shape = suffix
	default:
		p.shape = contains
	}
	return p
}

// Match reports whether the whole of text matches the pattern.
func (p Pattern) Match(text string) bool {
	switch p.shape {
	case literal:
		return text == p.text
	case prefix:
		return strings.HasPrefix(text, p.text)
	case suffix:
		return strings.HasSuffix(text, p.text)
	case contains:
		return strings.Contains(text, p.text)
	case anything:
		return true
	default:
		return Match(p.text, text)
	}
}

// IsLiteral returns the only text that the pattern matches, and whether there is such
// a text: whether the pattern holds no wildcard.
func (p Pattern) IsLiteral() (string, bool) {
	if p.shape != literal {
		return "", false
	}
	return p.text, true
}

// Prefix returns the literal text before the first wildcard: every text that matches
// starts with it. For a pattern without wildcards it is the whole pattern.
func (p Pattern) Prefix() string { return p.prefix }
