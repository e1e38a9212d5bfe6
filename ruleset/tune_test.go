package ruleset_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/builtin"
	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/ruletest"
)

const (
	miraDeletes = `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"e-1","eventTime":"2026-01-05T09:15:00Z","awsRegion":"us-east-1","userIdentity":{"type":"IAMUser","userName":"mira"},"requestParameters":{"n":10}}`
	lenaDeletes = `{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventID":"e-2","eventTime":"2026-01-05T09:15:00Z","awsRegion":"eu-west-1","userIdentity":{"type":"IAMUser","userName":"lena"},"requestParameters":{"n":20}}`
)

// tunable are rules that leave something to tune: "plain", "off" by default, and "open", which has
// parameters, a list and an exception that has expired.
func tunable() []*rule.Rule {
	plain, off, open := newRule("plain", "true"), newRule("off", "true"), newRule("open", `event.requestParameters.n.num() > params.least && event.awsRegion in params.regions && !(actor.name in list("friends"))`)
	plain.Tags, plain.Version = []string{"common"}, 3
	off.Disabled, off.Tags = true, []string{"common"}
	open.Message = "more than {params.least}"
	open.Params = map[string]rule.Param{
		"least":   {Type: rule.IntParam, Default: 15}, // an int, as people write it in Go
		"regions": {Type: rule.ListParam, Default: []string{"us-east-1", "eu-west-1"}},
	}
	open.Lists = map[string]rule.List{"friends": {Default: []string{"kim"}}}
	open.Exceptions = []rule.Exception{{Name: "old", When: "true", Reason: "r", Expires: day(2025, 1, 1)}}
	return []*rule.Rule{plain, off, open}
}

