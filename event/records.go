package event

import (
	"errors"
	"io"
	"iter"
)

// Records reads the CloudTrail records of r, whatever they are wrapped in:
//
//   - log files, {"Records": [...]}, several of them one after the other, too;
//   - one record a line, a JSON array, a single record, records one after the other;
//   - EventBridge events, CloudWatch Logs subscriptions (as Lambda receives them, and decoded),
//     Kinesis and Firehose batches, LookupEvents output, SQS and SNS messages that carry any
//     of these, and SIEM documents that keep the original;
//   - any of it compressed with gzip.
//
// What an element is decides, not what wraps it. Records come in the order of the input, which
// is not that of their time.
//
// An error does not end the stream unless it is a [*StreamError], which is always the last: a
// [*RecordError] stands for a record, or a stretch of bytes, that cannot be read, and a
// [*NoRecordsError] for a sound payload without records, such as a notification of S3 objects
// that are to be fetched: see [Fetch]. No byte of the input is passed over
// without one of them, apart from what envelopes say about themselves. An empty input, or an
// empty list of records, is no error.
//
// Memory does not grow with the input, see [MaxRecordBytes]. The sequence reads r as it goes,
// does not close it, and can be used once. Breaking out of it is fine.
func Records(r io.Reader, opts ...ReadOption) iter.Seq2[*Event, error] {
	return decoded(RawRecords(r, opts...))
}

func decoded(records iter.Seq2[*Raw, error]) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for raw, err := range records {
			var e *Event
			if err == nil {
				if e, err = raw.Decode(); err != nil {
					err = &RecordError{raw.Location, err}
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// RawRecords is [Records] without the decoding: each record is checked to be JSON, and its
// index fields are found. A Raw is valid until the next step of the iteration.
//
// [Raw.Decode] may still fail, with [ErrNotRecord].
func RawRecords(r io.Reader, opts ...ReadOption) iter.Seq2[*Raw, error] {
	return func(yield func(*Raw, error) bool) {
		s := &scanner{readConfig: newReadConfig(opts), yield: yield}
		order := orders.Get().(*[2]names)
		order[0].forget()
		order[1].forget()
		defer orders.Put(order)
		s.raw.order = order
		if r == nil {
			yield(nil, &StreamError{Location{File: s.file}, errors.New("no reader")})
			return
		}
		src := open(r, s.inflated)
		defer src.close()
		w := s.slide(src)
		defer w.close()
		s.read(w, "", 0)
	}
}
