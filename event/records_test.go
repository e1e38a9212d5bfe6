package event_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

// synth is a small record whose eventID is id.
func synth(id string) string {
	return `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321","userName":"mira"},` +
		`"eventTime":"2026-01-05T09:06:31Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7",` +
		`"requestParameters":{"userName":"jo","tags":[{"key":"a","value":"}, {"}]},"responseElements":null,"eventID":"` + id + `"}`
}

func logFile(ids ...string) string {
	var records []string
	for _, id := range ids {
		records = append(records, synth(id))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func gzipped(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		z := gzip.NewWriter(&b)
		io.WriteString(z, p)
		z.Close()
	}
	return b.String()
}

// quoted is text as a JSON string, as base64 if it is compressed.
func quoted(text string) string {
	if strings.HasPrefix(text, "\x1f\x8b") {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	b, _ := json.Marshal(text)
	return string(b)
}

// outline reads the input and gives a line for each step: "e-1 @12 Records" for a record.
func outline(t testing.TB, r io.Reader, opts ...event.ReadOption) []string {
	t.Helper()
	var lines []string
	next := 0
	for e, err := range event.Records(r, opts...) {
		var (
			record *event.RecordError
			stream *event.StreamError
			none   *event.NoRecordsError
			at     event.Location
			line   string
		)
		switch {
		case err == nil:
			at, line = e.Location, e.EventID
			next++
		case errors.As(err, &record):
			at, line = record.Location, "bad: "+record.Err.Error()
			next++
		case errors.As(err, &none):
			at, line = none.Location, "none: "+string(none.Kind)
			next++
		case errors.As(err, &stream):
			at, line = stream.Location, "stream: "+stream.Err.Error()
			next++
		default:
			t.Fatalf("an error of no kind: %v", err)
		}
		if none != nil {
			next--
		}
		if err != nil && e != nil {
			t.Fatalf("both an event and the error %v", err)
		}
		want := next - 1
		if none != nil {
			want = next
		}
		if at.Record != want {
			t.Errorf("%s: record number %d, want %d", line, at.Record, want)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s @%d %s", line, at.Offset, at.Envelope)))
	}
	return lines
}

func lines(s ...string) []string { return s }

func TestRecords(t *testing.T) {
	one, two := synth("e-1"), synth("e-2")
	second := func(before string) string { return fmt.Sprintf("e-2 @%d", len(before)) }
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(one), "", "\t"); err != nil {
		t.Fatal(err)
	}
	insight := `{"eventVersion":"1.07","eventType":"AwsCloudTrailInsight","eventID":"i-1","insightDetails":{"state":"Start"}}`
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"empty", "", nil},
		{"white space", " \n\t\r\n", nil},
		{"log file", logFile("e-1", "e-2"), lines("e-1 @12 Records", second(`{"Records":[`+one+`,`)+" Records")},
		{"log file, empty", `{"Records":[]}`, nil},
		{"log file, spaced", " { \"Records\" : [ " + one + " , " + two + " ] } \n", lines("e-1 @17 Records", second(` { "Records" : [ `+one+" , ")+" Records")},
		{"log file, other members", `{"a":[{"b":1}],"Records":[` + one + `],"c":{"Records":[1]},"d":2}`, lines("e-1 @26 Records")},
		{"log files joined", logFile("e-1") + logFile("e-2"), lines("e-1 @12 Records", fmt.Sprintf("e-2 @%d Records", len(logFile("e-1"))+12))},
		{"byte order mark and padding", "\xef\xbb\xbf" + logFile("e-1") + "\n\x00\x00\x00", lines("e-1 @15 Records")},
		{"gzip", gzipped(logFile("e-1")), lines("e-1 @12 Records")},
		{"gzip members", gzipped(one, "\n", two), lines("e-1 @0", second(one+"\n"))},
		{"gzip padded", gzipped(one) + "\x00\x00" + gzipped(two) + "\x00\x00\x00", lines("e-1 @0", second(one))},
		{"gzip twice", gzipped(gzipped(one)), lines("e-1 @0")},
		{"single", one, lines("e-1 @0")},
		{"pretty", pretty.String(), lines("e-1 @0")},
		{"one a line", one + "\n" + two + "\n", lines("e-1 @0", second(one+"\n"))},
		{"one a line, CRLF", one + "\r\n" + two + "\r\n", lines("e-1 @0", second(one+"\r\n"))},
		{"concatenated", one + two, lines("e-1 @0", second(one))},
		{"array", "[" + one + "," + two + "]", lines("e-1 @1", second("["+one+","))},
		{"array, empty", "[]", nil},
		{"array of log files", "[" + logFile("e-1") + "]", lines("e-1 @13 Records")},
		{"text of a record", quoted(one), lines("e-1 @0")},
		{"insight", logFile()[:12] + insight + "]}", lines("i-1 @12 Records")},
		{"record with a list called Records", strings.TrimSuffix(one, "}") + `,"Records":[{"a":1}]}`, lines("e-1 @0")},
		{"escaped names", strings.NewReplacer("eventName", `event\u004eame`, "eventSource", `\u0065ventSource`).Replace(one), lines("e-1 @0")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, outline(t, strings.NewReader(c.in))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, outline(t, iotest.OneByteReader(strings.NewReader(c.in)))); diff != "" {
				t.Errorf("byte by byte (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordsDamage(t *testing.T) {
	one, two, three := synth("e-1"), synth("e-2"), synth("e-3")
	short := two[:len(two)-40]
	at := func(id, before, env string) string {
		return strings.TrimSpace(fmt.Sprintf("%s @%d %s", id, len(before), env))
	}
	deep := `{"eventName":"x","eventSource":"y","z":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"bad record in a log file", `{"Records":[` + one + `,{"eventID":tru},` + three + `]}`, lines("e-1 @12 Records",
			at("bad: invalid JSON at byte 14: expected true, false or null", `{"Records":[`+one+`,`, "Records"),
			at("e-3", `{"Records":[`+one+`,{"eventID":tru},`, ""))},
		{"cut record in a log file", `{"Records":[` + one + `,` + short + `,` + three + `]}`, lines("e-1 @12 Records",
			at("bad: invalid JSON at byte 371: expected a member name", `{"Records":[`+one+`,`, "Records"),
			at("e-3", `{"Records":[`+one+`,`+short+`,`, ""))},
		{"cut line", one + "\n" + short + "\n" + three, lines("e-1 @0",
			at("bad: invalid JSON at byte 372: expected a member name", one+"\n", ""),
			at("e-3", one+"\n"+short+"\n", ""))},
		{"last element is no value", `{"Records":[` + one + `,]}` + three, lines("e-1 @12 Records",
			at("bad: invalid JSON at byte 0: expected a value", `{"Records":[`+one+`,`, "Records"), at("e-3", `{"Records":[`+one+`,]}`, ""))},
		{"comma missing", `{"Records":[` + one + three + `]}`, lines("e-1 @12 Records",
			at("bad: invalid JSON at byte 0: expected ',' or ']'", `{"Records":[`+one, "Records"), at("e-3", `{"Records":[`+one, ""))},
		{"truncated in a record", `{"Records":[` + one + `,` + short, lines("e-1 @12 Records",
			at("bad: unexpected EOF", `{"Records":[`+one+`,`, "Records"))},
		{"truncated behind a record", `{"Records":[` + one, lines("e-1 @12 Records", at("bad: unexpected EOF", `{"Records":[`+one, "Records"))},
		{"truncated behind a comma", `{"Records":[` + one + `,`, lines("e-1 @12 Records", at("bad: unexpected EOF", `{"Records":[`+one+`,`, "Records"))},
		{"truncated wrapper", `{"Records":[` + one + `]`, lines("e-1 @12 Records", at("bad: unexpected EOF", `{"Records":[`+one+`]`, ""))},
		{"truncated wrapper's member", `{"Records":[` + one + `],"a":"b`, lines("e-1 @12 Records", at("bad: unexpected EOF", `{"Records":[`+one+`],"a":`, ""))},
		{"junk behind", one + "\n<<<", lines("e-1 @0", at("bad: invalid JSON at byte 0: expected a value", one+"\n", ""))},
		{"junk between", one + "\nHTTP 500 {}\n" + three, lines("e-1 @0",
			at("bad: invalid JSON at byte 0: expected a value", one+"\n", ""), at("e-3", one+"\nHTTP 500 {}\n", ""))},
		{"prefix on each line", "Jan 5 host app: " + one, lines("bad: invalid JSON at byte 0: expected a value @0", "e-1 @16")},
		{"open bracket on a line", "[\n" + one + "\n" + three, lines("e-1 @2",
			at("bad: invalid JSON at byte 0: expected ',' or ']'", "[\n"+one+"\n", ""), at("e-3", "[\n"+one+"\n", ""))},
		{"open object on a line", "{\"a\":\n" + one + "\n" + three, lines("bad: invalid JSON at byte 418: expected ',' or '}' @0",
			at("e-1", "{\"a\":\n", ""), at("e-3", "{\"a\":\n"+one+"\n", ""))},
		{"stray quote", `"` + one, lines("bad: not a CloudTrail record @0", "e-1 @1")},
		{"a record as the parameters of a bad one", `{"eventName":"x","requestParameters":` + one + `,"eventSource":tru}` + three, lines(
			"bad: invalid JSON at byte 466: expected true, false or null @0", at("e-3", `{"eventName":"x","requestParameters":`+one+`,"eventSource":tru}`, ""))},
		{"a record in the parameters of a bad one", `{"eventName":"x","requestParameters":{"a":[1,` + one + `]},"eventSource":tru}` + three, lines(
			"bad: invalid JSON at byte 476: expected true, false or null @0", at("e-3", `{"eventName":"x","requestParameters":{"a":[1,`+one+`]},"eventSource":tru}`, ""))},
		{"damage in each of many files", strings.Repeat(`{"Records":[{"a":tru}]}`, 20) + one, append(strings.Split(strings.TrimSuffix(strings.Repeat("?\n", 20), "\n"), "\n"), "e-1 @460")},
		{"too deep", `{"Records":[` + deep + `,` + three + `]}`, lines("bad: nested deeper than the limit @12 Records", at("e-3", `{"Records":[`+deep+`,`, "Records"))},
		{"too deep without end", strings.Repeat(`{"a":[`, 300) + "\n" + three, lines("bad: nested deeper than the limit @0", "e-3 @1801")},
		{"scalars", `{"Records":[1,null,"x"]}`, lines("bad: not a CloudTrail record @12 Records", "bad: not a CloudTrail record @14 Records",
			"bad: not a CloudTrail record @19 Records")},
		{"part of a record", `[{"eventVersion":"1.08","eventName":"x"},` + one + `]`, lines("bad: not a CloudTrail record @1", "e-1 @41")},
		{"a record and a list of them", `{"Records":[` + one + `],"eventName":"x"}`, lines("e-1 @12 Records", "bad: not a CloudTrail record @0")},
		{"data behind gzip", gzipped(one) + "junk", lines("e-1 @0", at("stream: gzip: data behind the end of the compressed stream", one, ""))},
		{"gzip cut", gzipped(one + one)[:200], lines("stream: gzip: unexpected EOF @0")},
		{"gzip header cut", "\x1f\x8b\x08", lines("stream: gzip: unexpected EOF @0")},
		{"gzip too often", gzipped(gzipped(gzipped(gzipped(gzipped(one))))), lines("stream: gzip inside gzip: nested deeper than the limit @0")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := outline(t, strings.NewReader(c.in))
			if strings.HasPrefix(c.name, "damage in each") {
				if len(got) < 21 || got[len(got)-1] != c.want[len(c.want)-1] {
					t.Errorf("got %q", got)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecordsReaderError(t *testing.T) {
	broken := errors.New("connection reset")
	in := `{"Records":[` + synth("e-1") + `,` + synth("e-2")
	for _, cut := range []int{len(in) - 1, len(in), 12, 1} {
		var got []string
		for e, err := range event.Records(io.MultiReader(strings.NewReader(in[:cut]), iotest.ErrReader(broken)), event.File("f")) {
			var stream *event.StreamError
			switch {
			case err == nil:
				got = append(got, e.EventID)
			case errors.As(err, &stream) && errors.Is(err, broken) && stream.Location.File == "f":
				got = append(got, "broken")
			default:
				t.Errorf("cut at %d: %v", cut, err)
			}
		}
		want := lines("broken")
		if cut > 100 {
			want = lines("e-1", "broken")
		}
		if cut == len(in) {
			want = lines("e-1", "e-2", "broken")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cut at %d (-want +got):\n%s", cut, diff)
		}
	}
}

func TestRecordsNilReader(t *testing.T) {
	var stream *event.StreamError
	for _, err := range event.Records(nil) {
		if !errors.As(err, &stream) {
			t.Errorf("got %v", err)
		}
	}
	if stream == nil {
		t.Error("no error")
	}
}

func TestRecordsBreak(t *testing.T) {
	in := logFile("e-1", "e-2") + "junk" + `{"awslogs":{"data":` + quoted(gzipped(logFile("e-3", "e-4"))) + `}}` + `[1,{"a":1},` + synth("e-5")
	steps := len(outline(t, strings.NewReader(in)))
	if steps < 8 {
		t.Fatalf("%d steps only", steps)
	}
	for n := 1; n <= steps; n++ {
		got := 0
		for range event.Records(strings.NewReader(in)) {
			if got++; got == n {
				break
			}
		}
		if got != n {
			t.Errorf("%d steps, want %d", got, n)
		}
	}
}

func TestRawDecode(t *testing.T) {
	for raw, err := range event.RawRecords(strings.NewReader(logFile("e-1")), event.File("f.json")) {
		if err != nil {
			t.Fatal(err)
		}
		e, err := raw.Decode()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(synth("e-1"), string(raw.Bytes)); diff != "" {
			t.Errorf("bytes (-want +got):\n%s", diff)
		}
		want := event.Location{File: "f.json", Offset: 12, Envelope: "Records"}
		if diff := cmp.Diff(want, e.Location); diff != "" {
			t.Errorf("location (-want +got):\n%s", diff)
		}
		if got, want := e.Location.String(), "f.json: record 0 at byte 12 (Records)"; got != want {
			t.Errorf("location prints %q, want %q", got, want)
		}
	}
	if _, err := (&event.Raw{Bytes: []byte("[]")}).Decode(); err == nil {
		t.Error("no error for what is no record")
	}
}

// A smallReader gives n bytes at a time.
type smallReader struct {
	in string
	n  int
}

func (r *smallReader) Read(p []byte) (int, error) {
	if r.in == "" {
		return 0, io.EOF
	}
	n := copy(p, r.in[:min(r.n, len(r.in))])
	r.in = r.in[n:]
	return n, nil
}
