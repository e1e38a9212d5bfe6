package event_test

import (
	"testing"

	"github.com/trailsift/trailsift/event"
)

func TestDoc_Peek(t *testing.T) {
	const raw = `{"a":"x","b":{"c":true,"c":"last","d":[1],"e":null,"f":12},"list":["x"],"\u0061\ud83d\ude00":false,"bad":"\ud83d"}`
	for _, tt := range []struct {
		path []string
		kind event.Kind
		text string
	}{
		{nil, event.KindObject, ""},
		{[]string{"a"}, event.KindText, "x"},
		{[]string{"a", "b"}, event.KindAbsent, ""},
		{[]string{"b", "c"}, event.KindText, "last"},
		{[]string{"b", "d"}, event.KindList, ""},
		{[]string{"b", "e"}, event.KindNull, ""},
		{[]string{"b", "f"}, event.KindNumber, ""},
		{[]string{"b", "g"}, event.KindAbsent, ""},
		{[]string{"list", "0"}, event.KindAbsent, ""},
		{[]string{"a😀"}, event.KindBool, "false"},
		{[]string{"bad"}, event.KindText, "\ufffd"},
	} {
		read := event.NewDoc([]byte(raw))
		part := event.NewDoc([]byte(`{"outer":` + raw + `}`)).Get("outer")
		for name, d := range map[string]event.Doc{"read": read, "part": part} {
			for i := range 12 { // parsed at some time
				if kind, text := d.Peek(tt.path...); kind != tt.kind || text != tt.text {
					t.Fatalf("%s, time %d: Peek(%q) = %v, %q, want %v, %q", name, i, tt.path, kind, text, tt.kind, tt.text)
				}
			}
		}
	}
	if kind, text := (event.Doc{}).Peek("a"); kind != event.KindAbsent || text != "" {
		t.Errorf("absent: %v, %q", kind, text)
	}
}

// Peek tells what Get finds, where no list is on the way.
func FuzzPeek(f *testing.F) {
	f.Add([]byte(`{"a":{"b":"x"},"a":{"b":true}}`), "a", "b")
	f.Add([]byte(`{"a":{"b":1.50}}`), "a", "b")
	f.Add([]byte(`{"\u0061":{"b":"\ud83d"}}`), "a", "b")
	f.Fuzz(func(t *testing.T, raw []byte, outer, inner string) {
		d := event.NewDoc(raw)
		for _, path := range [][]string{{}, {outer}, {outer, inner}} {
			if len(path) > 0 && d.Get(path[:len(path)-1]...).Kind() == event.KindList {
				continue
			}
			want := d.Get(path...)
			kind, text := d.Peek(path...)
			if kind != want.Kind() {
				t.Fatalf("Peek(%q) of %q is %v, want %v", path, raw, kind, want.Kind())
			}
			switch kind {
			case event.KindText, event.KindBool:
				if text != want.Str() {
					t.Fatalf("Peek(%q) of %q says %q, want %q", path, raw, text, want.Str())
				}
			default:
				if text != "" {
					t.Fatalf("Peek(%q) of %q says %q", path, raw, text)
				}
			}
		}
	})
}
