package ruleset

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
	"github.com/trailsift/trailsift/internal/glob"
	"github.com/trailsift/trailsift/rule"
)

// obvious evaluates every rule of the set over ev, one after the other, without the index and
// without what it proved.
func obvious(s *Set, ev *event.Event) []string {
	var ids []string
	var f celenv.Frame
	f.Reset(ev)
	for _, c := range s.rules {
		m := c.def.Match
		if !anyGlob(m.Source, ev.EventSource) || !anyGlob(m.Event, ev.EventName) && !datedLambda(m, ev) {
			continue
		}
		plain := compiled{def: c.def, parts: c.parts} // which has no index to rely on
		var out verdict
		plain.judge(nil, &f, ev, &out)
		for _, f := range out.Findings {
			ids = append(ids, f.Rule)
		}
	}
	return ids
}

func anyGlob(patterns []string, s string) bool {
	for _, p := range patterns {
		if glob.Match(p, s) {
			return true
		}
	}
	return len(patterns) == 0
}

// datedLambda reads the promise about Lambda's names another way than the index does.
func datedLambda(m rule.Match, ev *event.Event) bool {
	return len(m.Source) > 0 && anyGlob(m.Source, "lambda.amazonaws.com") && anyGlob(m.Event, celenv.Undated(ev.EventName))
}

// A writer makes rules and records over few words, so that they meet.
type writer struct{ *rand.Rand }

func (w writer) pick(s ...string) string { return s[w.IntN(len(s))] }

var (
	someSources = []string{"iam.amazonaws.com", "s3.amazonaws.com", "lambda.amazonaws.com", "x"}
	someNames   = []string{"CreateUser", "DeleteUser", "CreateFunction20150331", "CreateFunction", "ListBuckets", "Ünïcode \" name"}
	someTexts   = []string{"", "AccessDenied", "Client.UnauthorizedOperation", "aws-cli/2", "Boto3", "198.51.100.7", "us-east-1", "AwsApiCall", "Root", "IAMUser", "mira", "a"}
)

func (w writer) patterns(words []string) []string {
	var out []string
	for range w.IntN(3) {
		word := w.pick(words...)
		switch w.IntN(6) {
		case 0:
			word = "*"
		case 1:
			word = word[:w.IntN(len(word)+1)] + "*"
		case 2:
			word = "*" + word[w.IntN(len(word)+1):]
		}
		if !strings.ContainsAny(word, " \"") && word != "" && strings.ToValidUTF8(word, "?") == word {
			out = append(out, word)
		}
	}
	return out
}

func (w writer) atom() string {
	field := "event." + event.Field(w.IntN(int(event.NumFields))).String()
	words := someTexts
	switch field {
	case "event.eventSource":
		words = someSources
	case "event.eventName":
		words = someNames
	}
	text := func() string { return fmt.Sprintf("%q", w.pick(words...)) }
	part := func() string {
		s := []rune(w.pick(words...))
		i := w.IntN(len(s) + 1)
		return fmt.Sprintf("%q", string(s[i:i+w.IntN(len(s)-i+1)]))
	}
	if w.IntN(4) == 0 {
		doc := w.pick("event.requestParameters", "event.responseElements", "event.additionalEventData", "event.serviceEventDetails")
		path := doc + w.pick(".name", ".deep.name", "[\"name\"]", ".list[0]", ".deep", "")
		return w.pick(path+" == "+text(), "has("+doc+".deep.name)", "has("+doc+".name)", path+".startsWith("+part()+")", path+".endsWith("+part()+")",
			path+".contains("+part()+")", path+" in ["+text()+", "+text()+"]", path+" != "+text(), text()+" in "+path, path+".list().exists(x, x == "+text()+")",
			path+".bool()", path, path+" < 7", "1 >= "+path, path+" == "+field, path+".containsIgnoreCase("+part()+")", path+".glob([\"A*\"])", path+".matches(\"^[A-Mm]\")",
			doc+".list.exists(x, x == "+text()+")", doc+".list.all(x, x == "+text()+")", path+".equalsIgnoreCase("+text()+")", path+".startsWith("+field+")")
	}
	switch w.IntN(12) {
	case 0, 1, 2:
		return field + " == " + text()
	case 3:
		return field + " != " + text()
	case 4, 5:
		return field + " in [" + text() + ", " + text() + "]"
	case 6:
		return field + ".startsWith(" + part() + ")"
	case 7:
		return field + ".endsWith(" + part() + ")"
	case 8:
		return field + ".contains(" + part() + ")"
	case 9:
		return "has(" + field + ")"
	case 10:
		return w.pick(field+".glob([\"A*\", \"*m\", \"?oot\"])", field+".equalsIgnoreCase("+text()+")", field+".containsIgnoreCase("+part()+")", field+".matches(\"^[A-M]\")")
	}
	return w.pick("true", "false", "actor.isRoot", "has(event.requestParameters.a)", "event.requestParameters.a == 1", "event.readOnly")
}

