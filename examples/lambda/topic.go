package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// A topic is one of SNS, not a FIFO one. Subscribers may filter by the attributes severity and rule.
type topic struct {
	client *sns.Client
	arn    string
}

func (t *topic) send(ctx context.Context, batch []message) ([]error, error) {
	in := &sns.PublishBatchInput{TopicArn: &t.arn}
	for n, m := range batch {
		in.PublishBatchRequestEntries = append(in.PublishBatchRequestEntries, types.PublishBatchRequestEntry{
			Id:      aws.String(strconv.Itoa(n)),
			Message: aws.String(string(m.body)),
			MessageAttributes: map[string]types.MessageAttributeValue{
				"severity": {DataType: aws.String("String"), StringValue: aws.String(m.finding.Severity.String())},
				"rule":     {DataType: aws.String("String"), StringValue: &m.finding.Rule},
			},
		})
	}
	out, err := t.client.PublishBatch(ctx, in)
	if err != nil {
		return nil, err
	}
	// What is not said to have been taken, was not.
	errs := make([]error, len(batch))
	for n := range errs {
		errs[n] = errors.New("SNS does not say that it took it")
	}
	for _, ok := range out.Successful {
		if n, err := strconv.Atoi(aws.ToString(ok.Id)); err == nil && n >= 0 && n < len(errs) {
			errs[n] = nil
		}
	}
	for _, bad := range out.Failed {
		if n, err := strconv.Atoi(aws.ToString(bad.Id)); err == nil && n >= 0 && n < len(errs) {
			errs[n] = fmt.Errorf("%s: %s", aws.ToString(bad.Code), aws.ToString(bad.Message))
		}
	}
	return errs, nil
}
