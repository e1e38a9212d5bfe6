package rule_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

func completeAggregate() *rule.Rule {
	return &rule.Rule{
		ID: "many-secrets-read", Title: "Many secrets read", Severity: rule.Medium,
		Match: rule.Match{Source: []string{"secretsmanager.amazonaws.com"}, Event: []string{"GetSecretValue"}},
		Aggregate: &rule.Aggregate{
			By:     []string{"actor.id", "event.awsRegion"},
			Window: "params.window",
			Let: map[string]string{
				"calls":   "count()",
				"denied":  `count_if(event.errorCode != "")`,
				"secrets": "distinct(event.requestParameters.secretId)",
				"start":   "min(event.eventTime)",
				"end":     "max(event.eventTime)",
				"usual":   "settled(distinct(event.requestParameters.secretId))",
				"share":   `ratio(event.errorCode != "")`,
			},
			Having:  `secrets - usual >= params.secrets && end - start >= duration("1m") || denied >= 3 && share < 0.5`,
			Trigger: `event.errorCode == ""`,
		},
		Message: "{secrets} secrets in {calls} calls by {actor.id} from {first} to {last}, {count} events",
		Params: map[string]rule.Param{
			"window":  {Type: rule.DurationParam, Default: "6m"},
			"secrets": {Type: rule.IntParam, Default: int64(20)},
		},
	}
}

func completeSequence() *rule.Rule {
	return &rule.Rule{
		ID: "key-created-and-used", Title: "Access key created and used", Severity: rule.Medium,
		Active: &rule.Active{Inside: "office-hours"},
		Sequence: &rule.Sequence{
			By:     []string{"event.userIdentity.accessKeyId"},
			Within: "1h",
			Steps: []rule.Step{
				{
					Name:  "created",
					Match: rule.Match{Source: []string{"iam.amazonaws.com"}, Event: []string{"CreateAccessKey"}, Outcome: rule.Success},
					By:    []string{"event.responseElements.accessKey.accessKeyId"},
				},
				{Name: "used", When: `event.userIdentity.accessKeyId.startsWith("AKIA")`},
			},
		},
		Message: "Key {event.userIdentity.accessKeyId} used",
	}
}

func completeNewTerms() *rule.Rule {
	return &rule.Rule{
		ID: "new-region", Title: "First call in a region", Severity: rule.Low,
		Match:    rule.Match{Source: []string{"*"}},
		NewTerms: &rule.NewTerms{Fields: []string{"actor.id", "event.awsRegion"}, History: "30d", Learning: "7d"},
	}
}

func completeAnomaly() *rule.Rule {
	return &rule.Rule{
		ID: "rare-call", Title: "Rare call", Severity: rule.Low,
		Match: rule.Match{Source: []string{"s3.amazonaws.com"}},
		Anomaly: &rule.Anomaly{
			Function: rule.Rare, Of: "event.eventName", By: []string{}, Bucket: "1h", History: "14d", Learning: "1d12h",
			MinBuckets: "48", MaxShare: "params.share", Trigger: `event.errorCode == ""`,
		},
		Params: map[string]rule.Param{"share": {Type: rule.NumberParam, Default: 0.02}},
	}
}

func completeAnomalyHigh() *rule.Rule {
	return &rule.Rule{
		ID: "many-errors", Title: "Many kinds of errors", Severity: rule.Low,
		Match:   rule.Match{Outcome: rule.Failure},
		Anomaly: &rule.Anomaly{Function: rule.HighDistinct, Of: "event.errorCode", Bucket: "15m", History: "7d", Deviations: "2.5", AtLeast: "params.least"},
		Params:  map[string]rule.Param{"least": {Type: rule.IntParam, Default: int64(5)}},
	}
}

