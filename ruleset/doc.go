// Package ruleset evaluates many rules over CloudTrail records in one pass.
//
// Compile turns rules into a Set, once; a Set is immutable and safe for any number of
// goroutines, so that reloading rules is the swap of one pointer. Eval judges one decoded
// event; a Scanner goes through whole log files and streams, and decodes only the records
// that some rule could match:
//
//	rules, err := builtin.Rules()
//	...
//	set, err := ruleset.Compile(rules, ruleset.WithList("policy-maintainers", "cm-policymaintainer"))
//	...
//	for result, err := range set.Scan(ctx, file, event.File("trail.json.gz")) {
//		if err != nil {
//			log.Println(err) // one record could not be read; the scan goes on
//			continue
//		}
//		for _, f := range result.Findings {
//			fmt.Println(f.Severity, f.Title, f.Actor.ID, f.Message)
//		}
//	}
//
// Scanner.ScanPayload does the same for what a Lambda function or a queue receives: it
// follows notifications to the S3 objects that they name.
//
// Rules with memory (aggregates, sequences, first sightings, anomalies, dedup) keep what they remember in a
// state.Store: see WithStore and Episode. A program that reloads rules gives each new Set the same store.
//
// Set.Tune bends rules without touching them, for each tenant if need be; Live swaps sets under
// load; Set.Explain says why a rule matched an event, or did not.
//
// A rule that cannot be evaluated over an event is a Fault beside the findings of the other
// rules; it is never taken for "no match".
package ruleset
