package rule_test

import (
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
