// Pipeline detects attacks in CloudTrail records with any number of workers, on a queue that survives the death of any
// of them: NATS JetStream, within the process unless -nats names a cluster.
//
//	go run ./examples/pipeline [flags] [PATH...]
//
// Log files are cut into messages and queued; workers judge them, remember in a bucket that they share, and store each
// finding once. When all is judged it prints the findings and exits, unless -follow says otherwise. README.md says how
// the parts fit, and what to copy. Flags are listed by -h.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
