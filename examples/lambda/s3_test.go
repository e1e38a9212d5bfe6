package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

// fakeConfig points the SDK at a server of this process, and nowhere else.
func fakeConfig(server *httptest.Server) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: &server.URL,
		HTTPClient:   server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIA5SYNTHKEY0000001", SecretAccessKey: "synthetic"}, nil
		}),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 5 * time.Millisecond })
		},
	}
}

// A bucketServer speaks as much of S3 as GetObject needs. What it does for an object is said by
// bucket/key, or bucket/key?version.
type bucketServer struct {
	mu      sync.Mutex
	reply   map[string]http.HandlerFunc
	asked   []string
	regions []string
}

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if v := r.URL.Query().Get("versionId"); v != "" {
		name += "?" + v
	}
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	b.mu.Lock()
	b.asked = append(b.asked, name)
	if parts := strings.Split(scope, "/"); len(parts) > 2 {
		b.regions = append(b.regions, parts[2])
	}
	reply := b.reply[name]
	b.mu.Unlock()
	switch {
	case r.Method != http.MethodGet || r.URL.Query().Get("x-id") != "GetObject":
		refused(http.StatusNotImplemented, "NotImplemented")(w, r)
	case reply == nil:
		refused(http.StatusNotFound, "NoSuchKey")(w, r)
	default:
		reply(w, r)
	}
}

func content(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		// As CloudTrail writes its objects. Nothing on the way may inflate them for it.
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		io.WriteString(w, text)
	}
}

// refused answers as in "Error responses" of the Amazon S3 API reference.
func refused(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		xml.NewEncoder(w).Encode(struct {
			XMLName                  xml.Name `xml:"Error"`
			Code, Message, RequestId string
		}{Code: code, Message: "synthetic", RequestId: "5SYNTH"})
	}
}

// times answers with first n times, then with then.
func times(n int, first, then http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n--
		reply := then
		if n >= 0 {
			reply = first
		}
		mu.Unlock()
		reply(w, r)
	}
}

// brokenOff ends the connection in the middle of the text.
func brokenOff(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		io.WriteString(w, text[:len(text)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func onS3(t testing.TB, reply map[string]http.HandlerFunc) (*stage, *bucketServer) {
	t.Helper()
	b := &bucketServer{reply: reply}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	s := newStage(t, nil)
	s.get = s3Objects(fakeConfig(server), func(o *s3.Options) { o.UsePathStyle = true })
	return s, b
}

func TestS3(t *testing.T) {
	log := zipped(logFile(created("e-1"), created("e-2")))
	long := zipped(logFile(created("e-1"), strings.Repeat(iam("ListUsers", "x")+",", 3000)+created("e-2")))
	tests := []struct {
		name     string
		reply    http.HandlerFunc
		again    bool // the item is tried again
		findings []string
		lost     int
	}{
		{"sound", content(log), false, []string{"e-1", "e-2"}, 0},
		{"empty", content(""), false, nil, 0},
		{"missing", refused(http.StatusNotFound, "NoSuchKey"), false, nil, 1},
		{"version missing", refused(http.StatusNotFound, "NoSuchVersion"), false, nil, 1},
		{"delete marker", refused(http.StatusMethodNotAllowed, "MethodNotAllowed"), false, nil, 1},
		{"bucket missing", refused(http.StatusNotFound, "NoSuchBucket"), true, nil, 0},
		{"access denied", refused(http.StatusForbidden, "AccessDenied"), true, nil, 0},
		{"archived", refused(http.StatusForbidden, "InvalidObjectState"), true, nil, 0},
		{"throttled", refused(http.StatusServiceUnavailable, "SlowDown"), true, nil, 0},
		{"throttled once", times(1, refused(http.StatusServiceUnavailable, "SlowDown"), content(log)), false, []string{"e-1", "e-2"}, 0},
		{"internal error", refused(http.StatusInternalServerError, "InternalError"), true, nil, 0},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, nil, 0},
		{"broken off", brokenOff(long), true, []string{"e-1"}, 0},
		{"truncated gzip", content(long[:len(long)/2]), false, []string{"e-1"}, 1},
		{"damaged gzip", content(log[:len(log)-8] + "12345678"), false, []string{"e-1", "e-2"}, 1},
		{"text", content("no log"), false, nil, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := onS3(t, map[string]http.HandlerFunc{"logs/a": test.reply, "logs/b": content(zipped(created("e-b")))})
			answer, err := s.invoke(t.Context(), sqs(notice("a"), notice("b")))
			if err != nil {
				t.Fatal(err)
			}
			want := []string{}
			if test.again {
				want = append(want, "m-1")
			}
			if diff := cmp.Diff(want, failed(t, answer)); diff != "" {
				t.Errorf("failures (-want +got):\n%s\n%s", diff, s.log)
			}
			if diff := cmp.Diff(append(test.findings, "e-b"), s.sent.eventIDs()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if got := s.last(t); got.Lost != test.lost {
				t.Errorf("lost %d, want %d\n%s", got.Lost, test.lost, s.log)
			}
			if test.lost > 0 && !strings.Contains(s.log.String(), `"level":"ERROR"`) {
				t.Error("the log does not tell")
			}
			// Without a batch, the same object makes the invocation fail.
			s, _ = onS3(t, map[string]http.HandlerFunc{"logs/a": test.reply})
			if _, err := s.invoke(t.Context(), notice("a")); (err != nil) != test.again {
				t.Errorf("from S3: %v", err)
			}
		})
	}
}

func TestS3Keys(t *testing.T) {
	long := strings.Repeat("long/", 200) + "é.json.gz"
	for _, key := range []string{"plain.json.gz", "with space/and+plus.json.gz", "unicode/é 雪/%41&?#=.json.gz", "a//b/../c./.json.gz", long} {
		t.Run(key[:min(len(key), 30)], func(t *testing.T) {
			s, b := onS3(t, map[string]http.HandlerFunc{"logs/" + key: content(zipped(created("e-1")))})
			if _, err := s.invoke(t.Context(), sqs(notice(url.QueryEscape(key)))); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"logs/" + key}, b.asked); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"e-1"}, s.sent.eventIDs()); diff != "" {
				t.Errorf("findings (-want +got):\n%s\n%s", diff, s.log)
			}
		})
	}
}