func (w writer) condition(depth int) string {
	if depth == 0 {
		return w.atom()
	}
	switch w.IntN(6) {
	case 0, 1:
		return "(" + w.condition(depth-1) + " && " + w.condition(depth-1) + ")"
	case 2, 3:
		return "(" + w.condition(depth-1) + " || " + w.condition(depth-1) + ")"
	case 4:
		return "!(" + w.condition(depth-1) + ")"
	}
	return w.atom()
}

func (w writer) rules(n int) []*rule.Rule {
	var rules []*rule.Rule
	for i := range n {
		r := &rule.Rule{
			ID: fmt.Sprintf("r%d", i), Title: "t", Severity: rule.Low,
			Match: rule.Match{Source: w.patterns(someSources), Event: w.patterns(someNames), Outcome: []rule.Outcome{rule.Any, rule.Success, rule.Failure}[w.IntN(3)]},
			When:  w.condition(w.IntN(4)),
		}
		rules = append(rules, r)
	}
	return rules
}

func (w writer) record() []byte {
	text := func() any {
		if w.IntN(8) == 0 {
			return []any{nil, 5, true, []any{}, map[string]any{"eventName": "CreateUser"}}[w.IntN(5)]
		}
		return w.pick(someTexts...)
	}
	r := map[string]any{
		"eventVersion": "1.08", "eventType": "AwsApiCall", "eventID": fmt.Sprint(w.Uint64()),
		"eventSource": w.pick(someSources...), "eventName": w.pick(someNames...),
		"userIdentity": map[string]any{"type": text(), "arn": text(), "accountId": text(), "invokedBy": text(), "userName": text()},
	}
	for _, name := range []string{"errorCode", "errorMessage", "userAgent", "sourceIPAddress", "awsRegion", "recipientAccountId", "eventType", "readOnly", "requestParameters", "responseElements"} {
		if w.IntN(2) == 0 {
			r[name] = text()
		}
	}
	for _, name := range []string{"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"} {
		if w.IntN(2) == 0 {
			r[name] = map[string]any{"name": text(), "list": []any{text(), 1}, "deep": map[string]any{"name": text(), w.pick("x", "name"): nil}}
		}
	}
	if w.IntN(6) == 0 {
		r["requestParameters"] = map[string]any{"a": w.IntN(2), "eventName": "CreateUser", "eventSource": "s3.amazonaws.com"}
	}
	b, _ := json.Marshal(r)
	if w.IntN(6) == 0 { // and one inside a free-form member
		word := w.pick(someTexts...)
		b = bytes.Replace(b, []byte(`"`+word+`"`), []byte(`"`+escaped(word)+`"`), -1)
	}
	if w.IntN(8) == 0 { // an escape that means the same
		b = bytes.Replace(b, []byte(`"CreateUser"`), []byte(`"Create\u0055ser"`), 1)
	}
	if w.IntN(8) == 0 { // a duplicate: the last one counts
		b = append(b[:len(b)-1], []byte(`,"eventName":"`+w.pick("CreateUser", "ListBuckets")+`"}`)...)
	}
	return b
}

