// Scan searches CloudTrail logs for attacks and misuse, with the catalogue of Trailsift.
//
//	go run ./examples/scan [flags] [PATH...]
//
// A PATH is a file, a directory, which is read with all that lies below it except what is
// hidden, or - for standard input, in any form that event.Records reads: log files, gzipped or
// not, NDJSON, EventBridge events and the rest. Without a PATH it scans a small synthetic trail
// that is part of the program.
//
// With -tune it bends the rules as a file of tunings says, and with -explain RULE it prints why a
// rule matches, or does not, the records that it looks at.
//
// It exits with 0 when the scan is complete, even if some records could not be read; with 1
// when rules, flags or an input could not be; and with 2 when there are findings as severe as
// -fail-on says.
package main

import (
	"context"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
