package main

import (
	"bytes"
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// destination is the one that FINDINGS names.
func (c settings) destination(cfg aws.Config, stdout io.Writer) destination {
	switch c.findings {
	case toSNS:
		return &topic{sns.NewFromConfig(cfg), c.target}
	case toEventBridge:
		return &bus{eventbridge.NewFromConfig(cfg), c.target}
	}
	return lines{stdout}
}

// lines writes one finding a line. In Lambda they go to the log.
type lines struct{ w io.Writer }

func (l lines) send(_ context.Context, batch []message) ([]error, error) {
	var b bytes.Buffer
	for _, m := range batch {
		b.Write(m.body)
		b.WriteByte('\n')
	}
	_, err := l.w.Write(b.Bytes())
	return make([]error, len(batch)), err
}
