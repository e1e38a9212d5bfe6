package event_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

// oddKeys are keys that are written in more than one way.
var oddKeys = []string{
	"plain.json.gz", "a b.json", "a+b.json", "a%2Bb.json", "a%20b", "100%", "%", "%zz", "ümläut/日本/😀.json", "a&b=c?d#e", `quote"back\slash`, "a//b/../c", "/leading", "trailing/", " ", "+", "a\tb\nc", "\u00a0",
}

// Only S3's own notifications encode keys.
func TestRefs_keys(t *testing.T) {
	for _, key := range oddKeys {
		for name, payload := range map[string]string{
			"S3":                s3Notice("ObjectCreated:Put", url.QueryEscape(key)),
			"S3, spaces as %20": s3Notice("ObjectCreated:Put", strings.ReplaceAll(url.QueryEscape(key), "+", "%20")),
			"S3, slashes":       s3Notice("ObjectCreated:Put", strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")),
			"EventBridge":       s3Bridge("Object Created", key),
			"CloudTrail":        trailNotice(key),
		} {
			t.Run(name+" "+key, func(t *testing.T) {
				if diff := cmp.Diff(lines("s3://trail-b/"+key), refs(t, payload)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestRefs_members(t *testing.T) {
	at := func(payload, item string) int64 { return int64(strings.Index(payload, item)) }
	s3, trail := s3Notice("ObjectCreated:Put", "a+b"), trailNotice("c", "d")
	batch := sqsLambda(s3, snsBody(trail))
	for _, c := range []struct {
		name, payload string
		want          []event.Ref
	}{
		{"S3", s3, []event.Ref{{Bucket: "trail-b", Key: "a b", VersionID: "v1", Size: 812, Region: "eu-west-1", Location: event.Location{File: "queue", Offset: 12, Envelope: "Records"}}}},
		{"EventBridge", s3Bridge("Object Created", "a+b"), []event.Ref{{Bucket: "trail-b", Key: "a+b", VersionID: "v1", Size: 812, Region: "eu-west-1", Location: event.Location{File: "queue", Envelope: "detail"}}}},
		{"SQS", batch, []event.Ref{
			{Bucket: "trail-b", Key: "a b", VersionID: "v1", Size: 812, Region: "eu-west-1", Location: event.Location{File: "queue", Offset: 12, Envelope: "Records.body.Records", ItemID: "m-1"}},
			{Bucket: "trail-b", Key: "c", Location: event.Location{File: "queue", Offset: at(batch, `{"messageId":"m-2"`), Envelope: "Records.body.Message", ItemID: "m-2"}},
			{Bucket: "trail-b", Key: "d", Location: event.Location{File: "queue", Offset: at(batch, `{"messageId":"m-2"`), Envelope: "Records.body.Message", ItemID: "m-2"}},
		}},
		{"SQS, received", sqsReceived(trailNotice("c")), []event.Ref{{Bucket: "trail-b", Key: "c", Location: event.Location{File: "queue", Offset: 13, Envelope: "Messages.Body", ItemID: "m-1"}}}},
		{"SQS in Kinesis: what Lambda calls the item", kinesisLambda(sqsLambda(trailNotice("c"))), []event.Ref{
			{Bucket: "trail-b", Key: "c", Location: event.Location{File: "queue", Offset: 12, Envelope: "Records.kinesis.data.Records.body", ItemID: "495"}}}},
		{"behind records", synth("e-1") + trailNotice("c"), []event.Ref{{Bucket: "trail-b", Key: "c", Location: event.Location{File: "queue", Record: 1, Offset: int64(len(synth("e-1")))}}}},
		{"version null, size as text", strings.NewReplacer(`"v1"`, "null", "812", `"812"`).Replace(s3), []event.Ref{
			{Bucket: "trail-b", Key: "a b", Size: 812, Region: "eu-west-1", Location: event.Location{File: "queue", Offset: 12, Envelope: "Records"}}}},
		{"no size", strings.Replace(s3, "812", `-1`, 1), []event.Ref{
			{Bucket: "trail-b", Key: "a b", VersionID: "v1", Region: "eu-west-1", Location: event.Location{File: "queue", Offset: 12, Envelope: "Records"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []event.Ref
			for ref, err := range event.Refs([]byte(c.payload), event.File("queue")) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, ref)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefs_duplicates(t *testing.T) {
	other := strings.Replace(s3Notice("ObjectCreated:Put", "a"), "v1", "v2", 1)
	got := refs(t, sqsLambda(s3Notice("ObjectCreated:Put", "a", "b", "a"), snsBody(s3Notice("ObjectCreated:Put", "b")), other, s3Bridge("Object Created", "a")))
	if diff := cmp.Diff(lines("s3://trail-b/a", "s3://trail-b/b", "s3://trail-b/a"), got); diff != "" {
		t.Errorf("each once, a in two versions (-want +got):\n%s", diff)
	}
}

// The folder that AWS chose behind the account decides. What stands before it is anybody's choice.
func TestRefs_folders(t *testing.T) {
	for key, want := range map[string]string{
		digestKey: "none: a digest file",
		"x/y/AWSLogs/o-a1b2c3d4e5/210987654321/CloudTrail-Digest/d.json.gz":                          "none: a digest file",
		"AWSLogs/210987654321/Config/eu-west-1/2026/1/5/ConfigSnapshot/s.json.gz":                    "none: AWS Config data",
		"AWSLogs/210987654321/elasticloadbalancing/f.log.gz":                                         "none: logs of another AWS service",
		"AWSLogs/210987654321/CloudTrail-Digest/AWSLogs/210987654321/CloudTrail/eu-west-1/f.json.gz": "",
		"AWSLogs/210987654321/Config/AWSLogs/o-a1b2c3d4e5/210987654321/CloudTrail/f.json.gz":         "",
		"CloudTrail-Digest/" + logKey:                                                                "",
		"a/CloudTrail-Digest/d.json.gz":                                                              "", // what the object holds will tell
		"myAWSLogs/210987654321/CloudTrail-Digest/d.json.gz":                                         "",
		"AWSLogs/210987654321":                          "",
		"AWSLogs/210987654321/Config":                   "",
		"AWSLogs/21098765432x/Config/f":                 "",
		"AWSLogs/o-a1b2c3d4e5":                          "",
		"AWSLogs/":                                      "",
		"AWSLogs/210987654321/CloudTrail-New/f.json.gz": "",
	} {
		t.Run(key, func(t *testing.T) {
			url := "s3://trail-b/" + key
			want := strings.TrimSpace(want + " " + url)
			for _, payload := range []string{s3Notice("ObjectCreated:Put", key), s3Bridge("Object Created", key), trailNotice(key)} {
				if diff := cmp.Diff(lines(want), refs(t, payload)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Refs stay as they are while the rest of the payload is read.
func TestRefs_keep(t *testing.T) {
	var keys, got []string
	for i := range 20_000 {
		keys = append(keys, fmt.Sprintf("k%d", i))
	}
	for ref, err := range event.Refs([]byte(s3Notice("ObjectCreated:Put", keys...) + sqsLambda(s3Notice("ObjectCreated:Put", "k0", "last")))) {
		if err != nil || ref.Region != "eu-west-1" || ref.Bucket != "trail-b" || ref.VersionID != "v1" {
			t.Fatalf("got %+v, %v", ref, err)
		}
		got = append(got, ref.Key)
	}
	if diff := cmp.Diff(append(keys, "last"), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every notification in every wrapping, three deep, says the same.
func TestRefs_nested(t *testing.T) {
	wrappings := map[string]func(string) string{
		"SNS":             snsBody,
		"SNS to Lambda":   snsLambda,
		"SQS":             func(s string) string { return sqsLambda(s) },
		"SQS, received":   sqsReceived,
		"EventBridge":     bridge,
		"CloudWatch Logs": cloudWatch,
		"Kinesis":         func(s string) string { return kinesisLambda(gzipped(s)) },
	}
	outermost := map[string]func(string) string{
		"list":       func(s string) string { return "[" + s + "]" },
		"text":       func(s string) string { return quoted(s) },
		"gzip":       func(s string) string { return gzipped(s) },
		"two a list": func(s string) string { return "[" + s + `,{"Event":"s3:TestEvent"}]` },
	}
	inner := map[string]struct {
		payload string
		refs    []string
		fetched []string
	}{
		"S3":          {s3Notice("ObjectCreated:Put", "a+b", "c"), lines("s3://trail-b/a b", "s3://trail-b/c"), lines("in a b", "in c")},
		"EventBridge": {s3Bridge("Object Created", "a+b"), lines("s3://trail-b/a+b"), lines("in a+b")},
		"CloudTrail":  {trailNotice("a+b", digestKey), lines("none: a digest file "+digestURL, "s3://trail-b/a+b"), lines("none: a digest file "+digestURL, "in a+b")},
		"test":        {`{"Event":"s3:TestEvent"}`, lines("none: an S3 test event"), lines("none: an S3 test event")},
		"record":      {synth("e-1"), nil, lines("e-1")},
		"log file":    {logFile("e-1", "e-2"), nil, lines("e-1", "e-2")},
	}
	n := 0
	var wrap func(path, payload string, depth int, check func(path, payload string))
	wrap = func(path, payload string, depth int, check func(path, payload string)) {
		check(path, payload)
		n++
		if depth == 0 {
			return
		}
		for name, around := range wrappings {
			wrap(path+" in "+name, around(payload), depth-1, check)
		}
		for name, around := range outermost {
			check(path+" in "+name, around(payload))
			n++
		}
	}
	for name, c := range inner {
		wrap(name, c.payload, 3, func(path, payload string) {
			c := c
			if strings.HasSuffix(path, "in two a list") {
				c.refs = append(slices.Clone(c.refs), "none: an S3 test event")
				c.fetched = append(slices.Clone(c.fetched), "none: an S3 test event")
			}
			if diff := cmp.Diff(c.refs, refs(t, payload)); diff != "" {
				t.Errorf("%s: refs (-want +got):\n%s\n%s", path, diff, payload)
			}
			if diff := cmp.Diff(c.fetched, fetched(t, payload)); diff != "" {
				t.Errorf("%s: fetched (-want +got):\n%s\n%s", path, diff, payload)
			}
		})
	}
	t.Log(n, "payloads")
}

func TestRefs_bad(t *testing.T) {
	s3, br, trail := s3Notice("ObjectCreated:Put", "k"), s3Bridge("Object Created", "k"), trailNotice("k")
	edit := func(s string, oldnew ...string) string {
		t.Helper()
		out := strings.NewReplacer(oldnew...).Replace(s)
		if out == s {
			t.Fatalf("nothing to replace in %s", s)
		}
		return out
	}
	const deep = "bad: nested deeper than the limit"
	for _, c := range []struct {
		name, payload string
		want          []string
	}{
		{"nothing", "", nil},
		{"null", "null", lines("bad: not a CloudTrail record")},
		{"a number", "12", lines("bad: not a CloudTrail record")},
		{"no JSON", "hello", lines("bad: invalid JSON at byte 0: expected a value")},
		{"truncated", s3[:len(s3)-20], lines("bad: unexpected EOF")},
		{"truncated inside", snsBody(s3[:len(s3)-20]), lines("bad: unexpected EOF")},
		{"truncated message in a batch", sqsLambda(trail[:20], trail), lines("bad: unexpected EOF", "s3://trail-b/k")},
		{"damaged element", `{"Records":[{"s3":tru},` + strings.TrimPrefix(s3, `{"Records":[`), lines("bad: invalid JSON at byte 9: expected true, false or null", "s3://trail-b/k")},
		{"s3 of another type", edit(s3, `"s3":{`, `"s3":1,"x":{`), lines("bad: s3.bucket.name is missing")},
		{"bucket of another type", edit(s3, `"bucket":{`, `"bucket":[1],"x":{`), lines("bad: s3.bucket.name is missing")},
		{"name of another type", edit(s3, `"name":"trail-b"`, `"name":["trail-b"]`), lines("bad: s3.bucket.name is list, not text")},
		{"name empty", edit(s3, `"name":"trail-b"`, `"name":""`), lines("bad: s3.bucket.name is empty")},
		{"object of another type", edit(s3, `"object":{`, `"object":"k","x":{`), lines("bad: s3.object.key is missing")},
		{"key of another type", edit(s3, `"key":"k"`, `"key":7`), lines("bad: s3.object.key is number, not text")},
		{"key null", edit(s3, `"key":"k"`, `"key":null`), lines("bad: s3.object.key is null, not text")},
		{"key empty", edit(s3, `"key":"k"`, `"key":""`), lines("bad: s3.object.key is empty")},
		{"key without encoding", edit(s3, `"key":"k"`, `"key":"100%"`), lines(`bad: s3.object.key: invalid URL escape "%"`)},
		{"key too long", edit(s3, `"key":"k"`, `"key":"`+strings.Repeat("k", 4000)+`"`), lines("bad: s3.object.key: larger than the limit")},
		{"version of another type", edit(s3, `"v1"`, `{}`), lines("bad: s3.object.versionId is object, not text")},
		{"size and region of another type", edit(s3, `812`, `[]`, `"eu-west-1"`, `{}`), lines("s3://trail-b/k")},
		{"event name of another type", edit(s3, `"ObjectCreated:Put"`, `{}`), lines("s3://trail-b/k")},
		{"event name unknown", edit(s3, `"ObjectCreated:Put"`, `7`), lines("none: a notification of a changed object s3://trail-b/k")},
		{"EventBridge, key of another type", edit(br, `"key":"k"`, `"key":{}`), lines("bad: detail.object.key is object, not text")},
		{"EventBridge, no object", edit(br, `"object":{`, `"x":{`), lines("bad: detail.object.key is missing")},
		{"EventBridge, detail as text", edit(br, `"detail":{`, `"detail":"x","y":{`), lines("none: an unknown payload")},
		{"CloudTrail, bucket of another type", edit(trail, `"trail-b"`, `{}`), lines("bad: s3Bucket is object, not text")},
		{"CloudTrail, keys of another type", edit(trail, `["k"]`, `{"k":1}`), lines("bad: s3ObjectKey is object, not a list")},
		{"CloudTrail, a key of another type", edit(trail, `["k"]`, `["a",1,[],"b",""]`), lines("bad: s3ObjectKey[1] is number, not text", "bad: s3ObjectKey[2] is list, not text", "bad: s3ObjectKey[4] is empty", "s3://trail-b/a", "s3://trail-b/b")},
		{"CloudTrail, no bucket", `{"s3ObjectKey":["k"]}`, lines("none: an unknown payload")},
		{"SNS, message of another type", `{"Records":[{"EventSource":"aws:sns","Sns":{"Message":{"s3Bucket":"b"}}}]}`, lines("none: an unknown payload")},
		{"SQS, body of another type", `{"Records":[{"messageId":"m","body":{"a":1},"eventSource":"aws:sqs"}]}`, lines("none: an SQS message")},
		{"base64 that is none", `{"Records":[{"kinesis":{"data":"%%"}}]}`, lines("bad: base64: illegal base64 data at input byte 0")},
		{"nested in lists", strings.Repeat("[", 1000) + s3 + strings.Repeat("]", 1000), lines(deep)},
		{"nested in wrappers", strings.Repeat(`{"Records":[`, 50) + s3 + strings.Repeat("]}", 50), lines(deep)},
		{"nested in members", `{"s3":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5001), lines(deep)},
		{"nested in EventBridge", strings.Repeat(`{"detail-type":"x","detail":`, 50) + s3 + strings.Repeat("}", 50), lines(deep)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, refs(t, c.payload)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for i, err := range event.Refs([]byte(c.payload), event.File("queue")) {
				if err != nil && !strings.HasPrefix(err.Error(), "queue: record ") {
					t.Errorf("ref %v: no place in %q", i, err)
				}
			}
		})
	}
	t.Run("messages in messages", func(t *testing.T) {
		payload := s3
		for range 14 { // as each level doubles the backslashes, there cannot be many
			payload = "[" + payload + "]"
			if payload = snsBody(payload); len(payload) > 4<<20 {
				break
			}
		}
		if got := refs(t, payload); len(got) != 1 || got[0] != deep {
			t.Errorf("got %.200q", got)
		}
	})
	t.Run("nil", func(t *testing.T) {
		for ref, err := range event.Refs(nil) {
			t.Errorf("got %v, %v", ref, err)
		}
	})
	t.Run("compressed, cut", func(t *testing.T) {
		if diff := cmp.Diff(lines("stream: gzip: unexpected EOF"), refs(t, gzipped(s3)[:40])); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRefs_break(t *testing.T) {
	payload := sqsLambda(s3Notice("ObjectCreated:Put", "a", "b"), "hello", trailNotice("c", digestKey, "d"), `{"s3Bucket":"b","s3ObjectKey":[1,2,3]}`)
	all := len(refs(t, payload))
	if all != 9 {
		t.Fatalf("%d steps", all)
	}
	for n := 1; n <= all; n++ {
		got := 0
		for range event.Refs([]byte(payload)) {
			if got++; got == n {
				break
			}
		}
		if got != n {
			t.Errorf("%d steps, want %d", got, n)
		}
	}
}

func TestNoRecordsError(t *testing.T) {
	for _, c := range []struct{ payload, want string }{
		{trailNotice("a", "b", "c"), "q: record 0 at byte 0: no CloudTrail records in a CloudTrail notification (s3://trail-b/a and 2 more)"},
		{sqsLambda(s3Notice("ObjectRemoved:Delete", "a")), "q: record 0 at byte 12 (Records.body.Records) of item m-1: no CloudTrail records in a notification of a removed object (s3://trail-b/a)"},
		{`{"Event":"s3:TestEvent"}`, "q: record 0 at byte 0: no CloudTrail records in an S3 test event"},
	} {
		for _, err := range event.Records(strings.NewReader(c.payload), event.File("q")) {
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		}
	}
}

// TestRefs_large reads payloads that are made to cost memory or time.
func TestRefs_large(t *testing.T) {
	size := 16 << 20
	if testing.Short() {
		size = 4 << 20
	}
	s3 := strings.TrimSuffix(strings.TrimPrefix(s3Notice("ObjectCreated:Put", "k%06d"), `{"Records":[`), "]}")
	each := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	// A bomb holds data that inflates to many more bombs.
	bomb := strings.Repeat(" ", 1<<20)
	for range 8 {
		bomb = strings.Repeat(`{"data":"`+base64.StdEncoding.EncodeToString([]byte(gzipped(bomb)))+`"}`, 200)
	}
	for _, c := range []struct {
		name    string
		payload func() string // made when its turn comes, so that it does not count for the others
		refs    int           // at least
	}{
		{"S3", func() string { return `{"Records":[` + each(s3, size/len(s3)) + `]}` }, size / len(s3) / 2},
		{"CloudTrail", func() string { return `{"s3Bucket":"b","s3ObjectKey":[` + each(`"k%07d"`, 7<<20/12) + `]}` }, 7 << 20 / 12},
		{"CloudTrail, the same key", func() string { return `{"s3Bucket":"b","s3ObjectKey":["k"` + strings.Repeat(`,"k"`, 2<<20-100) + `]}` }, 1},
		{"CloudTrail, numbers", func() string { return `{"s3Bucket":"b","s3ObjectKey":[1` + strings.Repeat(`,1`, 1<<20) + `]}` }, 0},
		{"CloudTrail, too large", func() string { return `{"s3Bucket":"b","s3ObjectKey":["k"` + strings.Repeat(`,"k"`, 3<<20) + `]}` }, 0},
		{"one large member", func() string {
			return `{"Records":[{"eventSource":"aws:s3","s3":{"bucket":[1` + strings.Repeat(",1", 1<<20) + `]}}]}`
		}, 0},
		{"a bomb", func() string {
			return `{"Records":[{"kinesis":{"data":"` + base64.StdEncoding.EncodeToString([]byte(gzipped(bomb))) + `"}},` + s3 + `]}`
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			payload := []byte(c.payload())
			start, n, refs := time.Now(), 0, 0
			grown := heap(func(look func()) {
				for _, err := range event.Refs(payload) {
					if n++; n%50_000 == 0 {
						look()
					}
					if err == nil {
						refs++
					}
				}
				look()
			})
			t.Log(n, "steps,", time.Since(start), grown>>20, "MiB for", len(payload)>>10, "KiB")
			if n == 0 || refs < c.refs {
				t.Errorf("%d steps, %d refs, want %d", n, refs, c.refs)
			}
			if grown > 64<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// What is packed in one item shares a limit, however often it is packed again.
func TestPackedLimit_shared(t *testing.T) {
	inner := `{"data":"` + base64.StdEncoding.EncodeToString([]byte(gzipped(synth("e-1")))) + `"}`
	in := `{"data":"` + base64.StdEncoding.EncodeToString([]byte(gzipped(strings.Repeat(inner, 10)))) + `"}`
	one := len(synth("e-1"))
	found, large := 0, 0
	for _, err := range event.Records(strings.NewReader(in+in), event.MaxInflatedBytes(int64(10*len(inner)))) {
		switch {
		case err == nil:
			found++
		case errors.Is(err, event.ErrTooLarge):
			large++
		default:
			t.Error(err)
		}
	}
	if want := 2 * (10 * len(inner) / one); found != want || large != 20-want {
		t.Errorf("%d records and %d too large, want %d and %d", found, large, want, 20-want)
	}
}
