package event

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// packed reads what an item of the input carries inside: JSON, text of JSON, or base64 of
// either, compressed or not.
type packed struct {
	*scanner
	offset int64 // of the item
	depth  int   // of the item
}

func (s *scanner) packed(offset int64, depth int) packed { return packed{s, offset, depth} }

// json reads b, which is JSON, as an input of its own.
func (p packed) json(b []byte, env string) verdict {
	if p.depth > maxEnvelopes {
		return p.fail(p.offset, env, ErrTooDeep)
	}
	return p.read(whole(b, p.offset), env, p.depth+1)
}

// text reads a JSON string that may hold JSON. If it does not, it is a payload of that kind.
func (p packed) text(raw []byte, env string, kind Payload) verdict {
	b := unquote(raw)
	switch text := bytes.TrimSpace(b); {
	case startsJSON(text):
		return p.json(b, env)
	case bytes.HasPrefix(text, validationText):
		kind = PayloadValidation
	case bytes.HasPrefix(text, controlText):
		kind = PayloadControlMessage
	}
	return p.none(p.offset, env, kind)
}

// member reads the text, or with no kind the base64, of a member of the object raw.
func (p packed) member(raw []byte, name, env string, kind Payload) verdict {
	value := member(raw, name)
	switch {
	case value == nil || value[0] != '"':
		return p.none(p.offset, env, PayloadUnknown)
	case kind == "":
		return p.base64(value, env)
	}
	return p.text(value, env, kind)
}

// detail reads the detail of the EventBridge event e, which S3 sends, too.
func (p packed) detail(e envelope, env string) verdict {
	d, err := unwrap(e["detail"])
	if err == nil && !d.isRecord() && (d.object("bucket") && d.object("object") || e.is("source", "aws.s3") && e.is("detail-type", "Object Created")) {
		return p.s3Event(e, env, p.offset)
	}
	return p.json(e["detail"], env)
}

// siem reads the object under "event": Elastic keeps the record's text in it, other forwarders
// the record itself.
func (p packed) siem(raw []byte, env string) verdict {
	if original := member(raw, "original"); original != nil && original[0] == '"' {
		return p.text(original, p.join(env, "original"), PayloadUnknown)
	}
	return p.json(raw, env)
}

// base64 reads a JSON string that holds data.
func (p packed) base64(raw []byte, env string) verdict {
	text := unquote(raw)
	data := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(data, text)
	if err != nil {
		return p.fail(p.offset, env, fmt.Errorf("base64: %w", err))
	}
	data = data[:n]
	if !bytes.HasPrefix(data, []byte("\x1f\x8b")) {
		if startsJSON(bytes.TrimSpace(data)) {
			return p.json(data, env)
		}
		return p.none(p.offset, env, PayloadUnknown)
	}
	if p.depth > maxEnvelopes {
		return p.fail(p.offset, env, ErrTooDeep)
	}
	limit := min(p.inflated, maxPacked)
	if p.inflating {
		limit = p.left
	} else {
		p.inflating, p.left = true, limit
		defer func() { p.inflating = false }()
	}
	src := open(bytes.NewReader(data), limit)
	defer src.close()
	w := p.slide(src)
	defer w.close()
	w.packed, w.offset = true, p.offset
	v := p.read(w, env, p.depth+1)
	p.left = max(0, p.left-w.base-int64(w.end))
	return v
}

// packedJSON returns the text of raw if raw is a JSON string that holds a JSON object or list.
func packedJSON(raw []byte) ([]byte, bool) {
	if raw[0] != '"' {
		return nil, false
	}
	b := bytes.TrimSpace(unquote(raw))
	if !startsJSON(b) {
		return nil, false
	}
	n, err := jsonscan.Value(b, 0, jsonscan.MaxDepth)
	return b, err == nil && n == len(b)
}

// unquote returns the text of a JSON string, which shares memory with raw if it can.
func unquote(raw []byte) []byte {
	if in := raw[1 : len(raw)-1]; bytes.IndexByte(in, '\\') < 0 {
		return in
	}
	return []byte(jsonscan.Text(raw))
}

func startsJSON(b []byte) bool { return len(b) > 0 && (b[0] == '{' || b[0] == '[') }

var (
	validationText = []byte("CloudTrail validation message")
	controlText    = []byte("CWL CONTROL MESSAGE")
)

// plainText takes input that is not JSON: a line of text that is known, or damage.
func (s *scanner) plainText(w *window, env string) verdict {
	kind := PayloadUnknown
	switch {
	case w.startsWith(validationText):
		kind = PayloadValidation
	case w.startsWith(controlText):
		kind = PayloadControlMessage
	default:
		_, err := jsonscan.Value(w.unread()[:1], 0, s.nesting) // the first byte tells enough
		if err == nil || err == jsonscan.ErrShort {
			err = ErrNotRecord
		}
		return s.damaged(w, env, err, 1, 0)
	}
	if s.none(w.place(), env, kind) == stop {
		return stop
	}
	for { // to the end of the line
		if i := bytes.IndexAny(w.unread(), "\n{"); i >= 0 {
			w.pos += i
			return goOn
		}
		if w.pos = w.end; !w.fill() {
			return goOn
		}
	}
}
