package main

import (
	"errors"
	"io"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/trailsift/trailsift/event"
)

// mayPass tells whether trying again may help against what event.Fetch reports.
//
//   - A record that is no JSON, or too large, stays what it is: no.
//   - An object that is missing: no. S3 is consistent ("Amazon S3 data consistency model"), so that an object whose
//     notification has come is there at once, and when it is missing it has been removed. S3 says that only to who
//     may list the bucket, and denies access to others.
//   - An object that is not what it should be (gzip that is cut or damaged, too large when inflated): no.
//   - Anything else that S3 answers, denied access and throttling among it, and a transfer that breaks off: yes.
//     Denied access passes when somebody mends the policy; until then the messages wait in the dead-letter queue.
//   - Too little time: yes.
func mayPass(err error) bool {
	var object *event.FetchError
	if errors.As(err, &object) {
		return !missing(object.Err) && !damaged(object.Err)
	}
	var record *event.RecordError
	var payload *event.StreamError
	return !errors.As(err, &record) && !errors.As(err, &payload)
}

func missing(err error) bool {
	var key *types.NoSuchKey
	if errors.As(err, &key) || errors.Is(err, fs.ErrNotExist) {
		return true
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	code := api.ErrorCode() // MethodNotAllowed: the version is a delete marker
	return code == "NoSuchKey" || code == "NoSuchVersion" || code == "MethodNotAllowed"
}

// damaged tells an object that was read as it is from one that did not come through.
func damaged(err error) bool {
	var stream *event.StreamError
	var broken *transferError
	return errors.As(err, &stream) && !errors.As(err, &broken)
}

// A transfer marks the errors of an object's body, since its reader takes a connection that ends early and a file
// that does for the same io.ErrUnexpectedEOF.
type transfer struct{ io.ReadCloser }

func (t transfer) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = &transferError{err}
	}
	return n, err
}

type transferError struct{ err error }

func (e *transferError) Error() string { return "transfer: " + e.err.Error() }
func (e *transferError) Unwrap() error { return e.err }
