package glob_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/trailsift/trailsift/internal/glob"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "A", false},
		{"a", "ab", false},
		{"ab", "a", false},
		{"*", "", true},
		{"*", "anything/at:all\n", true},
		{"***", "x", true},
		{"?", "", false},
		{"?", "x", true},
		{"?", "é", true},
		{"??", "é", false},
		{"?", "\xff", true},
		{"??", "\xff\xfe", true},
		{"s3:Get*", "s3:GetObject", true},
		{"s3:Get*", "s3:Get", true},
		{"s3:Get*", "s3:PutObject", false},
		{"*Object", "s3:GetObject", true},
		{"*Object", "s3:GetObjectAcl", false},
		{"*Get*", "s3:GetObject", true},
		{"*Get*", "s3:PutObject", false},
		{"a*b", "ab", true},
		{"a*b", "a", false},
		{"a*a", "a", false},
		{"ab*ba", "aba", false},
		{"ab*ba", "abba", true},
		{"a*b*c", "aXbYbZc", true},
		{"a*b*c", "aXbYbZ", false},
		{"a*b*c", "aXYZc", false},
		{"*aab*", "aaab", true},
		{"*a?b*", "aaab", true},
		{"*a?b*", "aab", true},
		{"*a?b*", "ab", false},
		{"*?", "", false},
		{"*?*", "é", true},
		{"*?*?", "é", false},
		{"*?*?*", "é", false},
		{"*?*?", "éa", true},
		{"*??", "€", false},
		{"*??y*", "€y", false},
		{"x*?é", "xé", false},
		{"x*?é", "xèé", true},
		{"x*é??", "xéab", true},
		{"[a-z]", "b", false},
		{"[a-z]", "[a-z]", true},
		{`\*`, `\x`, true},
		{`\*`, `*`, false},
		{"arn:aws:iam::*:role/ops-?", "arn:aws:iam::210987654321:role/ops-1", true},
		{"arn:aws:iam::*:role/ops-?", "arn:aws:iam::210987654321:role/ops-12", false},
	}
	for _, test := range tests {
		t.Run(test.pattern+" on "+test.text, func(t *testing.T) {
			if got := glob.Match(test.pattern, test.text); got != test.want {
				t.Errorf("Match(%q, %q) = %v, want %v", test.pattern, test.text, got, test.want)
			}
			if got := glob.Compile(test.pattern).Match(test.text); got != test.want {
				t.Errorf("Compile(%q).Match(%q) = %v, want %v", test.pattern, test.text, got, test.want)
			}
		})
	}
}

func TestPattern(t *testing.T) {
	tests := []struct {
		pattern, prefix, literal string
		isLiteral                bool
	}{
		{"", "", "", true},
		{"iam:PassRole", "iam:PassRole", "iam:PassRole", true},
		{"iam:*", "iam:", "", false},
		{"iam:?et*", "iam:", "", false},
		{"*Role", "", "", false},
		{"*Role*", "", "", false},
		{"*", "", "", false},
		{"a?", "a", "", false},
		{"a*b", "a", "", false},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			p := glob.Compile(test.pattern)
			if got := p.Prefix(); got != test.prefix {
				t.Errorf("Prefix() = %q, want %q", got, test.prefix)
			}
			literal, ok := p.IsLiteral()
			if literal != test.literal || ok != test.isLiteral {
				t.Errorf("IsLiteral() = %q, %v, want %q, %v", literal, ok, test.literal, test.isLiteral)
			}
		})
	}
}

func TestZeroPatternMatchesEmptyText(t *testing.T) {
	var p glob.Pattern
	if !p.Match("") || p.Match("a") {
		t.Error("the zero Pattern does not behave like Compile(\"\")")
	}
}

// A backtracking matcher takes longer than the universe on these.
func TestTimeIsBounded(t *testing.T) {
	start := time.Now()
	text := strings.Repeat("a", 200_000)
	for _, pattern := range []string{
		strings.Repeat("a*", 200) + "b",
		"*" + strings.Repeat("a*", 200) + "b*",
		"*" + strings.Repeat("?a*", 200) + "b",
	} {
		if glob.Match(pattern, text) {
			t.Errorf("%.12s... matches a text without b", pattern)
		}
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"a*b?c", "aXXbYc"}, {"*é?*", "aéb"}, {"**?**", "x"}, {"?*?", "ab"}, {"a*", "a"},
		{"*a*", "ba"}, {"*.com", "x.com"}, {"[a]*\\", "[a]\\"}, {"*??\n", "a\n\n"}, {"*\xff?", "\xff\xff"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		got := glob.Match(pattern, text)
		p := glob.Compile(pattern)
		if compiled := p.Match(text); compiled != got {
			t.Fatalf("Compile(%q).Match(%q) = %v, Match says %v", pattern, text, compiled, got)
		}
		if got && !strings.HasPrefix(text, p.Prefix()) {
			t.Fatalf("%q matches %q, which lacks the prefix %q", pattern, text, p.Prefix())
		}
		if literal, ok := p.IsLiteral(); ok && got != (text == literal) {
			t.Fatalf("literal %q on %q: %v", literal, text, got)
		}
		// regexp takes an invalid byte for U+FFFD, this package for itself.
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 500 {
			return
		}
		re, err := regexp.Compile(expression(pattern))
		if err != nil {
			t.Skip(err)
		}
		if want := re.MatchString(text); got != want {
			t.Fatalf("Match(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
}

// expression writes a pattern as a regular expression.
func expression(pattern string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range pattern {
		switch r {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

func BenchmarkMatch(b *testing.B) {
	const text = "arn:aws:iam::210987654321:role/app/web/web-node"
	for _, pattern := range []string{text, "arn:aws:iam::*", "*web-node", "*app*", "arn:*:iam::*:role/*/web-????"} {
		b.Run(pattern, func(b *testing.B) {
			p := glob.Compile(pattern)
			b.ReportAllocs()
			for b.Loop() {
				if !p.Match(text) {
					b.Fatal("no match")
				}
			}
		})
	}
}
