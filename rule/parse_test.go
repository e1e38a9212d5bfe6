package rule_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/trailsift/trailsift/rule"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// completes are the files of testdata/complete, each written in Go as well.
func completes() map[string]*rule.Rule {
	return map[string]*rule.Rule{
		"match.yaml": complete(), "aggregate.yaml": completeAggregate(), "sequence.yaml": completeSequence(),
		"new-terms.yaml": completeNewTerms(), "anomaly.yaml": completeAnomaly(), "anomaly-high.yaml": completeAnomalyHigh(),
	}
}

// complete is testdata/complete/match.yaml.
func complete() *rule.Rule {
	return &rule.Rule{
		ID:          "root-access-key-created",
		Title:       "Access key created for the root user",
		Description: "The root user was given a long-term access key. Whoever holds it owns the account.",
		Severity:    rule.Critical,
		Risk:        99,
		Version:     2,
		Disabled:    true,
		Tags:        []string{"iam", "root"},
		Attack:      []rule.Attack{{Tactic: "TA0003", Technique: "T1098.001"}},
		References:  []string{"https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html"},
		Sources:     []string{"example:Root Key"},
		Match: rule.Match{
			Source:  []string{"iam.amazonaws.com"},
			Event:   []string{"CreateAccessKey", "CreateAccess*"},
			Outcome: rule.Success,
		},
		When:    "actor.isRoot\n  && !has(event.requestParameters.userName)",
		Message: "Root key {event.responseElements.accessKey.accessKeyId} by {actor.id}",
		GroupBy: []string{"actor.id", "event.awsRegion"},
		Needs:   []string{"asn", "staff"},
		Dedup:   "params.quiet",
		Params: map[string]rule.Param{
			"quiet": {Type: rule.DurationParam, Description: "For how long matches are one finding.", Default: "1d12h"},
		},
		Active: &rule.Active{Outside: "business-hours"},
		Schedules: map[string]rule.Schedule{"business-hours": {
			TimeZone: "Europe/London",
			Windows:  []string{"Mon-Fri 09:00-18:00"},
			Holidays: []string{"2026-01-01"},
		}},
		Lists: map[string]rule.List{"maintainers": {Description: "Role names.", Default: []string{"ops", "12"}}},
		Exceptions: []rule.Exception{{
			Name:    "maintenance",
			When:    `actor.kind == "role"`,
			Reason:  "Runs at night.",
			Owner:   "platform team",
			Expires: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
		FalsePositives: []string{"Initial account set-up."},
		Investigate:    []string{"Who held the root session?"},
		Respond:        []string{"Delete the key."},
		Tests: []rule.Test{
			{
				Name: "root creates a key for itself",
				Event: rule.Record{
					Base:  "root-call",
					Unset: []string{"requestParameters.userName"},
					Set: map[string]any{
						"eventName": "CreateAccessKey", "requestParameters": nil, "n": int64(210987654321), "list": []any{true, 1.5},
					},
				},
				Match:     true,
				Message:   "exact",
				Lists:     map[string][]string{"maintainers": {"x"}},
				Schedules: map[string]rule.Schedule{"business-hours": {Windows: []string{"Mon 00:00-24:00"}}},
			},
			{
				Name:  "another call",
				Event: rule.Record{Whole: map[string]any{"eventVersion": "1.11", "eventTime": "2026-01-05T09:15:00Z", "eventName": "GetUser"}},
			},
			{
				Name:  "a key, and its use",
				Clock: time.Date(2026, 1, 5, 8, 15, 0, 0, time.UTC),
				Events: []rule.Record{
					{Base: "root-call", Set: map[string]any{"eventName": "CreateAccessKey"}},
					{File: "events/use.json", Unset: []string{"errorCode"}, Set: map[string]any{"eventName": "ListUsers"}, At: 90 * time.Minute},
					{Whole: map[string]any{"eventVersion": "1.11", "eventName": "GetUser"}, At: -5 * time.Minute},
					{Base: "user-call", Set: map[string]any{"eventName": "List{n}"}, Repeat: 3, Every: 10 * time.Second, At: 7 * 24 * time.Hour},
				},
				Lookups: map[string]rule.Answers{"asn": {"198.51.100.7": {"number": int64(64500), "org": "Example"}}, "staff": {}},
				Match:   true,
				Want: []rule.Want{
					{
						Rule: "root-access-key-created", Message: "exact", Severity: rule.Critical, Actor: "root@210987654321",
						Group: map[string]string{"actor.id": "root@210987654321", "event.awsRegion": ""},
					},
					{},
				},
				Params:  map[string]any{"quiet": "2h"},
				Unusual: true,
			},
			{Name: "nothing is found", Event: rule.Record{File: "events/use.json"}, Want: []rule.Want{}},
		},
	}
}

func TestParse_sameAsGo(t *testing.T) {
	for name, want := range completes() {
		t.Run(name, func(t *testing.T) {
			got, err := rule.Parse(name, read(t, "complete/"+name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(rule.Rule{})); diff != "" {
				t.Errorf("(-go +yaml):\n%s", diff)
			}
			if err := want.Validate(); err != nil {
				t.Errorf("built in Go: %v", err)
			}
			if err := got.Validate(); err != nil {
				t.Errorf("read from YAML: %v", err)
			}
		})
	}
}

// The listing of all that is wrong with a file is what whoever wrote it works from.
func TestParse_errors(t *testing.T) {
	for _, name := range []string{
		"broken", "syntax", "missing",
		"memory/memory", "memory/aggregate", "memory/let", "memory/having", "memory/event-in-having", "memory/sequence", "memory/steps", "memory/new-terms", "memory/anomaly", "memory/buckets", "memory/few-buckets",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := rule.Parse(filepath.Base(name)+".yaml", read(t, name+".yaml"))
			if err == nil || r != nil {
				t.Fatalf("got %v, %v", r, err)
			}
			for _, e := range rule.Errors(err) {
				if e.File == "" || e.Line == 0 || e.Column == 0 || e.Err == nil {
					t.Errorf("without a place or a cause: %#v", e)
				}
			}
			golden := filepath.Join("testdata", name+".golden")
			got := err.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, name+".golden")), got); diff != "" {
				t.Errorf("(-want +got, write anew with -update):\n%s", diff)
			}
		})
	}
}

