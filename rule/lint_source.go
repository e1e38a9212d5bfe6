package rule

import "strings"

const hostSuffix = ".amazonaws.com"

// hosts are names by which a service goes in the command line, in IAM or in speech, with the first
// label of the eventSource that it logs.
var hosts = map[string]string{
	"accessanalyzer":           "access-analyzer",
	"apigatewayv2":             "apigateway",
	"cloudwatch":               "monitoring",
	"cloudwatchlogs":           "logs",
	"configservice":            "config",
	"costexplorer":             "ce",
	"elb":                      "elasticloadbalancing",
	"elbv2":                    "elasticloadbalancing",
	"eventbridge":              "events",
	"msk":                      "kafka",
	"opensearch":               "es",
	"resource-explorer":        "resource-explorer-2",
	"resourcegroupstaggingapi": "tagging",
	"s3api":                    "s3",
	"s3control":                "s3",
	"sesv2":                    "ses",
	"sso-admin":                "sso",
	"stepfunctions":            "states",
	"vpc":                      "ec2",
}

// unloggedSources: a source is a host name, and not always the one that the service's name suggests.
func (l *linter) unloggedSources() {
	for _, m := range l.matches {
		for i, pattern := range m.own.Source {
			if hint := loggedSource(pattern); hint != "" {
				l.warn(at(m.field+".source", i), hint, "CloudTrail logs no source %s", pattern)
			}
		}
	}
	for _, c := range l.all {
		for _, a := range c.Atoms {
			if a.Path.Text != eventSource || !names(a) {
				continue
			}
			for _, v := range a.Values {
				text := v.Text
				if a.Op == "equalsIgnoreCase" {
					text = strings.ToLower(text)
				}
				if hint := loggedSource(text); hint != "" && text != "" {
					l.warnIn(c, v.Offset, hint, "CloudTrail logs no source %s", v.Text)
				}
			}
		}
	}
}

// loggedSource returns what was probably meant by a source that CloudTrail does not log, "" for
// one that it may. Of a pattern what follows the last wildcard is judged.
func loggedSource(pattern string) (hint string) {
	last := strings.LastIndexAny(pattern, "*?")
	tail := pattern[last+1:]
	name, isHost := strings.CutSuffix(pattern, hostSuffix)
	switch {
	case last >= 0:
		if strings.HasSuffix(hostSuffix, tail) || strings.HasSuffix(tail, hostSuffix) || isChina(tail) {
			return ""
		}
		name, _, _ = strings.Cut(tail, ".")
		return pattern[:last+1] + name + hostSuffix
	case isHost || isChina(pattern):
		if host, ok := hosts[strings.ToLower(name)]; ok {
			return host + hostSuffix
		}
		if lower := strings.ToLower(pattern); lower != pattern {
			return lower
		}
		return ""
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(strings.ToLower(pattern), "aws."), ".")
	if host, ok := hosts[name]; ok {
		name = host
	}
	return name + hostSuffix
}

// isChina lets the hosts of the partition aws-cn be: whether sources there end so is not documented.
func isChina(host string) bool { return strings.HasSuffix(host, hostSuffix+".cn") }
