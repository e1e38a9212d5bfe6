package event_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
)

// raw returns the one record of the input, copied.
func raw(t testing.TB, in string) *event.Raw {
	t.Helper()
	var got *event.Raw
	for r, err := range event.RawRecords(strings.NewReader(in)) {
		if err != nil || got != nil {
			t.Fatalf("not one record, alone: %v in %s", err, in)
		}
		c := *r
		c.Bytes = append([]byte(nil), r.Bytes...)
		got = &c
	}
	if got == nil {
		t.Fatalf("no record in %s", in)
	}
	return got
}

// checkSkim compares the fields of r with those of the decoded record.
func checkSkim(t testing.TB, r *event.Raw, e *event.Event) {
	t.Helper()
	for f := range event.Field(event.NumFields) {
		text, exact := r.Field(f)
		switch {
		case exact && f.Of(e) != string(text):
			t.Errorf("%v is %q, decoded %q, in %s", f, text, f.Of(e), r.Bytes)
		case !exact && text != nil:
			t.Errorf("%v is not exact, and yet %q", f, text)
		}
	}
}

func TestField(t *testing.T) {
	const base = `{"eventSource":"s3.amazonaws.com","eventName":"GetObject",`
	for _, c := range []struct {
		name, in string
		field    event.Field
		text     string
		nothing  bool // nil, rather than empty
		unsure   bool
	}{
		{name: "text", in: base + `"awsRegion":"eu-west-1"}`, field: event.FieldAWSRegion, text: "eu-west-1"},
		{name: "first", in: base + `"a":1}`, field: event.FieldEventSource, text: "s3.amazonaws.com"},
		{name: "spaced", in: "{\n \"eventName\" : \"x\" ,\r\n\t\"eventSource\"\n:\n\"y\"\n}\n", field: event.FieldEventSource, text: "y"},
		{name: "empty", in: base + `"errorCode":""}`, field: event.FieldErrorCode},
		{name: "absent", in: base + `"a":1}`, field: event.FieldErrorCode, nothing: true},
		{name: "null", in: base + `"errorCode":null}`, field: event.FieldErrorCode, nothing: true},
		{name: "number", in: base + `"recipientAccountId":210987654321}`, field: event.FieldRecipientAccountID, unsure: true},
		{name: "object", in: base + `"errorMessage":{"errorMessage":"x"}}`, field: event.FieldErrorMessage, unsure: true},
		{name: "escape", in: base + `"userAgent":"a\/b"}`, field: event.FieldUserAgent, unsure: true},
		{name: "UTF-8", in: base + `"userAgent":"Zürich, 東京"}`, field: event.FieldUserAgent, text: "Zürich, 東京"},
		{name: "not UTF-8", in: base + "\"userAgent\":\"a\xff\"}", field: event.FieldUserAgent, unsure: true},
		{name: "twice", in: base + `"awsRegion":"eu-west-1","awsRegion":"eu-west-2"}`, field: event.FieldAWSRegion, unsure: true},
		{name: "twice, null", in: base + `"awsRegion":"eu-west-1","awsRegion":null}`, field: event.FieldAWSRegion, unsure: true},
		{name: "escaped name of the same", in: base + `"awsRegion":"eu-west-1","aws\u0052egion":"eu-west-2"}`, field: event.FieldAWSRegion, unsure: true},
		{name: "escaped name of another", in: base + `"awsRegion":"eu-west-1","a\u0052":"eu-west-2"}`, field: event.FieldAWSRegion, unsure: true},
		{name: "escaped name further in", in: base + `"awsRegion":"eu-west-1","a":{"aws\u0052egion":"eu-west-2"}}`, field: event.FieldAWSRegion, text: "eu-west-1"},
		{name: "decoy further in", in: base + `"requestParameters":{"errorCode":"x","a":[{"errorCode":"y"}]}}`, field: event.FieldErrorCode, nothing: true},
		{name: "decoy in text", in: base + `"userAgent":"\",\"errorCode\":\"x"}`, field: event.FieldErrorCode, nothing: true},
		{name: "other case", in: base + `"ErrorCode":"x"}`, field: event.FieldErrorCode, nothing: true},

		{name: "identity", in: base + `"userIdentity":{"type":"Root","arn":"a"}}`, field: event.FieldIdentityType, text: "Root"},
		{name: "identity, decoy", in: base + `"userIdentity":{"sessionContext":{"sessionIssuer":{"type":"Role","arn":"a","userName":"u"}}}}`, field: event.FieldIdentityARN, nothing: true},
		{name: "identity's member in the record", in: base + `"arn":"a","type":"b"}`, field: event.FieldIdentityARN, nothing: true},
		{name: "record's member in the identity", in: base + `"userIdentity":{"errorCode":"a"}}`, field: event.FieldErrorCode, nothing: true},
		{name: "identity null", in: base + `"userIdentity":null}`, field: event.FieldIdentityType, nothing: true},
		{name: "identity text", in: base + `"userIdentity":"x"}`, field: event.FieldIdentityType, nothing: true},
		{name: "identity empty", in: base + `"userIdentity":{}}`, field: event.FieldIdentityType, nothing: true},
		{name: "identity twice", in: base + `"userIdentity":{"arn":"a"},"userIdentity":{"type":"b"}}`, field: event.FieldIdentityARN, unsure: true},
		{name: "identity twice, null", in: base + `"userIdentity":{"arn":"a"},"userIdentity":null}`, field: event.FieldIdentityARN, unsure: true},
		{name: "identity's member twice", in: base + `"userIdentity":{"arn":"a","arn":"b"}}`, field: event.FieldIdentityARN, unsure: true},
		{name: "identity's escaped name", in: base + `"userIdentity":{"arn":"a","\u0061rn":"b"}}`, field: event.FieldIdentityARN, unsure: true},
		{name: "identity's escaped name, record's member", in: base + `"userIdentity":{"\u0061rn":"b"}}`, field: event.FieldEventName, text: "GetObject"},
		{name: "escaped name of the identity", in: base + `"userIdentity":{"arn":"a"},"user\u0049dentity":{"arn":"b"}}`, field: event.FieldIdentityARN, unsure: true},
		{name: "no such field", in: base + `"a":1}`, field: event.Field(event.NumFields), unsure: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := raw(t, c.in)
			text, exact := r.Field(c.field)
			if string(text) != c.text || (text == nil) != (c.nothing || c.unsure) || exact == c.unsure {
				t.Errorf("got %q (nil: %t), exact: %t", text, text == nil, exact)
			}
			e, err := r.Decode()
			if err != nil {
				t.Fatal(err)
			}
			checkSkim(t, r, e)
		})
	}
}

