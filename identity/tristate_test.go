package identity_test

import (
	"encoding/json"
	"testing"

	"github.com/trailsift/trailsift/identity"
)

func TestParseTristate(t *testing.T) {
	for want, inputs := range map[identity.Tristate][]string{
		identity.Yes:     {`true`, ` true `, `"true"`, `"True"`, `"TRUE"`, `"yes"`, `"Yes"`, `"YES"`, `"1"`, `1`, `1.0`, `" true "`, `"\u0074rue"`},
		identity.No:      {`false`, `"false"`, `"False"`, `"no"`, `"No"`, `"0"`, `0`, `0.0`, `-0`},
		identity.Unknown: {`null`, `""`, `"maybe"`, `2`, `-1`, `0.5`, `"NaN"`, `{}`, `[true]`, `"`, ``, `tru`, `true false`, `True`, `1e999`},
	} {
		for _, in := range inputs {
			if got := identity.ParseTristate([]byte(in)); got != want {
				t.Errorf("ParseTristate(%s) = %v, want %v", in, got, want)
			}
		}
	}
}

func TestTristate(t *testing.T) {
	for _, tt := range []struct {
		t           identity.Tristate
		true, known bool
		text, json  string
	}{
		{identity.Unknown, false, false, "unknown", "null"},
		{identity.No, false, true, "no", "false"},
		{identity.Yes, true, true, "yes", "true"},
		{identity.Tristate(7), false, false, "unknown", "null"},
	} {
		if tt.t.True() != tt.true || tt.t.Known() != tt.known || tt.t.String() != tt.text {
			t.Errorf("%d: True %v, Known %v, String %q", tt.t, tt.t.True(), tt.t.Known(), tt.t)
		}
		out, err := json.Marshal(tt.t)
		if err != nil || string(out) != tt.json {
			t.Errorf("%d: MarshalJSON %s, %v, want %s", tt.t, out, err, tt.json)
		}
		back := identity.Yes
		if err := json.Unmarshal(out, &back); err != nil || back.String() != tt.text {
			t.Errorf("%s: UnmarshalJSON %v, %v", out, back, err)
		}
	}
}
