package rule_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/trailsift/trailsift/rule"
)

func TestParseAttack(t *testing.T) {
	tests := []struct {
		in, tactic, technique string // names
		hint                  string
		wrong                 bool
	}{
		{in: "TA0003/T1098.001", tactic: "Persistence", technique: "Account Manipulation: Additional Cloud Credentials"},
		{in: "TA0004/T1098", tactic: "Privilege Escalation", technique: "Account Manipulation"},
		{in: "TA0006/T1098", wrong: true, hint: "TA0003/T1098"},
		{in: "TA0003/T1098.01", wrong: true, hint: "TA0003/T1098.001"},
		{in: "TA0003/T1098.999", wrong: true, hint: "TA0003/T1098"},
		{in: "TA003/T1098", wrong: true, hint: "TA0003/T1098"},
		{in: "ta0003/T1098", wrong: true, hint: "TA0003/T1098"},
		{in: "T1098.001", wrong: true, hint: "TA0003/T1098.001"},
		{in: "TA0003", wrong: true},
		{in: "Persistence/Account Manipulation", wrong: true},
		{in: "", wrong: true},
		{in: "TA0003/T1098/T1098", wrong: true},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			a, err := rule.ParseAttack(tt.in)
			if !tt.wrong {
				if err != nil {
					t.Fatal(err)
				}
				if a.TacticName() != tt.tactic || a.TechniqueName() != tt.technique || a.String() != tt.in {
					t.Errorf("got %v: %q, %q", a, a.TacticName(), a.TechniqueName())
				}
				return
			}
			var e *rule.Error
			if !errors.As(err, &e) || a != (rule.Attack{}) {
				t.Fatalf("got %v, %v", a, err)
			}
			if tt.hint != "" && e.Hint != tt.hint {
				t.Errorf("hint %q, want %q (%v)", e.Hint, tt.hint, err)
			}
			if e.Hint != "" {
				if _, err := rule.ParseAttack(e.Hint); err != nil {
					t.Errorf("the hint is wrong itself: %v", err)
				}
			}
		})
	}
}

func TestAttack_text(t *testing.T) {
	in := map[rule.Severity][]rule.Attack{rule.High: {{Tactic: "TA0003", Technique: "T1098.001"}}}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"high":["TA0003/T1098.001"]}` {
		t.Fatalf("got %s, %v", b, err)
	}
	var out map[rule.Severity][]rule.Attack
	if err := json.Unmarshal(b, &out); err != nil || out[rule.High][0] != in[rule.High][0] {
		t.Errorf("got %v, %v", out, err)
	}
	for _, bad := range []string{`{"hihg": []}`, `{"high": ["TA0003/T0"]}`} {
		if err := json.Unmarshal([]byte(bad), &out); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
	if _, err := json.Marshal(rule.Attack{Tactic: "x"}); err == nil {
		t.Error("a pair that does not exist was written")
	}
}

func TestSeverity(t *testing.T) {
	risk := 0
	for s := rule.Informational; s <= rule.Critical; s++ {
		back, err := rule.ParseSeverity(s.String())
		if err != nil || back != s {
			t.Errorf("%v read back: %v, %v", s, back, err)
		}
		if s.DefaultRisk() <= risk || s.DefaultRisk() > 100 {
			t.Errorf("%v has risk %d after %d", s, s.DefaultRisk(), risk)
		}
		risk = s.DefaultRisk()
	}
	for _, s := range []rule.Severity{0, 6} {
		if _, err := s.MarshalText(); err == nil || s.DefaultRisk() != 0 {
			t.Errorf("%d passes for a severity", s)
		}
	}
	var e *rule.Error
	if _, err := rule.ParseSeverity("hgih"); !errors.As(err, &e) || e.Hint != "high" {
		t.Errorf("got %v", err)
	}
}