func day(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

func byID(ids ...string) rule.Target { return rule.Target{IDs: ids} }

func on(b bool) *bool { return &b }

// outcome is what a set says of the two records, findings in shadow mode in brackets.
func outcome(t testing.TB, set *ruleset.Set) string {
	t.Helper()
	var said []string
	for _, record := range []string{miraDeletes, lenaDeletes} {
		r := eval(t, set, record)
		if len(r.Faults) > 0 {
			t.Errorf("faults: %v", r.Faults)
		}
		who := parse(t, record).Actor().Name
		for _, f := range r.Findings {
			said = append(said, fmt.Sprintf("%s/%s %v %d %s", f.Rule, who, f.Severity, f.Risk, f.Message))
		}
		for _, f := range r.Shadow {
			said = append(said, fmt.Sprintf("[%s/%s %v %d %s]", f.Rule, who, f.Severity, f.Risk, f.Message))
		}
	}
	return strings.Join(said, "\n")
}

const (
	plainMira = "plain/mira low 30 Title of plain"
	plainLena = "plain/lena low 30 Title of plain"
	openLena  = "open/lena low 30 more than 15"
	untuned   = plainMira + "\n" + plainLena + "\n" + openLena
)

func TestSet_Tune(t *testing.T) {
	mira := rule.Exception{Name: "mira", When: `actor.name == "mira"`, Reason: "r", Owner: "o"}
	until := func(e rule.Exception, t time.Time) rule.Exception { e.Expires = t; return e }
	lines := func(s ...string) string { return strings.Join(s, "\n") }
	for _, c := range []struct {
		name    string
		tunings []rule.Tuning
		want    string
	}{
		{"nothing", nil, untuned},
		{"off", []rule.Tuning{{Target: byID("plain"), Enabled: on(false)}}, openLena},
		{"on", []rule.Tuning{{Target: byID("off"), Enabled: on(true)}},
			lines(plainMira, "off/mira low 30 Title of off", plainLena, "off/lena low 30 Title of off", openLena)},
		{"on that is on", []rule.Tuning{{Target: byID("plain"), Enabled: on(true)}}, untuned},
		{"shadow", []rule.Tuning{{Target: byID("plain"), Shadow: on(true)}}, lines("["+plainMira+"]", openLena, "["+plainLena+"]")},
		{"shadow of a rule that is off", []rule.Tuning{{Target: byID("off"), Shadow: on(true)}}, untuned},
		{"severity, with its risk", []rule.Tuning{{Target: byID("plain"), Severity: rule.Critical}},
			lines("plain/mira critical 95 Title of plain", "plain/lena critical 95 Title of plain", openLena)},
		{"a parameter", []rule.Tuning{{Target: byID("open"), Params: map[string]any{"least": 5}}},
			lines(plainMira, "open/mira low 30 more than 5", plainLena, "open/lena low 30 more than 5")},
		{"a parameter that is a list", []rule.Tuning{{Target: byID("open"), Params: map[string]any{"regions": []any{"us-east-1"}}}}, lines(plainMira, plainLena)},
		{"a list", []rule.Tuning{{Target: byID("open"), Lists: map[string][]string{"friends": {"lena"}}}}, lines(plainMira, plainLena)},
		{"a list of nobody", []rule.Tuning{{Target: byID("open"), Lists: map[string][]string{"friends": nil}}}, untuned},
		{"an exception", []rule.Tuning{{Target: byID("plain"), Exceptions: []rule.Exception{mira}}}, lines(plainLena, openLena)},
		{"an exception until after the event", []rule.Tuning{{Target: byID("plain"), Exceptions: []rule.Exception{until(mira, day(2026, 1, 6))}}}, lines(plainLena, openLena)},
		{"an exception until before the event", []rule.Tuning{{Target: byID("plain"), Exceptions: []rule.Exception{until(mira, day(2026, 1, 5))}}}, untuned},
		{"an exception that reads the list and parameters of the rule",
			[]rule.Tuning{{Target: byID("open"), Lists: map[string][]string{"friends": nil}, Params: map[string]any{"least": 5},
				Exceptions: []rule.Exception{{Name: "n", When: `params.least == 5 && event.awsRegion == "us-east-1" && !("kim" in list("friends"))`, Reason: "r", Owner: "o"}}}},
			lines(plainMira, plainLena, "open/lena low 30 more than 5")},
		{"several rules", []rule.Tuning{{Target: rule.Target{Tags: []string{"common"}}, Enabled: on(true), Severity: rule.High}},
			lines("plain/mira high 75 Title of plain", "off/mira high 75 Title of off", "plain/lena high 75 Title of plain", "off/lena high 75 Title of off", openLena)},
		{"the later one counts", []rule.Tuning{
			{Target: byID("plain"), Enabled: on(false), Severity: rule.High, Shadow: on(true)},
			{Target: byID("open"), Params: map[string]any{"least": 5, "regions": []string{"eu-west-1"}}},
			{Target: byID("plain", "open"), Enabled: on(true), Severity: rule.Medium, Shadow: on(false)},
			{Target: byID("open"), Params: map[string]any{"least": 6}},
		}, lines("plain/mira medium 50 Title of plain", "plain/lena medium 50 Title of plain", "open/lena medium 50 more than 6")},
		{"exceptions add up", []rule.Tuning{
			{Target: byID("plain"), Exceptions: []rule.Exception{mira}},
			{Target: byID("plain"), Exceptions: []rule.Exception{{Name: "lena", When: `actor.name == "lena"`, Reason: "r", Owner: "o"}}},
		}, openLena},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := compile(t, tunable())
			together, err := set.Tune(c.tunings...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outcome(t, together)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			one := set // tuning a tuned set adds to its tunings
			for _, tuning := range c.tunings {
				if one, err = one.Tune(tuning); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.want, outcome(t, one)); diff != "" {
				t.Errorf("one after the other (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(untuned, outcome(t, set)); diff != "" {
				t.Errorf("the set itself has changed (-want +got):\n%s", diff)
			}
			lazy, err := compile(t, tunable(), ruleset.Lazy()).Tune(c.tunings...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outcome(t, lazy)); diff != "" {
				t.Errorf("of a lazy set (-want +got):\n%s", diff)
			}
			rescans(t, together)
		})
	}
}

// rescans checks that Scan says what Eval does.
func rescans(t *testing.T, set *ruleset.Set) {
	t.Helper()
	var want, got []ruleset.Result
	for _, record := range []string{miraDeletes, lenaDeletes} {
		if r := eval(t, set, record); len(r.Findings)+len(r.Shadow) > 0 {
			want = append(want, r)
		}
	}
	for r, err := range set.Scan(context.Background(), strings.NewReader(miraDeletes+"\n"+lenaDeletes)) {
		if err != nil {
			t.Fatal(err)
		}
		for _, fs := range [][]ruleset.Finding{r.Findings, r.Shadow} {
			for i := range fs {
				fs[i].Location = event.Location{}
			}
		}
		got = append(got, r)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-Eval +Scan):\n%s", diff)
	}
}

