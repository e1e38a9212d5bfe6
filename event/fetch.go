package event

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
)

// Fetch reads the records of a payload: those that it holds itself, which are all that
// [Records] finds in it, and those of the objects that it points at (see [Refs]), which it
// fetches with get. A payload may mix them, as a batch of SQS messages does.
//
// Objects are fetched when their turn comes, one after the other, each once; their records
// come in place of the notification. The Location of such a record is that in the object:
// File is "s3://bucket/key". [Location.ItemID] is that of the message that named the object.
// What an object holds is never followed any further.
//
// get returns the object's content, compressed or not, which Fetch closes. It is called on the
// goroutine of the loop, and decides what the program may read: a payload can name any bucket.
//
// Errors are those of Records, and do not end the stream:
//
//   - a [*FetchError] stands for an object that get could not open, or that broke off (then it
//     wraps a [*StreamError]); the next object follows;
//   - a [*RecordError] and a [*NoRecordsError] stand for parts of the payload or of an object.
//
// A StreamError that is not in a FetchError concerns the payload itself and is the last. So is
// the error of ctx, which is looked at before each record and each object.
//
// The options hold for the payload and for each object. [File] names the payload.
func Fetch(ctx context.Context, payload []byte, get func(context.Context, Ref) (io.ReadCloser, error), opts ...ReadOption) iter.Seq2[*Event, error] {
	return decoded(FetchRaw(ctx, payload, get, opts...))
}

// FetchRaw is [Fetch] without the decoding: what [RawRecords] is to [Records].
func FetchRaw(ctx context.Context, payload []byte, get func(context.Context, Ref) (io.ReadCloser, error), opts ...ReadOption) iter.Seq2[*Raw, error] {
	return func(yield func(*Raw, error) bool) {
		f := fetcher{ctx, get, slices.Clip(opts), yield}
		var seen refSet
		for raw, err := range RawRecords(bytes.NewReader(payload), opts...) {
			refs := named(err)
			if len(refs) == 0 && !f.give(raw, err) {
				return
			}
			for _, ref := range refs {
				if seen.add(ref) && !f.object(ref) {
					return
				}
			}
		}
	}
}

// A FetchError reports an object that could not be fetched, or not to its end.
type FetchError struct {
	Ref Ref
	Err error // of the function that fetches, or a *StreamError
}

func (e *FetchError) Error() string {
	if stream, ok := e.Err.(*StreamError); ok {
		return stream.Error() // names the object
	}
	return e.Ref.String() + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *FetchError) Unwrap() error { return e.Err }

// A fetcher hands the records of objects to yield. Its methods return false where that is over.
type fetcher struct {
	ctx   context.Context
	get   func(context.Context, Ref) (io.ReadCloser, error)
	opts  []ReadOption
	yield func(*Raw, error) bool
}

// give takes a step, unless ctx is done.
func (f *fetcher) give(raw *Raw, err error) bool {
	if done := f.ctx.Err(); done != nil {
		f.yield(nil, done)
		return false
	}
	return f.yield(raw, err)
}

// object takes the steps of one object.
func (f *fetcher) object(ref Ref) bool {
	if err := f.ctx.Err(); err != nil {
		f.yield(nil, err)
		return false
	}
	body, err := f.get(f.ctx, ref)
	if err == nil && body == nil {
		err = errors.New("no content")
	}
	if err != nil {
		return f.give(nil, &FetchError{ref, err})
	}
	defer body.Close()
	for raw, err := range RawRecords(body, append(f.opts, File(ref.String()), item(ref.Location.ItemID))...) {
		if _, broken := err.(*StreamError); broken {
			err = &FetchError{ref, err}
		}
		if !f.give(raw, err) {
			return false
		}
	}
	return true
}
