package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/event"
)

// What a message says of its records: consecutive ones, of one file and envelope.
const (
	headerFile     = "Trail-File"
	headerRecord   = "Trail-Record" // the number of the first
	headerEnvelope = "Trail-Envelope"
	headerOffsets  = "Trail-Offsets" // of each, joined by commas
	headerFrom     = "Trail-From"    // the earliest event
	headerTo       = "Trail-To"      // the latest
)

// A batch is a message in the making.
type batch struct {
	first    event.Location
	offsets  []string
	from, to time.Time // zero when no record has a time
	data     []byte
}

// fits reports whether the record, of that time, may come next.
func (b *batch) fits(raw *event.Raw, at time.Time, limit int, span time.Duration) bool {
	if len(b.offsets) == 0 {
		return true
	}
	l := raw.Location
	from, to := stretch(b.from, b.to, at)
	return len(b.data)+len(raw.Bytes) < limit && to.Sub(from) <= span &&
		l.Envelope == b.first.Envelope && l.Record == b.first.Record+len(b.offsets)
}

// stretch is the span that holds another time as well. The zero time is none.
func stretch(from, to, at time.Time) (time.Time, time.Time) {
	if at.IsZero() {
		return from, to
	}
	if from.IsZero() || at.Before(from) {
		from = at
	}
	if at.After(to) {
		to = at
	}
	return from, to
}

// timeOf is the time of a record, zero when it has none that can be read.
func timeOf(raw *event.Raw) time.Time {
	var record struct {
		EventTime time.Time `json:"eventTime"`
	}
	if err := json.Unmarshal(raw.Bytes, &record); err != nil {
		return time.Time{}
	}
	return record.EventTime
}

// span reads what a message says of the times of its events.
func span(h nats.Header) (from, to time.Time) {
	read := func(name string) time.Time {
		at, err := time.Parse(time.RFC3339, h.Get(name))
		if err != nil {
			return time.Time{}
		}
		return at
	}
	return read(headerFrom), read(headerTo)
}

func (b *batch) add(raw *event.Raw, at time.Time) {
	if len(b.offsets) == 0 {
		b.first = raw.Location
	}
	b.from, b.to = stretch(b.from, b.to, at)
	b.offsets = append(b.offsets, strconv.FormatInt(raw.Location.Offset, 10))
	b.data = append(append(b.data, raw.Bytes...), '\n')
}

// message returns the batch as a message, whose id is the same when the same file is read again. A file that has grown
// since has another last message: some of its records are judged again, which changes nothing.
func (b *batch) message() *nats.Msg {
	msg := nats.NewMsg(recordsSubject)
	msg.Data = b.data
	sum := sha256.Sum256(b.data)
	msg.Header.Set(natsjs.MsgIDHeader, fmt.Sprintf("%s:%d:%d:%s", headerText(b.first.File), b.first.Record, b.first.Offset, hex.EncodeToString(sum[:8])))
	msg.Header.Set(headerFile, headerText(b.first.File))
	msg.Header.Set(headerRecord, strconv.Itoa(b.first.Record))
	msg.Header.Set(headerEnvelope, headerText(b.first.Envelope))
	msg.Header.Set(headerOffsets, strings.Join(b.offsets, ","))
	if !b.from.IsZero() {
		msg.Header.Set(headerFrom, b.from.Format(time.RFC3339Nano))
		msg.Header.Set(headerTo, b.to.Format(time.RFC3339Nano))
	}
	return msg
}

// headerText keeps what a file's name may have and a header may not.
func headerText(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return quoted[1 : len(quoted)-1]
}

// place turns where a record stands in a message into where it stands in its file.
func place(h nats.Header, in event.Location) event.Location {
	out := event.Location{File: h.Get(headerFile), Record: in.Record, Offset: in.Offset, Envelope: h.Get(headerEnvelope)}
	if name, err := strconv.Unquote(`"` + out.File + `"`); err == nil {
		out.File = name
	}
	first, err := strconv.Atoi(h.Get(headerRecord))
	if err != nil {
		return out // a message of somebody else's
	}
	out.Record += first
	if offsets := strings.Split(h.Get(headerOffsets), ","); in.Record < len(offsets) {
		if at, err := strconv.ParseInt(offsets[in.Record], 10, 64); err == nil {
			out.Offset = at
		}
	}
	return out
}
