package event_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/event"
)

// FuzzParse parses the input as a record and, alone and inside a record, as a
// document. Nothing may panic, and encoding/json must agree with what is read.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		typical, everyField, mixed, with(``), with(`"requestParameters":{"a":[1,2.5,"x",null,true]}`), `null`, `[]`, `{"a":`, `"\ud83d\ude00"`,
		`"\ud83d"`, "\"\xff\xfe\"", "{\"\xff\":1,\"\xfe\":2}", `[9223372036854775808,-9223372036854775808,1e400,612.0,-0,0.1,1E+2,1.0e1,123456789012345678]`,
		`{"a":1,"a":2}`, `"\\ud83d"`, `{"k.e:y/":{"":0}}`, strings.Repeat("[", 100) + strings.Repeat("]", 100), `{"$":{"@":[1]}}`,
		with(`"resources":[{"ARN":1},"x",null,[]]`), with(`"errorCode":[1],"errorCode":"x"`), with(`"userIdentity":{"sessionContext":{"sessionIssuer":[]}}`),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := event.Parse(data)
		if err == nil {
			checkEvent(t, e, data)
		} else if e != nil {
			t.Errorf("an event beside the error %v", err)
		} else if json.Valid(data) && !errors.Is(err, event.ErrNotRecord) && !errors.Is(err, event.ErrTooDeep) {
			t.Errorf("%q is JSON, but: %v", data, err)
		}
		checkDoc(t, event.NewDoc(data), data)
		if json.Valid(data) {
			record := with(`"requestParameters":` + string(data))
			e, err := event.Parse([]byte(record))
			if errors.Is(err, event.ErrTooDeep) {
				return
			} else if err != nil {
				t.Fatalf("Parse(%q): %v", record, err)
			}
			checkEvent(t, e, []byte(record))
			checkDoc(t, e.RequestParameters, data)
		}
	})
}

func checkEvent(t *testing.T, e *event.Event, record []byte) {
	t.Helper()
	if !json.Valid(record) {
		t.Errorf("%q is taken for JSON", record)
	}
	if !bytes.Equal(e.Raw(), record) {
		t.Errorf("Raw is %q, not %q", e.Raw(), record)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(record, &members); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"eventName": e.EventName, "eventSource": e.EventSource, "errorCode": e.ErrorCode, "userAgent": e.UserAgent, "eventTime": e.EventTimeText} {
		var want string
		if json.Unmarshal(members[name], &want) == nil && got != want {
			t.Errorf("%s is %q, encoding/json reads %q", name, got, want)
		}
	}
	for name := range e.Extra {
		if _, ok := members[name]; !ok {
			t.Errorf("Extra has %q, which the record has not", name)
		}
	}
	e.Actor()
	e.AccountID()
	e.Source()
	if o := e.Outcome(); o != event.Success && o != event.Failure {
		t.Errorf("outcome %q", o)
	}
	if b, err := e.MarshalJSON(); err != nil || !bytes.Equal(b, record) {
		t.Errorf("MarshalJSON: %q, %v", b, err)
	}
	for _, d := range []event.Doc{e.RequestParameters, e.ResponseElements, e.AdditionalEventData, e.ServiceEventDetails, e.EdgeDeviceDetails, e.InsightDetails, e.EventContext} {
		if d.Kind() != event.KindAbsent {
			checkDoc(t, d, d.JSON())
		}
	}
}

func checkDoc(t *testing.T, d event.Doc, raw []byte) {
	t.Helper()
	if d.Kind() == event.KindAbsent {
		if json.Valid(raw) && bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("{")) <= 100 {
			t.Errorf("%q is no document", raw)
		}
		if diff := cmp.Diff(answers{}, ask(d)); diff != "" {
			t.Errorf("an absent document answers:\n%s", diff)
		}
		return
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var want any
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%q is a document, but: %v", raw, err)
	}
	// Not cmp.Diff: its effort doubles with each level of nesting.
	if want = typed(want); !reflect.DeepEqual(want, d.Value()) {
		t.Errorf("Value of %q is\n%#v, encoding/json reads\n%#v", raw, d.Value(), want)
	}
	checkParts(t, d)
	for _, path := range []string{"$", "$..*", "$.*", "$[0]", "$[-1]", "$[?(@.a == 1)]", "$..[?(@.a == 1)]", "$..a", "$[0:2]"} {
		if _, err := d.Query(path); err != nil {
			t.Errorf("Query(%q) of %q: %v", path, raw, err)
		}
	}
}

// checkParts asks every part of d everything.
func checkParts(t *testing.T, d event.Doc) {
	a := ask(d)
	if a.NumOK && (math.IsNaN(a.Num) || math.IsInf(a.Num, 0)) {
		t.Errorf("Num of %s is %v", d.JSON(), a.Num)
	}
	if a.IntOK && !a.NumOK {
		t.Errorf("%s is an integer but no number", d.JSON())
	}
	if !json.Valid(d.JSON()) {
		t.Errorf("JSON is %q", d.JSON())
	}
	if again := event.NewDoc(d.JSON()); again.Kind() != a.Kind {
		t.Errorf("%v becomes %v through %q", a.Kind, again.Kind(), d.JSON())
	}
	for _, k := range d.Keys() {
		checkParts(t, d.Get(k))
	}
	if d.Kind() == event.KindList {
		for i := range d.Len() {
			if !reflect.DeepEqual(d.At(i).Value(), d.Get(strconv.Itoa(i)).Value()) {
				t.Errorf("At(%d) and Get of %s differ", i, d.JSON())
			}
			checkParts(t, d.At(i))
		}
	}
}

// typed gives the numbers of a tree the types that Doc.Value promises.
func typed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = typed(v[k])
		}
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return i
		}
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") {
			return f
		}
	}
	return v
}
