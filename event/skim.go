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
	if s.order != nil {
		order = &s.order[0]
		if identity {
			order = &s.order[1]
		}
		order.next = 0
	}
	for {
		var name []byte
		var f Field
		var ok bool
		var err error
		if known := order.find(b[i:]); known != nil {
			name, f, ok = b[i+1:i+len(known.text)-2], known.field, known.is
			i += len(known.text)
		} else if name, f, ok, i, err = s.name(b, i, identity, order); err != nil {
			return i, err
		}
		if i < len(b) && b[i] <= ' ' {
			i = jsonscan.Space(b, i)
		}
		if i >= len(b) {
			return i, jsonscan.ErrShort
		}
		switch {
		case ok:
			i, err = s.field(b, i, depth-1, f)
		case identity:
			i, err = value(b, i, depth-1)
		default:
			i, err = s.other(b, i, depth-1, name)
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

// name reads the member name at b[i] and the colon behind it, letter by letter.
func (s *skimmed) name(b []byte, i int, identity bool, order *names) (name []byte, f Field, ok bool, end int, err error) {
	if i >= len(b) || b[i] != '"' {
		i, err = unexpected(b, i, "expected a member name")
		return nil, 0, false, i, err
	}
	start, plain := i, true
	if i = jsonscan.Simple(b, start); i == 0 {
		if i, err = jsonscan.String(b, start); err != nil {
			return nil, 0, false, i, err
		}
		if bytes.IndexByte(b[start:i], '\\') >= 0 {
			plain = false
			s.escapedName(identity)
		}
	}
	name = b[start+1 : i-1]
	if i < len(b) && b[i] <= ' ' {
		i, plain = jsonscan.Space(b, i), false
	}
	if i >= len(b) || b[i] != ':' {
		i, err = unexpected(b, i, "expected ':'")
		return nil, 0, false, i, err
	}
	i++
	if identity {
		f, ok = identityField(name)
	} else {
		f, ok = recordField(name)
	}
	if plain && order != nil {
		order.learn(b[start:i], f, ok)
	}
	return name, f, ok, i, nil
}

// field walks the value of f and notes where it is.
func (s *skimmed) field(b []byte, i, depth int, f Field) (int, error) {
	bit := uint32(1) << f
	s.unsure |= s.seen & bit // a second one
	s.seen |= bit
	start := i
	if f.Document() {
		i, err := value(b, i, depth)
		s.spans[f] = span{}
		if err == nil && b[start] != 'n' {
			s.spans[f] = span{uint32(start), uint32(i)}
		}
		return i, err
	}
	if b[i] != '"' {
		s.spans[f] = span{}
		if b[i] != 'n' {
			s.unsure |= bit
		}
		return jsonscan.Value(b, i, depth)
	}
	if i = jsonscan.Simple(b, start); i == 0 {
		var err error
		if i, err = jsonscan.String(b, start); err != nil {
			return i, err
		}
		if text := b[start+1 : i-1]; bytes.IndexByte(text, '\\') >= 0 || !utf8.Valid(text) {
			s.unsure |= bit
		}
	}
	s.spans[f] = span{uint32(start + 1), uint32(i - 1)}
	return i, nil
}

// other walks the value of a member of the first level that is no field.
func (s *skimmed) other(b []byte, i, depth int, name []byte) (int, error) {
	switch string(name) {
	case "userIdentity":
		if s.seen&markIdentity != 0 {
			s.unsure |= identityFields
		}
		s.seen |= markIdentity
		if b[i] == '{' {
			return s.members(b, i, depth, true)
		}
	case "eventVersion":
		s.seen |= markVersion
	case "messageType":
		if bytes.HasPrefix(b[i:], []byte(`"CONTROL_MESSAGE"`)) {
			s.seen |= markControl
		}
	default:
		if b[i] == '[' && s.seen&markRecord == 0 {
			if s.list = listName(name); s.list != "" {
				return i, errList
			}
		}
	}
	return value(b, i, depth)
}

// escapedName is told of a name that may, for all that was compared, be that of any field.
func (s *skimmed) escapedName(identity bool) {
	if identity {
		s.unsure |= identityFields
	} else {
		s.unsure |= allFields
	}
}

// listName returns name where a list under it holds records, or items that carry them.
func listName(name []byte) string {
	switch string(name) {
	case "Records": // log files; S3, SQS, SNS and Kinesis events
		return "Records"
	case "records": // Firehose
		return "records"
	case "logEvents": // CloudWatch Logs
		return "logEvents"
	case "Events": // LookupEvents
		return "Events"
	case "Messages": // SQS ReceiveMessage
		return "Messages"
	}
	return ""
}

// value is jsonscan.Value with a short cut for the most frequent value.
func value(b []byte, i, depth int) (int, error) {
	if b[i] == '"' {
		if end := jsonscan.Simple(b, i); end != 0 {
			return end, nil
		}
	}
	return jsonscan.Value(b, i, depth)
}

func unexpected(b []byte, i int, msg string) (int, error) {
	if i >= len(b) {
		return i, jsonscan.ErrShort
	}
	return i, &jsonscan.SyntaxError{Offset: i, Msg: msg}
}
