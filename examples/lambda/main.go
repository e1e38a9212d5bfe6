// Lambda is an AWS Lambda function that searches CloudTrail for attacks and misuse, made to be copied.
//
// Whatever invokes it, S3 notifications, SQS, SNS, EventBridge, CloudWatch Logs, Kinesis or a program, it judges the
// records in the payload and those of the S3 objects that the payload names, and sends what it finds to an SNS topic,
// an EventBridge bus or standard output. README.md says how it is deployed, what the environment variables mean and
// which failures are tried again; template.yaml deploys it.
//
// It runs without AWS as well, over a payload and a directory of objects, DIR/<bucket>/<key>:
//
//	go run ./examples/lambda -event FILE -objects DIR
//
// How long a cold start and a warm invocation take is measured with
//
//	go test -run '^$' -bench . ./examples/lambda
//
// and each invocation logs the time that it took and the CPU time that it used.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	started := time.Now()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	err := run(context.Background(), os.Args[1:], started, log, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		log.Error("stopped", "error", err.Error())
		os.Exit(1)
	}
}

// run serves Lambda, or with -event judges one payload.
func run(ctx context.Context, args []string, started time.Time, log *slog.Logger, stdout io.Writer) error {
	local, err := parseFlags(args)
	if err != nil {
		return err
	}
	if local == nil && os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		return errors.New("not in Lambda: give -event FILE to judge one payload, -h lists the flags")
	}
	c, err := readSettings(os.Getenv)
	if err != nil {
		return err
	}
	set, err := compile(c, log)
	if err != nil {
		return err
	}
	if local != nil {
		return local.run(ctx, c, set, log, stdout)
	}
	aws, err := connect(ctx)
	if err != nil {
		return err
	}
	h := &handler{set: set, get: s3Objects(aws), out: c.destination(aws, stdout), minSeverity: c.minSeverity, log: log}
	log.Info("ready", "init_ms", milliseconds(time.Since(started)), "rules", len(set.Rules()))
	lambda.StartWithOptions(h.Handle, lambda.WithContext(ctx))
	return nil
}
