package jsonscan_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// FuzzWalk compares the walks that trust their text with those that check it.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{`{}`, ` { "a" : 1 , "b":[1,2,{"c":"}"}] , "":null } `, `{"a\"b":"\\\"","c":{"d":{}},"e":-1.5e3}`, `[1,"2",[3],{"4":5},true,null]`, `{"a":"0123456789\\","b":"]"}`, `[]`, `[ ]`, `{"a`, `x`, `[1 ,2 ]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		i := jsonscan.Space(b, 0)
		if end, err := jsonscan.Value(b, i, math.MaxInt); err != nil || jsonscan.Space(b, end) < len(b) {
			t.Skip()
		}
		type pair struct{ Name, Value string }
		var got, want []pair
		jsonscan.Walk(b, func(name string, value []byte) { got = append(got, pair{name, string(value)}) })
		jsonscan.WalkElements(b, func(value []byte) { got = append(got, pair{"", string(value)}) })
		switch b[i] {
		case '{':
			if err := jsonscan.Members(b, func(name string, value []byte) error {
				want = append(want, pair{name, string(value)})
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		case '[':
			if err := jsonscan.Elements(b, func(value []byte) error {
				want = append(want, pair{"", string(value)})
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -checked +trusting\n%s", b, diff)
		}
	})
}
