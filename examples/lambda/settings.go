package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/trailsift/trailsift/rule"
)

// settings are what the environment variables say. README.md has a table of them.
type settings struct {
	findings    string // where findings go: toStdout, toSNS or toEventBridge
	target      string // the topic's ARN, the bus's name or ARN
	minSeverity rule.Severity
	withMemory  bool
	rules       string // a directory, "" for none
	tunings     string // a file, "" for none
}

const (
	toStdout      = "stdout"
	toSNS         = "sns"
	toEventBridge = "eventbridge"
)

// readSettings reports all that is wrong at once.
func readSettings(getenv func(string) string) (settings, error) {
	c := settings{rules: getenv("RULES"), tunings: getenv("TUNINGS")}
	var errs []error

	findings := getenv("FINDINGS")
	c.findings, c.target, _ = strings.Cut(findings, ":")
	switch {
	case findings == "":
		c.findings = toStdout
	case findings == toStdout, c.findings == toEventBridge && c.target != "":
	case c.findings == toSNS && strings.HasPrefix(c.target, "arn:"):
	default:
		errs = append(errs, fmt.Errorf("FINDINGS is %q, not stdout, sns:<topic ARN> or eventbridge:<bus>", findings))
	}

	c.minSeverity = rule.Informational
	if s := getenv("MIN_SEVERITY"); s != "" {
		var err error
		if c.minSeverity, err = rule.ParseSeverity(s); err != nil {
			errs = append(errs, fmt.Errorf("MIN_SEVERITY: %w", err))
		}
	}

	switch s := getenv("RULES_WITH_MEMORY"); s {
	case "", "off":
	case "on":
		c.withMemory = true
	default:
		errs = append(errs, fmt.Errorf("RULES_WITH_MEMORY is %q, neither on nor off", s))
	}
	return c, errors.Join(errs...)
}
