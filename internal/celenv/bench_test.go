package celenv_test

import (
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// BenchmarkCondition is one condition of each shape, hot, over one decoded event.
func BenchmarkCondition(b *testing.B) {
	ev, err := event.Parse([]byte(full))
	if err != nil {
		b.Fatal(err)
	}
	for _, src := range []string{
		`event.awsRegion == "eu-west-9"`,
		`event.awsRegion == "eu-west-1" && event.eventName in ["A", "B", "C"]`,
		`event.eventSource == "ec2.amazonaws.com" && event.awsRegion == "eu-west-1" && !has(event.errorMessage)`,
		`event.userIdentity.sessionContext.sessionIssuer.userName == "x"`,
		`has(event.requestParameters.t) && event.requestParameters.t.endsWith("x")`,
		`event.requestParameters.ipPermissions.items.exists(p, p.ipRanges.items.exists(r, r.cidrIp == "::/0"))`,
		`event.userAgent.matches("^aws-cli/[0-9.]+ Ruby")`,
		`actor.isRoot`,
	} {
		b.Run(src, func(b *testing.B) {
			p, issues := celenv.Compile(src, celenv.Scope{}, true)
			if issues != nil {
				b.Fatal(issues)
			}
			var f celenv.Frame
			f.Reset(ev)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Eval(&f, &celenv.Bindings{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