func TestParseSpan(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "10m": 10 * time.Minute, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "7d": 7 * day, "1d12h": 36 * time.Hour, "0d1s": time.Second,
		"1s": time.Second, "400d": 400 * day, "399d24h": 400 * day, "1500ms": 1500 * time.Millisecond,
	} {
		if got, err := rule.ParseSpan(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "5", "d", "7", "7 d", "1.5d", "-1d", "1d-2h", "+90s", "12h1d", "1d1d", "a week", "params.window", "99999d", "1w", "7D",
		"0s", "0d", "999ms", "400d1s", "401d", "10000h", "65535d2562047h",
	} {
		if got, err := rule.ParseSpan(text); err == nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, text := range []string{"90s", "1h30m", "7d", "1d12h", "65535d2562047h", "d", "-1d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := rule.ParseSpan(text); err == nil && (d < time.Second || d > 400*24*time.Hour) {
			t.Errorf("%q is %v", text, d)
		}
	})
}

func TestParamType_duration(t *testing.T) {
	for _, good := range []any{"1h", "7d"} {
		if v, err := rule.DurationParam.Value(good); err != nil || v != good {
			t.Errorf("%v: %v, %v", good, v, err)
		}
	}
	for _, bad := range []any{"", "soon", 60, int64(60), 1.5, true, []string{"1h"}, nil, time.Hour, "500d"} {
		if v, err := rule.DurationParam.Value(bad); err == nil {
			t.Errorf("%v: %v", bad, v)
		}
	}
}

