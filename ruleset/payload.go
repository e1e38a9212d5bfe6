package ruleset

import (
	"context"
	"io"
	"iter"

	"github.com/trailsift/trailsift/event"
)

// ScanPayload is Scan for what a Lambda function or a queue receives: it judges the records
// that the payload holds and those of the S3 objects that it points at, which get fetches. It
// finds what Eval over event.Fetch finds; event.Fetch says what get has to do.
//
// The errors are those of Scan, and *event.FetchError for an object that could not be fetched,
// after which the scan goes on with the next one. The location of each finding and error
// carries the id of the SQS message that is to be received again if it was not dealt with.
func (sc *Scanner) ScanPayload(ctx context.Context, payload []byte, get func(context.Context, event.Ref) (io.ReadCloser, error), opts ...event.ReadOption) iter.Seq2[Result, error] {
	return sc.judge(ctx, event.FetchRaw(ctx, payload, get, opts...))
}
