package rule_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsift/trailsift/rule"
)

// tunings is testdata/tunings.yaml written in Go.
func tunings() []rule.Tuning {
	yes, no := true, false
	return []rule.Tuning{
		{
			Target:     rule.Target{IDs: []string{"iam-policy-changed"}},
			ForVersion: 2,
			Reason:     "Terraform changes policies all day.",
			Enabled:    &yes,
			Shadow:     &no,
			Severity:   rule.Low,
			Params: map[string]any{
				"least": int64(14), "ratio": 0.5, "strict": true, "region": "us-east-1", "regions": []any{"us-east-1", "eu-west-1"},
			},
			Lists: map[string][]string{"policy-maintainers": {"terraform-apply", "12"}, "nobody": nil},
			Exceptions: []rule.Exception{
				{
					Name: "night-shift", When: `actor.name == "night"`, Reason: "They are meant to.", Owner: "platform team",
					Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
				},
				{Name: "for-ever", When: "actor.isRoot", Reason: "It is known.", Owner: "ops"},
			},
		},
		{
			Target: rule.Target{
				Tags: []string{"iam", "root"}, Services: []string{"s3"}, Attack: []string{"TA0003", "T1098"}, Sources: []string{"falco"},
			},
			Enabled: &no,
		},
	}
}

func TestParseTunings_sameAsGo(t *testing.T) {
	got, err := rule.ParseTunings("tunings.yaml", read(t, "tunings.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := tunings()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rule.Tuning{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-go +yaml):\n%s", diff)
	}
	for i := range want {
		if err := want[i].Validate(); err != nil {
			t.Errorf("tuning %d built in Go: %v", i, err)
		}
		if err := got[i].Validate(); err != nil {
			t.Errorf("tuning %d read from YAML: %v", i, err)
		}
	}
}

// Every error of the file is there at once, each in its place, with what was meant where that can be guessed.
func TestParseTunings_errors(t *testing.T) {
	got, err := rule.ParseTunings("tunings-broken.yaml", read(t, "tunings-broken.yaml"))
	if err == nil || got != nil {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, e := range rule.Errors(err) {
		if e.File == "" || e.Line == 0 || e.Column == 0 || e.Err == nil {
			t.Errorf("without a place or a cause: %#v", e)
		}
	}
	golden := filepath.Join("testdata", "tunings-broken.golden")
	text := err.Error() + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, "tunings-broken.golden")), text); diff != "" {
		t.Errorf("(-want +got, write anew with -update):\n%s", diff)
	}
}

func TestParseTunings_oddFiles(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", "x.yaml:1:1: the file is empty"},
		{"list", "- target: {id: a}\n", "x.yaml:1:1: a mapping is expected, not a list"},
		{"misspelt", "tuning: []\n", `x.yaml:1:1: tuning: unknown key (did you mean "tunings"?)`},
		{"mapping", "tunings: {id: a}\n", "x.yaml:1:10: tunings: a list is expected, not a mapping"},
		{"not yaml", "tunings: [\n", "x.yaml:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rule.ParseTunings("x.yaml", []byte(c.in))
			if errs := rule.Errors(err); len(errs) == 0 || !strings.HasPrefix(errs[0].Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	for name, in := range map[string]string{"no tunings": "tunings: []\n", "nothing at all": "tunings:\n"} {
		t.Run(name, func(t *testing.T) {
			if got, err := rule.ParseTunings("x.yaml", []byte(in)); err != nil || len(got) != 0 {
				t.Errorf("got %v, %v; want none", got, err)
			}
		})
	}
}

func TestTuning_Validate(t *testing.T) {
	on := true
	target := rule.Target{IDs: []string{"a"}}
	whole := rule.Exception{Name: "n", When: "true", Reason: "r", Owner: "o"}
	for _, c := range []struct {
		name   string
		tuning rule.Tuning
		want   []string // the fields that are wrong
	}{
		{"on", rule.Tuning{Target: target, Enabled: &on}, nil},
		{"a list of nothing", rule.Tuning{Target: target, Lists: map[string][]string{"l": nil}}, nil},
		{"an exception", rule.Tuning{Target: target, Exceptions: []rule.Exception{whole}}, nil},
		{"no target", rule.Tuning{Enabled: &on}, []string{"target"}},
		{"an empty target", rule.Tuning{Target: rule.Target{IDs: []string{}}, Enabled: &on}, []string{"target"}},
		{"no change", rule.Tuning{Target: target, ForVersion: 1, Reason: "r"}, []string{""}},
		{"no such severity", rule.Tuning{Target: target, Severity: 77}, []string{"severity"}},
		{"an exception without a name", rule.Tuning{Target: target, Exceptions: []rule.Exception{{When: "true", Reason: "r", Owner: "o"}}}, []string{"exceptions[0].name"}},
		{"an exception without an owner", rule.Tuning{Target: target, Exceptions: []rule.Exception{whole, {Name: "n", When: "true", Reason: "r"}}}, []string{"exceptions[1].owner"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, e := range rule.Errors(c.tuning.Validate()) {
				got = append(got, e.Field)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTuning_Problem(t *testing.T) {
	cause := errors.New("it is wrong")
	read, err := rule.ParseTunings("tunings.yaml", read(t, "tunings.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		tuning rule.Tuning
		field  string
		want   string
	}{
		{"in a file", read[0], "exceptions[0].when", "tunings.yaml:14:15: tunings[0].exceptions[0].when: it is wrong (did you mean \"x\"?)"},
		{"of the second", read[1], "target.service", "tunings.yaml:21:16: tunings[1].target.service: it is wrong (did you mean \"x\"?)"},
		{"of what the file lacks", read[1], "severity", "tunings.yaml:19:5: tunings[1].severity: it is wrong (did you mean \"x\"?)"},
		{"built in Go", tunings()[0], "severity", "severity: it is wrong (did you mean \"x\"?)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.tuning.Problem(c.field, "x", cause)
			if got.Error() != c.want || !errors.Is(got, cause) {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// FuzzParseTunings: no file makes it panic, and what it takes is whole.
func FuzzParseTunings(f *testing.F) {
	for _, name := range []string{"tunings.yaml", "tunings-broken.yaml"} {
		f.Add(read(f, name))
	}
	for _, s := range []string{"", "tunings:\n", "tunings: [&a {target: *a}]\n", "tunings: [{target: {id: a}, params: {<<: {a: 1}}}]", "tunings: [{target: {id: a}, lists: {\"\": [~]}}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := rule.ParseTunings("f.yaml", data)
		if err != nil {
			if len(got) > 0 {
				t.Error("tunings beside an error")
			}
			for _, e := range rule.Errors(err) {
				if e.File != "f.yaml" || e.Line < 1 || e.Column < 1 {
					t.Errorf("no place: %#v", e)
				}
			}
			return
		}
		for i := range got {
			if err := got[i].Validate(); err != nil {
				t.Errorf("tuning %d is read and not valid: %v", i, err)
			}
			if e := got[i].Problem("params.a", "", errors.New("x")); e.Line < 1 || e.Column < 1 {
				t.Errorf("no place: %#v", e)
			}
		}
	})
}
