package event

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// skimmed is what one walk over an object leaves behind: where the fields are, and what kind
// of object it is.
type skimmed struct {
	spans  [NumFields]span
	seen   uint32 // a bit for each field that is there, and the marks below
	unsure uint32 // a bit for each field whose text only decoding can tell
	list   string // name of the member at which the walk stopped with errList

	order *[2]names // of the members of records, and of their identities; nil to do without
}

// A span is a part of the object, without the quotes. Zero stands for null.
type span struct{ start, end uint32 }

const (
	allFields      = 1<<NumFields - 1
	identityFields = 1<<FieldIdentityType | 1<<FieldIdentityARN | 1<<FieldIdentityAccountID |
		1<<FieldIdentityInvokedBy | 1<<FieldIdentityUserName | 1<<FieldIdentityAccessKeyID

	// Marks in seen, above the fields.
	markIdentity = 1 << (NumFields + iota)
	markVersion
	markControl // of a wrapper: messageType is CONTROL_MESSAGE

	// markRecord is what an object cannot have before it turns out to wrap a list of records.
	markRecord = 1<<FieldEventName | 1<<FieldEventSource | markIdentity | markVersion
)

// errList ends a walk at a member that holds a list of records or of items with records. The
// list is read element by element, whatever its size.
var errList = errors.New("a list of items")

// skim walks the object that b starts with and returns the index after it. The walk checks the
// grammar of all of it, to depth levels, and compares names at its first level and at the
// first level of userIdentity. Errors are those of jsonscan, and errList with the index of the
// list's bracket.
func (s *skimmed) skim(b []byte, depth int) (int, error) {
	s.seen, s.unsure = 0, 0
	return s.members(b, 0, depth, false)
}

// members walks the object at b[i]: a record or what may be one, or the identity inside it.
func (s *skimmed) members(b []byte, i, depth int, identity bool) (int, error) {
	if depth < 1 {
		return i, &jsonscan.SyntaxError{Offset: i, Msg: "nested too deep", Deep: true}
	}
	if i++; i < len(b) && b[i] <= ' ' {
		i = jsonscan.Space(b, i)
	}
	if i < len(b) && b[i] == '}' {
		return i + 1, nil
	}
	var order *names
	var last *knownName // the name before this one, nil to learn none
	if s.order != nil {
		order = &s.order[0]
		if identity {
			order = &s.order[1]
		}
		last = &order.start
	}
	for {
		var (
			name   = i
			means  meaning
			known  *knownName
			expect = last != nil && i <= len(b)-maxNameLen
			err    error
		)
		if expect {
			at := (*[maxNameLen]byte)(b[i:])
			if known = last.then; known == nil || !known.is(at) {
				known = order.search(at, last)
			}
		}
		if known != nil {
			last, means, i = known, known.means, i+known.size
		} else {
			var plain bool
			if means, plain, i, err = s.name(b, i, identity); err != nil {
				return i, err
			}
			if plain && expect {
				last = order.learn(b[name:i], means, last)
			}
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsonscan.Space(b, i)
		}
		if i >= len(b) {
			return i, jsonscan.ErrShort
		}
		switch {
		case b[i] == '"' && means <= meansOther:
			start := i
			if i = jsonscan.Simple(b, start); i == 0 {
				if i, err = s.text(b, start, means); err != nil {
					return i, err
				}
			}
			if means < meansOther {
				s.found(Field(means), start, i)
			}
		case means < meansOther:
			i, err = s.field(b, i, depth-1, Field(means))
		case means == meansOther:
			i, err = jsonscan.Value(b, i, depth-1)
		default:
			i, err = s.other(b, i, depth-1, means, name)
		}
		if err != nil {
			return i, err
		}

		if i < len(b) && b[i] <= ' ' {
			i = jsonscan.Space(b, i)
		}
		if i >= len(b) || b[i] != ',' {
			if i < len(b) && b[i] == '}' {
				return i + 1, nil
			}
			return unexpected(b, i, "expected ',' or '}'")
		}
		if i++; i < len(b) && b[i] <= ' ' {
			i = jsonscan.Space(b, i)
		}
	}
}

