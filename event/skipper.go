package event

// A skipper finds the end of a value, in as many pieces as it comes in, by its brackets and
// quotes. It needs no memory for the value, and notices most damage: a bracket of the wrong
// kind, a control character in a string.
type skipper struct {
	depth            int
	path             [64]uint64 // one bit a level: 1 for an object
	started          bool
	inText, escaping bool
	newline          bool // the byte before was a line feed
}

type skipState uint8

const (
	unfinished skipState = iota
	skipped
	unsound
)

// walk takes the next piece of the value. It returns how much of it belongs to the value, up
// to the damage if there is any. With lines, an object at the start of a line counts as
// damage: in a value of that size it is the next record, behind a bracket that never came.
func (k *skipper) walk(b []byte, lines bool) (int, skipState) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if k.inText {
			switch {
			case k.escaping:
				k.escaping = false
			case c == '\\':
				k.escaping = true
			case c == '"':
				if k.inText = false; k.depth == 0 {
					return i + 1, skipped
				}
			case c < ' ':
				return i, unsound
			}
			continue
		}
		switch c {
		case '"':
			k.inText = true
		case '{', '[':
			if k.depth >= 64*len(k.path) || lines && k.newline && c == '{' {
				return i, unsound
			}
			bit := uint64(1) << (k.depth & 63)
			if k.path[k.depth>>6] &^= bit; c == '{' {
				k.path[k.depth>>6] |= bit
			}
			k.depth++
		case '}', ']':
			if k.depth == 0 {
				if k.started { // behind a number or word
					return i, skipped
				}
				return i, unsound
			}
			k.depth--
			if object := k.path[k.depth>>6]>>(k.depth&63)&1 != 0; object != (c == '}') {
				return i, unsound
			}
			if k.depth == 0 {
				return i + 1, skipped
			}
		case ',', ' ', '\t', '\r', '\n':
			if k.depth == 0 && k.started { // behind a number or word
				return i, skipped
			}
		}
		k.newline = c == '\n'
		k.started = true
	}
	return len(b), unfinished
}
