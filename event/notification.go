package event

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

const (
	// maxName is the length of the longest name: S3 allows keys of 1,024 bytes ("Naming Amazon S3
	// objects"), each of which takes up to three when it is encoded.
	maxName = 3 << 10

	// refsAtOnce is how many objects one NoRecordsError names at most.
	refsAtOnce = 1024
)

// s3Notification takes an element of an S3 notification, whose keys are encoded as in a form:
// "+" is a space ("Event message structure" in the Amazon S3 user guide).
func (s *scanner) s3Notification(e envelope, env string, offset int64) verdict {
	ref, err := objectRef(e["s3"], "s3.", "versionId")
	if err == nil {
		if ref.Key, err = url.QueryUnescape(ref.Key); err != nil {
			err = fmt.Errorf("s3.object.key: %w", err)
		} else {
			err = checkName("s3.object.key", ref.Key)
		}
	}
	if err != nil {
		return s.fail(offset, env, err)
	}
	ref.Region = strings.Clone(e.value("awsRegion"))
	kind := PayloadObjectChanged
	switch name := strings.TrimPrefix(e.value("eventName"), "s3:"); {
	case name == "", strings.HasPrefix(name, "ObjectCreated:"):
		kind = PayloadS3Notification
	case strings.HasPrefix(name, "ObjectRemoved:"), strings.HasPrefix(name, "LifecycleExpiration:"):
		kind = PayloadObjectRemoved
	}
	return s.s3Object(kind, ref, env, offset)
}

// s3Event takes an event that S3 sent to EventBridge, where keys are not encoded
// ("EventBridge event message structure" in the Amazon S3 user guide).
func (s *scanner) s3Event(e envelope, env string, offset int64) verdict {
	ref, err := objectRef(e["detail"], "detail.", "version-id")
	if err != nil {
		return s.fail(offset, env, err)
	}
	ref.Region = strings.Clone(e.value("region"))
	kind := PayloadObjectChanged
	switch e.value("detail-type") {
	case "Object Created":
		kind = PayloadS3Notification
	case "Object Deleted":
		kind = PayloadObjectRemoved
	}
	return s.s3Object(kind, ref, env, offset)
}

// s3Object reports a notification about one object.
func (s *scanner) s3Object(kind Payload, ref Ref, env string, offset int64) verdict {
	ref.Location = s.at(offset, env)
	if other := keyPayload(ref.Key); other != "" && kind == PayloadS3Notification {
		kind = other
	}
	return s.none(offset, env, kind, ref)
}

// trailNotification takes CloudTrail's own message, which names any number of objects of one
// bucket. Their keys are not encoded ("Configuring Amazon SNS notifications for CloudTrail").
func (s *scanner) trailNotification(e envelope, env string, offset int64) verdict {
	bucket, err := name(e["s3Bucket"], "s3Bucket")
	keys := e["s3ObjectKey"]
	if err == nil && keys[0] != '[' && keys[0] != '"' {
		err = fmt.Errorf("s3ObjectKey is %s, not a list", kindOf(keys[0]))
	}
	if err != nil {
		return s.fail(offset, env, err)
	}
	var refs []Ref
	i, v := -1, goOn
	each := func(raw []byte) {
		if i++; v == stop {
			return
		}
		key, err := name(raw, "s3ObjectKey["+strconv.Itoa(i)+"]")
		if err != nil {
			v = s.fail(offset, env, err)
			return
		}
		ref := Ref{Bucket: bucket, Key: key, Location: s.at(offset, env)}
		if other := keyPayload(key); other != "" {
			v = s.none(offset, env, other, ref)
			return
		}
		if refs = append(refs, ref); len(refs) == refsAtOnce {
			v = s.none(offset, env, PayloadCloudTrailNotification, refs...)
			refs = nil
		}
	}
	if keys[0] == '"' {
		each(keys)
	} else {
		jsonscan.WalkElements(keys, each)
	}
	if v != stop && (len(refs) > 0 || i < 0) {
		v = s.none(offset, env, PayloadCloudTrailNotification, refs...)
	}
	return v
}

// objectRef reads the bucket and object that S3 describes in raw, below path.
func objectRef(raw []byte, path, version string) (r Ref, err error) {
	if r.Bucket, err = name(member(raw, "bucket", "name"), path+"bucket.name"); err != nil {
		return Ref{}, err
	}
	if r.Key, err = name(member(raw, "object", "key"), path+"object.key"); err != nil {
		return Ref{}, err
	}
	// Without the version that is meant, another object would be read.
	if v := member(raw, "object", version); v != nil && v[0] != 'n' && string(v) != `""` {
		if r.VersionID, err = name(v, path+"object."+version); err != nil {
			return Ref{}, err
		}
	}
	if size := member(raw, "object", "size"); size != nil {
		text, _ := jsonscan.Lenient(size)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
			r.Size = n
		}
	}
	return r, nil
}

// name returns a copy of the text of raw, which stands at path and has to be the name of something.
func name(raw []byte, path string) (string, error) {
	if raw == nil {
		return "", errors.New(path + " is missing")
	}
	if raw[0] != '"' {
		return "", fmt.Errorf("%s is %s, not text", path, kindOf(raw[0]))
	}
	text := jsonscan.Text(raw)
	if err := checkName(path, text); err != nil {
		return "", err
	}
	return strings.Clone(text), nil
}

func checkName(path, text string) error {
	switch {
	case text == "":
		return errors.New(path + " is empty")
	case len(text) > maxName:
		return fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	return nil
}

// member returns the value at path in raw, which is JSON, or nil.
func member(raw []byte, path ...string) []byte {
	for _, name := range path {
		var found []byte
		jsonscan.Walk(raw, func(n string, value []byte) {
			if n == name {
				found = value
			}
		})
		raw = found
	}
	return raw
}