// A list that the program gives to Compile can be tuned; the tuned one counts.
func TestSet_Tune_listOfTheProgram(t *testing.T) {
	rules := tunable()
	other := newRule("other", "true")
	set := compile(t, append(rules, other), ruleset.WithList("friends", "lena"))
	if got := outcome(t, set); strings.Contains(got, "open") {
		t.Fatalf("got %s", got)
	}
	tuned, err := set.Tune(rule.Tuning{Target: byID("open"), Lists: map[string][]string{"friends": {"kim"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(t, tuned); !strings.Contains(got, openLena) {
		t.Errorf("got %s", got)
	}
	// An exception may ask for a list that no other part of its rule does; then it is one to tune.
	except := rule.Tuning{Target: byID("other"), Exceptions: []rule.Exception{{Name: "f", When: `actor.name in list("friends")`, Reason: "r", Owner: "o"}}}
	list := rule.Tuning{Target: byID("other"), Lists: map[string][]string{"friends": {"mira", "lena"}}}
	if tuned, err = set.Tune(except, list); err != nil {
		t.Fatal(err)
	}
	if got := outcome(t, tuned); strings.Contains(got, "other") {
		t.Errorf("got %s", got)
	}
	if _, err := set.Tune(list); err == nil {
		t.Error("a list that nothing asks for is no error")
	}
}

// What the caller does with its tunings afterwards is no matter.
func TestSet_Tune_copies(t *testing.T) {
	friends, regions := []string{"lena"}, []string{"us-east-1"}
	tunings := []rule.Tuning{
		{Target: byID("open"), Lists: map[string][]string{"friends": friends}},
		{Target: byID("open"), Params: map[string]any{"regions": regions}},
	}
	for i, tuning := range tunings {
		set, err := compile(t, tunable()).Tune(tuning)
		if err != nil {
			t.Fatal(err)
		}
		friends[0], regions[0] = "nobody", "eu-west-1"
		if got := outcome(t, set); strings.Contains(got, "open") {
			t.Errorf("tuning %d: got %s", i, got)
		}
		friends[0], regions[0] = "lena", "us-east-1"
	}
}

func TestSet_Tune_errors(t *testing.T) {
	const file = `tunings:
  - target: {id: plian}
    enabled: false
  - target: {id: plain, tag: commn}
    enabled: false
  - target: {id: open, tag: common}
    enabled: false
  - target: {id: plain}
    params: {least: 5}
  - target: {id: open}
    params: {leest: 5}
    lists: {freinds: [a]}
  - target: {id: open}
    params: {least: many, regions: [1]}
  - target: {id: [plain, open]}
    exceptions:
      - {name: n, when: actor.nmae == "x", reason: r, owner: o}
      - {name: n, when: params.least > 5, reason: r, owner: o}
      - {name: n, when: 'actor.name in list("friends")', reason: r, owner: o}
  - target: {id: [plain, open]}
    params: {least: 5}
    lists: {friends: [a]}
`
	tunings, err := rule.ParseTunings("tunings.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	set, err := compile(t, tunable()).Tune(tunings...)
	if set != nil {
		t.Error("a set beside an error")
	}
	want := []string{
		`tunings.yaml:2:13: tunings[0].target: no rule has the id "plian" (did you mean "plain"?)`,
		`tunings.yaml:4:13: tunings[1].target: no rule has the tag "commn" (did you mean "common"?)`,
		`tunings.yaml:6:13: tunings[2].target: no rule has all of this`,
		`tunings.yaml:9:21: tunings[3].params.least: none of the rules asks for it`,
		`tunings.yaml:11:21: tunings[4].params.leest: none of the rules asks for it (did you mean "least"?)`,
		`tunings.yaml:12:22: tunings[4].lists.freinds: none of the rules asks for it (did you mean "friends"?)`,
		`tunings.yaml:14:21: tunings[5].params.least: many is not of type int`,
		`tunings.yaml:14:36: tunings[5].params.regions: [1] is not a list of text`,
		`tunings.yaml:17:25: tunings[6].exceptions[0].when: there is no field "nmae" in actor (in rule plain) (did you mean "name"?)`,
		`tunings.yaml:18:25: tunings[6].exceptions[1].when: the rule declares no parameter named "least" (in rule plain)`,
		`tunings.yaml:19:25: tunings[6].exceptions[2].when: there is no list named "friends" (in rule plain)`,
	}
	var got []string
	for _, e := range rule.Errors(err) {
		got = append(got, e.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	t.Run("in Go", func(t *testing.T) {
		for _, tuning := range []rule.Tuning{{}, {Target: byID("plain")}, {Enabled: on(true)}, {Target: byID("plain"), Severity: 99}} {
			if _, err := compile(t, tunable()).Tune(tuning); len(rule.Errors(err)) == 0 {
				t.Errorf("%+v: got %v, want a *rule.Error", tuning, err)
			}
		}
		_, err := compile(t, tunable()).Tune(rule.Tuning{Target: byID("plian"), Enabled: on(false)})
		if e := (*rule.Error)(nil); !errors.As(err, &e) || e.File != "" || e.Line != 0 {
			t.Errorf("got %#v", err)
		}
	})
}

func TestSet_Tune_rulesAndStats(t *testing.T) {
	set := compile(t, tunable())
	tuned, err := set.Tune(
		rule.Tuning{Target: byID("plain"), Enabled: on(false)},
		rule.Tuning{Target: byID("off"), Enabled: on(true)},
	)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(s *ruleset.Set) (ids []string) {
		for _, r := range s.Rules() {
			ids = append(ids, r.ID)
		}
		return ids
	}
	if diff := cmp.Diff([][]string{{"plain", "open"}, {"off", "open"}}, [][]string{ids(set), ids(tuned)}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	eval(t, set, lenaDeletes)
	eval(t, tuned, lenaDeletes)
	eval(t, tuned, lenaDeletes)
	matched := func(s *ruleset.Set) map[string]uint64 {
		out := map[string]uint64{}
		for _, st := range s.Stats() {
			out[st.Rule] = st.Matched
		}
		return out
	}
	want := []map[string]uint64{{"plain": 1, "open": 3}, {"off": 2, "open": 3}} // "open" is not tuned, and counts together
	if diff := cmp.Diff(want, []map[string]uint64{matched(set), matched(tuned)}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSet_Notices(t *testing.T) {
	const file = `tunings:
  - target: {id: [plain, open]}
    for_version: 2
    exceptions:
      - {name: short, when: actor.isRoot, reason: r, owner: the team, expires: 2026-02-01}
      - {name: long, when: actor.isRoot, reason: r, owner: the team, expires: 2027-02-01}
      - {name: for-ever, when: actor.isRoot, reason: r, owner: the team}
  - target: {id: open}
    exceptions:
      - {name: one, when: actor.isRoot, reason: r, owner: ops, expires: 2027-02-01}
  - target: {id: off}
    for_version: 1
    severity: high
`
	tunings, err := rule.ParseTunings("t.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	rules := tunable()
	rules[1].Version = 2 // of the rule that is off
	set := compile(t, rules)
	tuned, err := set.Tune(tunings...)
	if err != nil {
		t.Fatal(err)
	}
	switched, err := tuned.Tune(rule.Tuning{Target: byID("off"), Enabled: on(true)}, rule.Tuning{Target: byID("open", "plain"), Enabled: on(false)})
	if err != nil {
		t.Fatal(err)
	}
	const (
		old     = `open: exceptions[0].expires: the exception "old" expired on 2025-01-01`
		version = `t.yaml:3:18: plain: tunings[0].for_version: the tuning was written for version 2, the rule is at version 3`
		short   = `t.yaml:5:80: tunings[0].exceptions[0].expires: the exception "short" of the team expired on 2026-02-01`
		long    = `t.yaml:6:79: tunings[0].exceptions[1].expires: the exception "long" of the team expired on 2027-02-01`
		one     = `t.yaml:10:73: open: tunings[1].exceptions[0].expires: the exception "one" of ops expired on 2027-02-01`
		off     = `t.yaml:12:18: off: tunings[2].for_version: the tuning was written for version 1, the rule is at version 2`
	)
	for _, c := range []struct {
		name string
		set  *ruleset.Set
		now  time.Time
		want []string
	}{
		{"before all", tuned, day(2024, 1, 1), []string{version}},
		{"untuned", set, day(2026, 1, 1), []string{old}},
		{"a second before", tuned, day(2026, 2, 1).Add(-time.Second), []string{version, old}},
		{"that very moment", tuned, day(2026, 2, 1), []string{version, short, old}},
		{"after all", tuned, day(2030, 1, 1), []string{version, short, long, old, one}},
		{"rules that are off need no look", switched, day(2030, 1, 1), []string{off}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, e := range c.set.Notices(c.now) {
				got = append(got, e.Error())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// catalogue is the catalogue's rules that look at one event alone, with a rule that has parameters, and the events of
// all their cases.
var catalogue = sync.OnceValue(func() (c struct {
	rules  []*rule.Rule
	events []*event.Event
	err    error
}) {
	if c.rules, c.err = rule.ReadFS(builtin.FS(), "."); c.err != nil {
		return c
	}
	c.rules = slices.DeleteFunc(c.rules, (*rule.Rule).HasMemory)
	for _, r := range c.rules {
		for _, test := range r.Tests {
			ev, err := ruletest.Event(test.Event)
			if err != nil {
				c.err = err
				return c
			}
			c.events = append(c.events, ev)
		}
	}
	p := newRule("with-parameters", `event.awsRegion in params.regions && size(event.eventName) > params.longer`)
	p.Message = "{event.eventName} has more than {params.longer}"
	p.Match.Source = []string{"iam.amazonaws.com", "s3.amazonaws.com"}
	p.Params = map[string]rule.Param{
		"regions": {Type: rule.ListParam, Default: []string{"us-east-1"}},
		"longer":  {Type: rule.IntParam, Default: 12},
	}
	c.rules = append(c.rules, p)
	return c
})

func theCatalogue(t testing.TB) ([]*rule.Rule, []*event.Event) {
	t.Helper()
	c := catalogue()
	if c.err != nil {
		t.Fatal(c.err)
	}
	return c.rules, c.events
}

// A knob is what a test expects of a tuned rule.
type knob struct {
	rule     rule.Rule // the rule as it would be written to do what the tuned one does
	shadow   bool
	severity bool
	values   bool // parameters or lists
	excepted []func(*event.Event) bool
}

var someExceptions = []struct {
	when string
	is   func(*event.Event) bool
}{
	{"true", func(*event.Event) bool { return true }},
	{"false", func(*event.Event) bool { return false }},
	{"actor.isRoot", func(ev *event.Event) bool { return ev.Actor().Kind == "root" }},
	{`event.awsRegion == "us-east-1"`, func(ev *event.Event) bool { return ev.AWSRegion == "us-east-1" }},
}

// turn makes a tuning at random, and notes in knobs what it names.
func turn(rnd *rand.Rand, knobs []knob) rule.Tuning {
	pick := func(s []string) []string {
		if len(s) == 0 {
			return nil
		}
		return []string{s[rnd.IntN(len(s))]}
	}
	t := rule.Tuning{}
	for reflect.ValueOf(t.Target).IsZero() {
		r := &knobs[rnd.IntN(len(knobs))].rule
		switch rnd.IntN(6) {
		case 0:
			t.Target.Tags = pick(r.Tags)
		case 1:
			t.Target.Services = pick(r.Match.Source)
		case 2:
			if len(r.Attack) > 0 {
				t.Target.Attack = []string{r.Attack[0].Tactic}
			}
		case 3:
			t.Target.Sources = pick(r.Sources)
		default:
			t.Target.IDs = []string{r.ID, []string{"s3-buckets-listed", "debug-all-events", "with-parameters", "iam-policy-changed"}[rnd.IntN(4)]}
		}
	}
	enabled, shadow := rnd.IntN(2) == 0, rnd.IntN(2) == 0
	if rnd.IntN(3) == 0 {
		t.Enabled = &enabled
	}
	if rnd.IntN(3) == 0 {
		t.Shadow = &shadow
	}
	if rnd.IntN(3) == 0 || t.Enabled == nil && t.Shadow == nil {
		t.Severity = []rule.Severity{rule.Informational, rule.Low, rule.Medium, rule.High, rule.Critical}[rnd.IntN(5)]
	}
	x := -1 // which of someExceptions
	if rnd.IntN(3) == 0 {
		x = rnd.IntN(len(someExceptions))
		e := rule.Exception{Name: fmt.Sprint("n", rnd.Uint64()), When: someExceptions[x].when, Reason: "r", Owner: "o"}
		if rnd.IntN(4) == 0 {
			e.Expires = day(2000, 1, 1)
			x = 1 // which says what an expired one does
		}
		t.Exceptions = []rule.Exception{e}
	}
	values := rnd.IntN(2) == 0
	for i := range knobs {
		k := &knobs[i]
		if !t.Target.Matches(&k.rule) {
			continue
		}
		r := &k.rule
		if t.Enabled != nil {
			r.Disabled = !enabled
		}
		if t.Shadow != nil {
			k.shadow = shadow
		}
		if t.Severity != 0 {
			r.Severity, r.Risk, k.severity = t.Severity, t.Severity.DefaultRisk(), true
		}
		if x >= 0 {
			r.Exceptions = append(slices.Clip(r.Exceptions), t.Exceptions...)
			k.excepted = append(k.excepted, someExceptions[x].is)
		}
		if !values {
			continue
		}
		for name := range r.Lists {
			if t.Lists == nil {
				t.Lists = map[string][]string{}
			}
			t.Lists[name] = []string{"us-east-1", "cm-policymaintainer", "arn:aws:iam::aws:policy/ReadOnlyAccess"}[:1+rnd.IntN(3)]
		}
		if r.ID == "with-parameters" {
			t.Params = map[string]any{"longer": rnd.IntN(20)}
			if rnd.IntN(2) == 0 {
				t.Params["regions"] = []any{"eu-west-1"}
			}
		}
	}
	for i := range knobs { // a name may stand in several rules, so that all are known first
		k := &knobs[i]
		if !t.Target.Matches(&k.rule) {
			continue
		}
		lists, params := map[string]rule.List{}, map[string]rule.Param{}
		for name, l := range k.rule.Lists {
			if tuned, ok := t.Lists[name]; ok {
				l.Default, k.values = tuned, true
			}
			lists[name] = l
		}
		for name, p := range k.rule.Params {
			if tuned, ok := t.Params[name]; ok {
				p.Default, k.values = tuned, true
			}
			params[name] = p
		}
		k.rule.Lists, k.rule.Params = lists, params
	}
	return t
}

// byRule are all findings of a result.
func byRule(t testing.TB, r ruleset.Result) (found map[string]ruleset.Finding, shadow map[string]bool) {
	t.Helper()
	if len(r.Faults) > 0 {
		t.Errorf("faults: %v", r.Faults)
	}
	found, shadow = map[string]ruleset.Finding{}, map[string]bool{}
	for _, f := range r.Findings {
		found[f.Rule] = f
	}
	for _, f := range r.Shadow {
		if _, ok := found[f.Rule]; ok {
			t.Errorf("%s is found twice", f.Rule)
		}
		found[f.Rule], shadow[f.Rule] = f, true
	}
	return found, shadow
}

func judged(t testing.TB, set *ruleset.Set, ev *event.Event) ruleset.Result {
	t.Helper()
	r, err := set.Eval(context.Background(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSet_Tune_onlyWhatItNames turns random knobs of the whole catalogue: every difference that
// makes over all its cases is one that a tuning names, and a tuned rule does what a rule written
// that way would do.
func TestSet_Tune_onlyWhatItNames(t *testing.T) {
	rules, events := theCatalogue(t)
	set := compile(t, rules)
	before := make([]ruleset.Result, len(events))
	for i, ev := range events {
		before[i] = judged(t, set, ev)
	}
	turns := 40
	if testing.Short() {
		turns = 5
	}
	vanished, appeared, changed := 0, 0, 0
	for seed := range turns {
		rnd := rand.New(rand.NewPCG(11, uint64(seed)))
		knobs := make([]knob, len(rules))
		for i, r := range rules {
			knobs[i].rule = *r
		}
		tuned := set
		var tunings []rule.Tuning
		for range 1 + rnd.IntN(3) {
			var batch []rule.Tuning // several at once, or one set tuned after the other
			for range 1 + rnd.IntN(3) {
				batch = append(batch, turn(rnd, knobs))
			}
			var err error
			if tuned, err = tuned.Tune(batch...); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			tunings = append(tunings, batch...)
		}
		named := map[string]*knob{}
		var rewritten []*rule.Rule
		for i := range knobs {
			if slices.ContainsFunc(tunings, func(t rule.Tuning) bool { return t.Target.Matches(rules[i]) }) {
				named[rules[i].ID] = &knobs[i]
				rewritten = append(rewritten, &knobs[i].rule)
			}
		}
		model := compile(t, rewritten)
		for i, ev := range events {
			was, _ := byRule(t, before[i])
			is, shadow := byRule(t, judged(t, tuned, ev))
			want, _ := byRule(t, judged(t, model, ev))
			for id, f := range was {
				if named[id] == nil {
					want[id] = f
				}
			}
			if !reflect.DeepEqual(want, is) {
				t.Fatalf("seed %d, event %s: (-as written +tuned)\n%s\n%+v", seed, ev.EventID, cmp.Diff(want, is), tunings)
			}
			for id, f := range was {
				k, now, ok := named[id], ruleset.Finding{}, false
				if now, ok = is[id]; !ok {
					vanished++
					if !k.rule.Disabled && !k.values && !slices.ContainsFunc(k.excepted, func(is func(*event.Event) bool) bool { return is(ev) }) {
						t.Errorf("seed %d, event %s: the finding of %s has vanished, which nothing names", seed, ev.EventID, id)
					}
					continue
				}
				if k == nil {
					continue // equal, see above
				}
				if k.severity {
					f.Severity, f.Risk = k.rule.Severity, k.rule.Severity.DefaultRisk()
				}
				if k.values {
					f.Message = now.Message
				}
				if !reflect.DeepEqual(f, now) {
					t.Errorf("seed %d, event %s: more than is named has changed:\n%s", seed, ev.EventID, cmp.Diff(f, now))
				}
				changed++
			}
			for id := range is {
				k := named[id]
				if _, ok := was[id]; !ok {
					appeared++
					off := slices.ContainsFunc(rules, func(r *rule.Rule) bool { return r.ID == id && r.Disabled })
					if k == nil || k.rule.Disabled || !off && !k.values {
						t.Errorf("seed %d, event %s: a finding of %s has appeared, which nothing names", seed, ev.EventID, id)
					}
				}
				if shadow[id] != (k != nil && k.shadow) {
					t.Errorf("seed %d, event %s: %s in shadow mode: %v", seed, ev.EventID, id, shadow[id])
				}
			}
		}
	}
	t.Logf("%d findings vanished, %d appeared, %d stayed with tuned rules", vanished, appeared, changed)
	if !testing.Short() && (vanished < 10*turns || appeared < turns || changed < 10*turns) {
		t.Errorf("%d findings vanished, %d appeared, %d stayed: the comparison is thin", vanished, appeared, changed)
	}
	for i, ev := range events {
		if after := judged(t, set, ev); !reflect.DeepEqual(before[i], after) {
			t.Fatalf("the set itself has changed (-before +after):\n%s", cmp.Diff(before[i], after))
		}
	}
}

// tenants tunes n sets of the catalogue, each in its own way, and returns them with the bytes that one takes.
func tenants(t testing.TB, n int) ([]*ruleset.Set, float64) {
	rules, _ := theCatalogue(t)
	set := compile(t, rules)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	sets := make([]*ruleset.Set, n)
	before := heap()
	for i := range sets {
		tuned, err := set.Tune(
			rule.Tuning{Target: byID(rules[i%len(rules)].ID), Enabled: on(false)},
			rule.Tuning{Target: byID(rules[(i+1)%len(rules)].ID), Severity: rule.High},
		)
		if err != nil {
			t.Fatal(err)
		}
		sets[i] = tuned
	}
	bytes := float64(heap()-before) / float64(n)
	runtime.KeepAlive(set)
	return sets, bytes
}

// TestSet_Tune_size: a program that keeps a set for each of its tenants pays for what they change.
func TestSet_Tune_size(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	sets, bytes := tenants(t, n)
	t.Logf("%.0f bytes per tuned tenant, of %d", bytes, len(sets))
	if bytes > 2048 {
		t.Errorf("a tuned tenant takes %.0f bytes, want 2048 at most", bytes)
	}
	runtime.KeepAlive(sets)
}

func BenchmarkSet_Tune(b *testing.B) {
	sets, bytes := tenants(b, max(b.N, 100))
	b.ReportMetric(bytes, "bytes/tenant")
	runtime.KeepAlive(sets)
}