// The version and the region of a notification are those that are asked for.
func TestS3Version(t *testing.T) {
	s, b := onS3(t, map[string]http.HandlerFunc{"logs/a?v2": content(created("e-2")), "logs/a": content(created("e-1"))})
	payload := strings.Replace(notice("a"), `"key":"a"`, `"key":"a","versionId":"v2"`, 1)
	if _, err := s.invoke(t.Context(), strings.Replace(payload, "us-east-1", "eu-west-1", 1)); err != nil {
		t.Fatal(err)
	}
	if got := s.sent.eventIDs(); !slices.Equal(got, []string{"e-2"}) || !slices.Equal(b.regions, []string{"eu-west-1"}) {
		t.Errorf("findings %v, regions %v", got, b.regions)
	}
}

func TestS3SeveralRecords(t *testing.T) {
	s, b := onS3(t, map[string]http.HandlerFunc{"logs/a": content(created("e-a")), "logs/b": refused(http.StatusForbidden, "AccessDenied"), "logs/c": content(created("e-c"))})
	_, err := s.invoke(t.Context(), notice("a", "b", "c", "a"))
	if err == nil || !strings.Contains(err.Error(), "s3://logs/b") || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("error: %v", err)
	}
	if diff := cmp.Diff([]string{"e-a", "e-c"}, s.sent.eventIDs()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"logs/a", "logs/b", "logs/c"}, b.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
}

// An object is not read as a whole before it is judged: findings leave while it is still coming in.
func TestS3Stream(t *testing.T) {
	arrived := make(chan struct{})
	s, _ := onS3(t, map[string]http.HandlerFunc{"logs/a": func(w http.ResponseWriter, r *http.Request) {
		z := gzip.NewWriter(w)
		io.WriteString(z, `{"Records":[`)
		for n := range 2000 {
			fmt.Fprintf(z, "%s,", created(fmt.Sprint("e-", n)))
		}
		z.Flush()
		w.(http.Flusher).Flush()
		select {
		case <-arrived:
		case <-r.Context().Done():
			return
		}
		fmt.Fprintf(z, "%s]}", created("e-last"))
		z.Close()
	}})
	var once sync.Once
	s.sent.refuse = func(string) error {
		once.Do(func() { close(arrived) })
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := s.invoke(ctx, notice("a")); err != nil {
		t.Fatal(err)
	}
	if got := s.last(t); got.Sent != 2001 {
		t.Errorf("%+v", got)
	}
}

// Close to the deadline reading stops, what was found is sent, and the rest is to be delivered again.
func TestDeadline(t *testing.T) {
	stalls := func(w http.ResponseWriter, r *http.Request) {
		z := gzip.NewWriter(w)
		io.WriteString(z, `{"Records":[`+created("e-2")+`,`)
		z.Flush()
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	s, b := onS3(t, map[string]http.HandlerFunc{"logs/a": content(created("e-1")), "logs/slow": stalls, "logs/c": content(created("e-3"))})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	answer, err := s.invoke(ctx, sqs(notice("a"), notice("slow"), notice("c"), created("e-4")))
	if err != nil || ctx.Err() != nil {
		t.Fatal(err, ctx.Err())
	}
	if diff := cmp.Diff([]string{"m-2", "m-3", "m-4"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if got := s.sent.eventIDs(); got[0] != "e-1" || slices.Contains(got, "e-3") {
		t.Errorf("findings: %v", got)
	}
	if slices.Contains(b.asked, "logs/c") {
		t.Error("another object was begun")
	}
	// A payload that fails as a whole is an error, in time as well.
	ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err = s.invoke(ctx, notice("slow")); err == nil || ctx.Err() != nil {
		t.Error(err, ctx.Err())
	}
}