// Each case breaks one thing of a rule with memory that is right.
func TestRule_Validate_memory(t *testing.T) {
	params := map[string]rule.Param{
		"text": {Type: rule.TextParam, Default: "1h"}, "int": {Type: rule.IntParam, Default: int64(3)}, "number": {Type: rule.NumberParam, Default: 0.5}, "length": {Type: rule.DurationParam, Default: "1h"},
	}
	for _, c := range []struct {
		name  string
		start func() *rule.Rule
		spoil func(*rule.Rule)
		want  []string
	}{
		{"window of text", completeAggregate, func(r *rule.Rule) {
			r.Params, r.Aggregate.Window, r.Aggregate.Having = params, "params.text", "calls > params.int"
		}, []string{`aggregate.window: the parameter "text" is of type text, and of type duration here`}},
		{"window of no parameter", completeAggregate, func(r *rule.Rule) { r.Aggregate.Window = "params.windows" }, []string{`aggregate.window: the rule declares no parameter "windows" (did you mean "params.window"?)`}},
		{"no window, no having", completeAggregate, func(r *rule.Rule) { r.Aggregate.Window, r.Aggregate.Having = "", " " }, []string{"aggregate.window: missing", "aggregate.having: missing"}},
		{"one group for all", completeAggregate, func(r *rule.Rule) { r.Aggregate.By = []string{} }, nil},
		{"by the actor", completeAggregate, func(r *rule.Rule) { r.Aggregate.By = nil }, nil},
		{"grouped twice", completeAggregate, func(r *rule.Rule) { r.GroupBy = []string{"actor.id"} }, []string{"group_by: the events of this rule are grouped by aggregate.by"}},
		{"no match", completeAggregate, func(r *rule.Rule) { r.Match = rule.Match{} }, []string{"match: missing, and so is when: the rule would match every event"}},
		{"a having that falls", completeAggregate, func(r *rule.Rule) { r.Aggregate.Having = "calls < 3" }, []string{
			"aggregate.having: a comparison with calls could turn false again when one more event comes, and the order in which events come is chance. Ask for at least, or measure settled(...)\n    calls < 3\n          ^",
		}},
		{"a having over measures that are broken", completeAggregate, func(r *rule.Rule) {
			r.Aggregate.Let = map[string]string{"calls": "cout()"}
			r.Message = ""
		}, []string{`aggregate.let.calls: unknown measure "cout", the measures are count, count_if, distinct, min, max, ratio (did you mean "count"?)`}},
		{"a lookup in a measure", completeAggregate, func(r *rule.Rule) {
			r.Aggregate.Let["secrets"] = `distinct(lookup("asn", event.sourceIPAddress).org)`
		}, []string{
			"aggregate.let.secrets: the rule does not say that it needs \"asn\": write it under needs\n    distinct(lookup(\"asn\", event.sourceIPAddress).org)\n                    ^",
		}},
		{"a lookup that is needed", completeAggregate, func(r *rule.Rule) {
			r.Needs = []string{"asn"}
			r.Aggregate.Let["secrets"] = `distinct(lookup("asn", event.sourceIPAddress).org)`
		}, nil},
		{"a message of measures", completeAggregate, func(r *rule.Rule) {
			r.Message = "{calls - denied} of {calls}, {share}, {start}, {count}, {actor.id} {params.secrets}"
		}, nil},
		{"a message of both", completeAggregate, func(r *rule.Rule) { r.Message = "{count > 3 ? actor.id : actor.name}" }, []string{
			"message: many events are looked at here: actor of which is not said. Measure it under let\n    {count > 3 ? actor.id : actor.name}\n                 ^",
			"message: many events are looked at here: actor of which is not said. Measure it under let\n    {count > 3 ? actor.id : actor.name}\n                            ^",
		}},
		{"a message of what is not measured", completeSequence, func(r *rule.Rule) { r.Message = "{first} {count} {calls}" }, []string{
			"message: there is no name \"calls\"\n    {first} {count} {calls}\n                     ^",
		}},
		{"a message that counts, of a rule without memory", complete, func(r *rule.Rule) { r.Dedup, r.Message = "", "{count}" }, []string{
			"message: there is no name \"count\"\n    {count}\n     ^",
		}},
		{"a message that counts, with dedup", complete, func(r *rule.Rule) { r.Message = "{count} from {first}" }, nil},
		{"dedup of a number", complete, func(r *rule.Rule) { r.Params, r.Dedup, r.Tests = params, "params.int", nil }, []string{`dedup: the parameter "int" is of type int, and of type duration here`}},
		{"dedup of another kind", completeNewTerms, func(r *rule.Rule) { r.Dedup = "1d" }, nil},

		{"two kinds", completeNewTerms, func(r *rule.Rule) { r.Anomaly = completeAnomalyHigh().Anomaly; r.Params = params }, []string{"anomaly: a rule is of one kind, and this one is of kind new_terms"}},
		{"three kinds", completeSequence, func(r *rule.Rule) {
			r.NewTerms, r.Anomaly = completeNewTerms().NewTerms, completeAnomaly().Anomaly
		}, []string{"new_terms: a rule is of one kind, and this one is of kind sequence"}},

		{"a step with a key of its own", completeSequence, func(r *rule.Rule) { r.Sequence.By = append(r.Sequence.By, "event.awsRegion") }, []string{"sequence.steps[0].by: the step is joined by 1, the others are by 2"}},
		{"steps by the actor", completeSequence, func(r *rule.Rule) { r.Sequence.By = nil }, nil},
		{"no steps", completeSequence, func(r *rule.Rule) { r.Sequence.Steps = nil }, []string{"sequence.steps: a sequence has from 2 to 10 steps, this one 0"}},
		{"an outcome of a step", completeSequence, func(r *rule.Rule) { r.Sequence.Steps[0].Match.Outcome = "denied" }, []string{`sequence.steps[0].match.outcome: unknown outcome "denied"`}},

		{"no fields", completeNewTerms, func(r *rule.Rule) { r.NewTerms.Fields = nil }, []string{"new_terms.fields: missing"}},
		{"learning of a parameter", completeNewTerms, func(r *rule.Rule) { r.Params, r.NewTerms.Learning = params, "params.length" }, nil},

		{"no function", completeAnomaly, func(r *rule.Rule) { r.Anomaly.Function = "" }, []string{"anomaly.function: missing"}},
		{"an unknown function", completeAnomaly, func(r *rule.Rule) { r.Anomaly.Function = "odd" }, []string{`anomaly.function: unknown function "odd"`}},
		{"the other function", completeAnomaly, func(r *rule.Rule) { r.Anomaly.Function = rule.HighDistinct }, []string{"anomaly.max_share: says something to rare only"}},
		{"bounds of a text", completeAnomalyHigh, func(r *rule.Rule) { r.Params, r.Anomaly.AtLeast = params, "params.text" }, []string{`anomaly.at_least: the parameter "text" is of type text, and of type number here`}},
		{"bounds of numbers", completeAnomalyHigh, func(r *rule.Rule) {
			r.Params, r.Anomaly.AtLeast, r.Anomaly.Deviations, r.Anomaly.MinBuckets = params, "params.int", "params.number", "1e1"
		}, nil},
		{"bounds that are no numbers", completeAnomalyHigh, func(r *rule.Rule) { r.Anomaly.Deviations, r.Anomaly.AtLeast = "NaN", "Inf" }, []string{
			`anomaly.deviations: "NaN" is no number from 0`, `anomaly.at_least: "Inf" is no number from 0`,
		}},
		{"more buckets asked for than the history has", completeAnomalyHigh, func(r *rule.Rule) {
			r.Params, r.Anomaly.Bucket, r.Anomaly.History, r.Anomaly.AtLeast, r.Anomaly.MinBuckets = params, "params.length", "2h", "5", "params.int"
		}, []string{"anomaly.history: 2 buckets, and min_buckets asks for 3: there never is a finding"}},
		{"too many buckets", completeAnomalyHigh, func(r *rule.Rule) { r.Anomaly.Bucket = "1m" }, []string{"anomaly.history: 10080 buckets, at most 1024"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.start()
			c.spoil(r)
			var got []string
			for _, e := range rule.Errors(r.Validate()) {
				e.Rule = "" // the same in every case
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRule_Grouping(t *testing.T) {
	actor := []string{"actor.id"}
	for _, c := range []struct {
		name   string
		rule   rule.Rule
		field  string
		by     []string
		memory bool
	}{
		{"nothing said", rule.Rule{}, "group_by", actor, false},
		{"group_by", rule.Rule{GroupBy: []string{"event.awsRegion"}}, "group_by", []string{"event.awsRegion"}, false},
		{"dedup", rule.Rule{Dedup: "1h", GroupBy: []string{"event.awsRegion"}}, "group_by", []string{"event.awsRegion"}, true},
		{"aggregate", rule.Rule{Aggregate: &rule.Aggregate{}}, "aggregate.by", actor, true},
		{"aggregate of one group", rule.Rule{Aggregate: &rule.Aggregate{By: []string{}}}, "aggregate.by", []string{}, true},
		{"sequence", rule.Rule{Sequence: &rule.Sequence{By: []string{"event.awsRegion"}}}, "sequence.by", []string{"event.awsRegion"}, true},
		{"new terms", rule.Rule{NewTerms: &rule.NewTerms{Fields: []string{"event.awsRegion"}}}, "new_terms.fields", []string{"event.awsRegion"}, true},
		{"anomaly", rule.Rule{Anomaly: &rule.Anomaly{}}, "anomaly.by", actor, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			field, by := c.rule.Grouping()
			if field != c.field || !cmp.Equal(by, c.by) || c.rule.HasMemory() != c.memory {
				t.Errorf("got %s %q, memory %v", field, by, c.rule.HasMemory())
			}
		})
	}
}

func TestSpan_Param(t *testing.T) {
	if name, ok := rule.Span("params.window").Param(); !ok || name != "window" {
		t.Errorf("%q, %v", name, ok)
	}
	if _, ok := rule.Span("5m").Param(); ok {
		t.Error("5m names a parameter")
	}
	if name, ok := rule.Bound("params.share").Param(); !ok || name != "share" {
		t.Errorf("%q, %v", name, ok)
	}
	if _, ok := rule.Bound("0.5").Param(); ok {
		t.Error("0.5 names a parameter")
	}
}

// In YAML a length of time may be negative, where it moves an event of a case.
func TestParse_offsets(t *testing.T) {
	const head = "id: a\ntitle: A\nseverity: low\nwhen: actor.isRoot\ntests:\n  - {name: t, match: true, events: [{base: user-call}, {base: user-call, at: "
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "-1h30m": -90 * time.Minute, "7d": 7 * 24 * time.Hour, "-1d12h": -36 * time.Hour, "0s": 0, "100ms": 100 * time.Millisecond,
		"5": math.MinInt64, "1.5d": math.MinInt64, "--1d": math.MinInt64, "-1d-2h": math.MinInt64, "soon": math.MinInt64,
	} {
		r, err := rule.Parse("a.yaml", []byte(head+text+"}]}\n"))
		got := time.Duration(math.MinInt64)
		if err == nil {
			got = r.Tests[0].Events[1].At
		}
		if got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}