// name reads the member name at b[i] and the colon behind it, letter by letter. It reports
// whether the name has no escape, and the colon no space before it.
func (s *skimmed) name(b []byte, i int, identity bool) (means meaning, plain bool, end int, err error) {
	if i >= len(b) || b[i] != '"' {
		i, err = unexpected(b, i, "expected a member name")
		return 0, false, i, err
	}
	start := i
	if i, err = jsonscan.String(b, start); err != nil {
		return 0, false, i, err
	}
	name := b[start+1 : i-1]
	if plain = bytes.IndexByte(name, '\\') < 0; !plain {
		s.escapedName(identity)
	}
	if i < len(b) && b[i] <= ' ' {
		i, plain = jsonscan.Space(b, i), false
	}
	if i >= len(b) || b[i] != ':' {
		i, err = unexpected(b, i, "expected ':'")
		return 0, false, i, err
	}
	i++
	if identity {
		means = identityMember(name)
	} else {
		means = recordMember(name)
	}
	return means, plain, i, nil
}

// found notes that the string b[start:end] is f.
func (s *skimmed) found(f Field, start, end int) {
	bit := uint32(1) << f
	s.unsure |= s.seen & bit // a second one
	s.seen |= bit
	if !f.Document() {
		start, end = start+1, end-1 // without the quotes
	}
	s.spans[f] = span{uint32(start), uint32(end)}
}

// text walks the string at b[i], which is more than plain ASCII, the value of a member.
func (s *skimmed) text(b []byte, i int, means meaning) (int, error) {
	start := i
	i, err := jsonscan.String(b, start)
	if err == nil && means < meansOther && !Field(means).Document() {
		if text := b[start+1 : i-1]; bytes.IndexByte(text, '\\') >= 0 || !utf8.Valid(text) {
			s.unsure |= 1 << means
		}
	}
	return i, err
}

// field walks the value of f, which is no string, and notes where it is.
func (s *skimmed) field(b []byte, i, depth int, f Field) (int, error) {
	bit := uint32(1) << f
	s.unsure |= s.seen & bit // a second one
	s.seen |= bit
	s.spans[f] = span{}
	start := i
	i, err := jsonscan.Value(b, i, depth)
	if err == nil && b[start] != 'n' {
		if f.Document() {
			s.spans[f] = span{uint32(start), uint32(i)}
		} else {
			s.unsure |= bit
		}
	}
	return i, err
}

// other walks the value of a member of the first level that says what the object is. Its name
// starts at b[name].
func (s *skimmed) other(b []byte, i, depth int, means meaning, name int) (int, error) {
	switch means {
	case meansIdentity:
		if s.seen&markIdentity != 0 {
			s.unsure |= identityFields
		}
		s.seen |= markIdentity
		if b[i] == '{' {
			return s.members(b, i, depth, true)
		}
	case meansVersion:
		s.seen |= markVersion
	case meansMessageType:
		if bytes.HasPrefix(b[i:], []byte(`"CONTROL_MESSAGE"`)) {
			s.seen |= markControl
		}
	case meansList:
		if b[i] == '[' && s.seen&markRecord == 0 {
			end := name + 1 + bytes.IndexByte(b[name+1:], '"')
			s.list = listName(b[name+1 : end])
			return i, errList
		}
	}
	return jsonscan.Value(b, i, depth)
}

// escapedName is told of a name that may, for all that was compared, be that of any field.
func (s *skimmed) escapedName(identity bool) {
	if identity {
		s.unsure |= identityFields
	} else {
		s.unsure |= allFields
	}
}

func unexpected(b []byte, i int, msg string) (int, error) {
	if i >= len(b) {
		return i, jsonscan.ErrShort
	}
	return i, &jsonscan.SyntaxError{Offset: i, Msg: msg}
}
