package jsonscan

// Find returns the value of a member of an object that Value has accepted: of the last one of that name, and nil where
// there is none, or b is no object. Nothing else of b is looked at, see Walk.
func Find(b []byte, name string) (value []byte) {
	i := Space(b, 0)
	if i >= len(b) || b[i] != '{' {
		return nil
	}
	for i = Space(b, i+1); i < len(b) && b[i] == '"'; {
		stop := skipString(b, i)
		is := isName(b[i:stop], name)
		if i = Space(b, Space(b, stop)+1); i >= len(b) { // past the colon
			break
		}
		stop = skip(b, i)
		if is {
			value = b[i:stop]
		}
		i = Space(b, Space(b, stop)+1) // past the comma or the end
	}
	return value
}

// isName reports whether the text of a raw string is name.
func isName(raw []byte, name string) bool {
	if len(raw) == len(name)+2 {
		if string(raw[1:len(raw)-1]) == name {
			return true
		}
	}
	for _, c := range raw {
		if c == '\\' || c >= 0x80 {
			return Text(raw) == name
		}
	}
	return false
}
