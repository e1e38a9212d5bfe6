package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/ruleset"
)

// A local is a run outside Lambda.
type local struct {
	event   string // a file
	objects string // a directory, "" for S3
}

// parseFlags returns nil when the command line asks for no local run.
func parseFlags(args []string) (*local, error) {
	l := &local{}
	fs := flag.NewFlagSet("lambda", flag.ContinueOnError)
	fs.StringVar(&l.event, "event", "", "judge the payload in `FILE`, as Lambda would hand it over, and print findings and response")
	fs.StringVar(&l.objects, "objects", "", "take S3 objects from `DIR`/<bucket>/<key> instead of S3")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case fs.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case l.event != "":
		return l, nil
	case l.objects != "":
		return nil, errors.New("-objects goes with -event")
	}
	return nil, nil
}

// run judges the payload and prints the findings, one a line, and what the handler returns.
func (l *local) run(ctx context.Context, c settings, set *ruleset.Set, log *slog.Logger, stdout io.Writer) error {
	payload, err := os.ReadFile(l.event)
	if err != nil {
		return err
	}
	h := &handler{set: set, out: lines{stdout}, minSeverity: c.minSeverity, log: log}
	if l.objects != "" {
		root, err := os.OpenRoot(l.objects) // which no payload can leave
		if err != nil {
			return err
		}
		defer root.Close()
		h.get = func(_ context.Context, ref event.Ref) (io.ReadCloser, error) {
			return root.Open(path.Join(ref.Bucket, ref.Key))
		}
	} else {
		cfg, err := connect(ctx)
		if err != nil {
			return err
		}
		h.get = s3Objects(cfg)
	}
	answer, err := lambda.NewHandler(h.Handle).Invoke(ctx, payload)
	if err != nil {
		return fmt.Errorf("the invocation fails, and is tried again: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%s\n", json.RawMessage(answer))
	return err
}