func TestFieldPaths(t *testing.T) {
	for f := range event.Field(event.NumFields) {
		path := strings.Split(f.String(), ".")
		in := `{"eventName":"x","eventSource":"y"}`
		switch {
		case len(path) == 2:
			in = `{"eventName":"x","eventSource":"y","userIdentity":{"` + path[1] + `":"value"}}`
		case path[0] == "eventName" || path[0] == "eventSource":
			in = strings.Replace(in, path[0]+`":"`, path[0]+`":"value`, 1)
		default:
			in = `{"eventName":"x","eventSource":"y","` + path[0] + `":"value"}`
		}
		text, exact := raw(t, in).Field(f)
		if !strings.HasPrefix(strings.TrimPrefix(string(text), `"`), "value") || !exact {
			t.Errorf("%v is %q, %t, in %s", f, text, exact, in)
		}
		if e := parse(t, in); f.Of(e) != string(text) {
			t.Errorf("%v is %q, decoded %q", f, text, f.Of(e))
		}
	}
}

// TestFieldAfterOthers reads records behind others whose members have similar names, in another
// order, many of them: what was learnt from those must not show.
func TestFieldAfterOthers(t *testing.T) {
	const base = `{"eventSource":"s3.amazonaws.com","eventName":"GetObject",`
	many := base
	for i := range 100 {
		many += fmt.Sprintf(`"member%d":%d,`, i, i)
	}
	records := []string{
		base + `"awsRegion":"a"}`,
		base + `"awsRegiom":"b","awsRegion":"a"}`,
		base + `"aws\u0052egion":"b"}`,
		base + `"awsRegion" :"b"}`,
		base + `"awsRegion":"a","awsRegion":"b"}`,
		base + `"recipientAccountIds":"b","recipientAccountId":"a"}`,
		base + `"recipientAccountId":"a","recipientAccountIds":"b"}`,
		base + `"sessionCredentialFromConsole":"true","awsRegion":"a","errorCode":"b"}`,
		base + `"sessionCredentialFromConsole2":"true","errorCode":"b","awsRegion":"a"}`,
		base + `"userIdentity":{"arn":"a","type":"Root"},"type":"b","arn":"b","errorCode":"a"}`,
		base + `"userIdentity":{"type":"Root","errorCode":"b","arn":"a"},"arn":"b"}`,
		`{"awsRegion":"a","eventName":"x","eventSource":"y"}`,
		typical,
		many + `"awsRegion":"a","errorMessage":"a"}`,
		strings.Replace(many, `"eventSource"`, `"userAgent":"a","eventSource"`, 1) + `"errorCode":"a","":""}`,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		n := 0
		for r, err := range event.RawRecords(strings.NewReader(`{"Records":[` + strings.Join(records, ",") + `]}`)) {
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Bytes) != records[n] {
				t.Fatalf("record %d is %s, want %s", n, r.Bytes, records[n])
			}
			n++
			e, err := r.Decode()
			if err != nil {
				t.Fatal(err)
			}
			checkSkim(t, r, e)
		}
		if n != len(records) {
			t.Fatalf("%d records", n)
		}
	}
}

