package yamltree

import "strings"

// The library keeps to YAML 1.1, in which a question mark ends a plain text inside brackets, so that it cannot read
//
//	investigate: [Was the key used since? Search for its id.]
//
// which YAML 1.2 and everybody who writes rules allow. Question marks that are part of a text are therefore hidden
// from it behind a character that the file does not hold. Lines and columns remain what they are.

// hideQuestions returns text with the question marks hidden and the character that hides them.
func hideQuestions(text string) (hidden string, mask rune) {
	if !strings.Contains(text, "?") {
		return text, 0
	}
	const first, last = '\ue000', '\uf8ff' // private use
	for mask = first; strings.ContainsRune(text, mask); mask++ {
		if mask == last {
			return text, 0
		}
	}
	var b strings.Builder
	for i, r := range text {
		if r == '?' && !isKeyIndicator(text, i) {
			r = mask
		}
		b.WriteRune(r)
	}
	return b.String(), mask
}

// isKeyIndicator tells whether the question mark at text[i] stands where one introduces a key: before a blank, and
// first in its line or after an opening bracket, a comma or another indicator.
func isKeyIndicator(text string, i int) bool {
	if i+1 < len(text) && !isBlank(text[i+1]) && !isBreak(text[i+1]) {
		return false
	}
	for i--; i >= 0 && isBlank(text[i]); i-- {
	}
	return i < 0 || isBreak(text[i]) || strings.IndexByte("{[,-?:", text[i]) >= 0
}

func showQuestions(s string, mask rune) string {
	if mask == 0 {
		return s
	}
	return strings.ReplaceAll(s, string(mask), "?")
}
