package jsonpath_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/jsonpath"
)

func TestFind(t *testing.T) {
	const doc = `{"b":{"x":1},"a":{"x":2},"list":[{"x":3},{"x":4,"y":"z"},"s",null],"top":"z"}`
	for _, c := range []struct {
		path string
		want string // as JSON; "" is nothing
	}{
		{"$.a.x", "[2]"},
		{"$.*.x", "[2,1]"}, // members by name, whatever the order of the map
		{"$..x", "[2,1,3,4]"},
		{"$.list[*].x", "[3,4]"},
		{"$.list[?(@.y == 'z')].x", "[4]"},
		{"$.list[?(@.y == $.top)].x", "[4]"},
		{"$.list[-2]", `["s"]`},
		{"$.missing.x", ""},
		{"$", "[" + doc + "]"},
	} {
		t.Run(c.path, func(t *testing.T) {
			p, err := jsonpath.Parse(c.path)
			if err != nil {
				t.Fatal(err)
			}
			for range 20 { // a map's order differs each time
				got, err := p.Find(decode(t, doc))
				if err != nil {
					t.Fatal(err)
				}
				var want any
				if c.want != "" {
					want = decode(t, c.want)
				}
				if diff := cmp.Diff(want, list(got)); diff != "" {
					t.Fatalf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

func TestFind_scalars(t *testing.T) {
	for _, tree := range []any{nil, "s", true, 1.5, json.Number("18446744073709551616")} {
		for path, want := range map[string]int{"$": 1, "@": 1, "$.a": 0, "$[0]": 0, "$..a": 0, "$[?(@.a == 1)]": 0} {
			p, err := jsonpath.Parse(path)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.Find(tree); err != nil || len(got) != want {
				t.Errorf("%s of %v: got %v, %v, want %d parts", path, tree, got, err, want)
			}
		}
	}
}

func TestParse_error(t *testing.T) {
	for _, path := range []string{"$[", "$.a[?(", "$['a"} {
		if _, err := jsonpath.Parse(path); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func decode(t *testing.T, s string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func list(l []any) any {
	if l == nil {
		return nil
	}
	return any(l)
}