// FuzzSkim compares what reading finds without decoding with what decoding gives, on
// anything that is read as a record.
func FuzzSkim(f *testing.F) {
	for _, s := range []string{
		typical, synth("e-1"), logFile("e-1", "e-2"), `{"eventName":"x","eventSource":"y","userIdentity":{"type":"a","arn":"b","a\u0052n":1},"errorCode":"\ud83d"}`,
		`{"eventName":"x","eventName":"z","eventSource":"y"}`, `{"event\u004eame":"x","eventSource":"y","userIdentity":{},"userIdentity":{"type":1}}`,
		"{\"eventName\":\"x\",\"eventSource\":\"\xff\"}", `{"eventName":5,"eventSource":["y"]}`, `{"eventType":"AwsCloudTrailInsight"}`,
		`{"detail-type":"x","detail":` + synth("e-1") + `}`, `[{"eventName":"x","eventSource":"aws:y","eventType":"AwsCloudTrailInsight"}]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for r, err := range event.RawRecords(strings.NewReader(string(data))) {
			if err != nil {
				continue
			}
			e, err := event.Parse(r.Bytes)
			if err != nil {
				t.Fatalf("given as a record, but %v: %s", err, r.Bytes)
			}
			checkSkim(t, r, e)
		}
		// What Parse takes for a record, alone in an input, must not be lost.
		if _, err := event.Parse(data); err == nil {
			steps := 0
			for range event.RawRecords(strings.NewReader(string(data))) {
				steps++
			}
			if steps != 1 {
				t.Errorf("%d steps for one record", steps)
			}
		}
	})
}

// FuzzRecords puts junk between and behind good records, and reads it in small pieces, too.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{
		"", "junk", "{", "[", `"`, `{"a":[`, `{"a":`, `{"Records":[`, "]}", `{"logEvents":[{"message":"{"}`, "\x1f\x8b\x08", "{\"a\":\"", `[{"a":1},`, `{"a":1,`, `\`, "\xef\xbb\xbf",
		`{"eventName":"x","eventSource":"y"`, strings.Repeat("[", 13), "1e\xe9\xd9\r1", strings.Repeat("[", 200), strings.Repeat(`{"a":`, 200), `{"awslogs":{"data":"H4sI"}}`, `{"Records":[],"a":`, "CloudTrail validation message.",
		`{"Records":[],"x":{"y":[`, `1e`, `tru`, `-`, "{\"eventSource\":\"\\u00", `"{`, "{\n", gzipped(synth("e-3")), quoted(synth("e-4")),
	} {
		f.Add([]byte(s), uint16(0))
		f.Add([]byte(s), uint16(1200))
	}
	one, two, three := synth("e-1"), synth("e-2"), synth("e-3")
	f.Fuzz(func(t *testing.T, junk []byte, limit uint16) {
		// Junk that closes what it opens may hold a record within itself, as a member of
		// something else; that one is then not a record of the input.
		in := one + "\n" + string(junk) + "\n" + two + "\n" + three
		found := map[string]bool{}
		for r, err := range event.RawRecords(strings.NewReader(in)) {
			if err == nil {
				found[string(r.Bytes)] = true
			}
		}
		for _, want := range []string{one, two, three} {
			if !found[want] {
				t.Errorf("lost %s\nin %q", want[len(want)-20:], junk)
			}
		}

		// Any input: every step tells something, within the limits, and small reads change nothing.
		opts := []event.ReadOption{event.MaxInflatedBytes(1 << 20), event.MaxNesting(10)}
		if limit > 0 {
			opts = append(opts, event.MaxRecordBytes(int(limit)))
		}
		in = string(junk) + "," + one
		whole := outline(t, strings.NewReader(in), opts...)
		if len(whole) == 0 {
			t.Error("nothing was reported")
		}
		pieces := outline(t, &smallReader{in: in, n: 1 + len(junk)%7}, opts...)
		if strings.Join(whole, "\n") != strings.Join(pieces, "\n") {
			t.Errorf("in pieces of %d:\n%q\nwhole:\n%q", 1+len(junk)%7, pieces, whole)
		}
		for r, err := range event.RawRecords(strings.NewReader(in), opts...) {
			if err == nil && limit > 0 && len(r.Bytes) > int(limit) {
				t.Errorf("a record of %d bytes, above the limit %d", len(r.Bytes), limit)
			}
		}
	})
}