// escaped writes a text with an escape that JSON does not need.
func escaped(s string) string {
	if s == "" {
		return s
	}
	return fmt.Sprintf("\\u%04x", s[0]) + s[1:]
}

// checkIndex compares Eval and Scan with the obvious way over one record.
func checkIndex(t *testing.T, s *Set, record []byte) {
	t.Helper()
	ev, err := event.Parse(record)
	if err != nil {
		return
	}
	want := obvious(s, ev)
	result, err := s.Eval(context.Background(), ev)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ids(result)); diff != "" {
		t.Fatalf("Eval misses or adds findings (-obvious +Eval):\n%s\nrecord %s\n%s", diff, record, describe(s))
	}
	var scanned []string
	for result, err := range s.Scan(context.Background(), bytes.NewReader(record)) {
		if err != nil {
			t.Fatalf("%v\n%s", err, record)
		}
		scanned = append(scanned, ids(result)...)
	}
	if diff := cmp.Diff(want, scanned); diff != "" {
		t.Fatalf("Scan misses or adds findings (-obvious +Scan):\n%s\nrecord %s\n%s", diff, record, describe(s))
	}
}

func ids(r Result) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Rule)
	}
	return out
}

func describe(s *Set) string {
	var b strings.Builder
	for _, c := range s.rules {
		fmt.Fprintf(&b, "%s: %+v when %s\n", c.def.ID, c.def.Match, c.def.When)
	}
	return b.String()
}

// TestIndexEqualsFullEvaluation proves the index on generated rules and records.
func TestIndexEqualsFullEvaluation(t *testing.T) {
	sets := 60
	if testing.Short() {
		sets = 10
	}
	matched := 0
	for i := range sets {
		w := writer{rand.New(rand.NewPCG(7, uint64(i)))}
		s, err := Compile(w.rules(40))
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			checkIndex(t, s, w.record())
		}
		for _, st := range s.Stats() {
			matched += int(st.Matched)
		}
	}
	if matched < sets*100 {
		t.Errorf("only %d matches: the comparison is thin", matched)
	}
}

// FuzzIndex does the same over records that the fuzzer writes.
func FuzzIndex(f *testing.F) {
	for i := range 20 {
		w := writer{rand.New(rand.NewPCG(3, uint64(i)))}
		f.Add(uint64(i), w.record())
	}
	f.Add(uint64(1), []byte(`{"eventName":"CreateUser","requestParameters":{"eventName":"x","s":"\",\"eventName\":\"ListBuckets"},"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`))
	f.Fuzz(func(t *testing.T, seed uint64, record []byte) {
		w := writer{rand.New(rand.NewPCG(seed%64, 1))}
		s, err := Compile(w.rules(6))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(record, []byte{0x1f, 0x8b}) {
			t.Skip("a gzip stream is read, not parsed")
		}
		ev, err := event.Parse(record)
		if err != nil || len(ev.Raw()) != len(record) {
			t.Skip()
		}
		checkIndex(t, s, record)
	})
}

// A text with a NUL is not taken for two.
func TestIndex_textsWithNUL(t *testing.T) {
	set, err := Compile([]*rule.Rule{{ID: "named", Title: "Named", Severity: rule.Low, When: `event.eventSource == "a" && event.eventName == "b\x00c"`}})
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][2]string{{"a\x00b", "c"}, {"a", "b\x00c"}} {
		ev := &event.Event{EventSource: names[0], EventName: names[1]}
		result, err := set.Eval(t.Context(), ev)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(result.Findings), strings.Count(names[1], "b"); got != want {
			t.Errorf("%q: %d findings, want %d", names, got, want)
		}
	}
}