func TestParse_oddFiles(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "x.yaml:1:1: the file is empty"},
		{"null", "~\n", "x.yaml:1:1: a mapping is expected, the file holds nothing"},
		{"list", "- id: a\n", "x.yaml:1:1: a mapping is expected, not a list"},
		{"two rules", "id: a\ntitle: A\nseverity: low\nwhen: actor.isRoot\n---\nid: b\n", "x.yaml:5:1: a: a second document starts here: a file holds one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := rule.Parse("x.yaml", []byte(tt.in))
			errs := rule.Errors(err)
			if len(errs) == 0 || errs[0].Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// A file made to be slow: every element is wrong, and all stand on one line.
func TestParse_manyErrors(t *testing.T) {
	const head = "id: a\ntitle: A\nseverity: high\nwhen: actor.isRoot\n"
	keys := strings.Builder{}
	for i := range 20_000 {
		fmt.Fprintf(&keys, "unknown%d: x\n", i)
	}
	for name, in := range map[string]string{
		"empty":      head + "tags: [" + strings.Repeat("'', ", 20_000) + "]\n",
		"duplicate":  head + "tags: [" + strings.Repeat("a, ", 20_000) + "]\n",
		"wrong kind": head + "tags: [" + strings.Repeat("[], ", 20_000) + "]\n",
		"keys":       head + keys.String(),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := rule.Parse("x.yaml", []byte(in))
			errs := rule.Errors(err)
			if len(errs) != 500 || !strings.Contains(errs[499].Error(), "the rest is not shown") {
				t.Errorf("%d errors, the last: %v", len(errs), errs[len(errs)-1])
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("took %v", d)
			} else {
				t.Log(d)
			}
		})
	}
}

func TestRule_WithDefaults(t *testing.T) {
	const head = "id: a\ntitle: A\nseverity: high\nwhen: actor.isRoot\n"
	tests := []struct {
		name, in      string
		risk, version int
		groupBy       []string
	}{
		{"nothing given", head, 75, 1, []string{"actor.id"}},
		{"all given", head + "risk: 20\nversion: 3\ngroup_by: [event.awsRegion]\n", 20, 3, []string{"event.awsRegion"}},
		{"no risk at all", head + "risk: 0\n", 0, 1, []string{"actor.id"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := rule.Parse("x.yaml", []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			before := *r
			d := r.WithDefaults().WithDefaults()
			if d.Risk != tt.risk || d.Version != tt.version || !cmp.Equal(d.GroupBy, tt.groupBy) {
				t.Errorf("got risk %d, version %d, group_by %v", d.Risk, d.Version, d.GroupBy)
			}
			if diff := cmp.Diff(before, *r, cmpopts.IgnoreUnexported(rule.Rule{})); diff != "" {
				t.Errorf("the rule itself changed:\n%s", diff)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/*/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		r, err := rule.Parse("f.yaml", data)
		if (r == nil) == (err == nil) {
			t.Fatalf("rule %v, error %v", r, err)
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, e := range rule.Errors(err) {
			if e.Line < 1 || e.Line > lines || e.Column < 1 {
				t.Fatalf("out of the file: %v", e)
			}
		}
		if r != nil {
			if err := r.Validate(); err != nil {
				t.Fatalf("valid when read, then not: %v", err)
			}
		}
		if d := time.Since(start); d > 20*time.Second {
			t.Fatalf("took %v", d)
		}
	})
}
