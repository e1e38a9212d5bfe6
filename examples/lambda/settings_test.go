package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
)

func TestSettings(t *testing.T) {
	tests := []struct {
		name string
		env  map[string]string
		want settings
		err  []string // in the error
	}{
		{"nothing", nil, settings{findings: toStdout, minSeverity: rule.Informational}, nil},
		{"topic", map[string]string{"FINDINGS": "sns:" + topicARN, "MIN_SEVERITY": "high"}, settings{findings: toSNS, target: topicARN, minSeverity: rule.High}, nil},
		{"bus", map[string]string{"FINDINGS": "eventbridge:default", "RULES_WITH_MEMORY": "on"}, settings{findings: toEventBridge, target: "default", minSeverity: rule.Informational, withMemory: true}, nil},
		{"files", map[string]string{"FINDINGS": "stdout", "RULES": "r", "TUNINGS": "t", "RULES_WITH_MEMORY": "off"}, settings{findings: toStdout, minSeverity: rule.Informational, rules: "r", tunings: "t"}, nil},
		{"all wrong", map[string]string{"FINDINGS": "sns", "MIN_SEVERITY": "hihg", "RULES_WITH_MEMORY": "yes"}, settings{}, []string{"FINDINGS", "MIN_SEVERITY", `"high"`, "RULES_WITH_MEMORY"}},
		{"no bus", map[string]string{"FINDINGS": "eventbridge:"}, settings{}, []string{"FINDINGS"}},
		{"no ARN", map[string]string{"FINDINGS": "sns:findings"}, settings{}, []string{"FINDINGS"}},
		{"queue", map[string]string{"FINDINGS": "sqs:arn:aws:sqs:q"}, settings{}, []string{"FINDINGS"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := readSettings(func(name string) string { return test.env[name] })
			if (err != nil) != (test.err != nil) {
				t.Fatal(err)
			}
			for _, want := range test.err {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nlacks %s", err, want)
				}
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(settings{})); err == nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
