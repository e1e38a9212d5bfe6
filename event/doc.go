// Package event models one AWS CloudTrail record, and reads records out of
// every envelope they arrive in.
//
// An [Event] has a typed field for every top-level field that AWS documents,
// keeps the record's exact bytes, and leaves the free-form parts as lazily
// parsed documents ([Doc]). Decoding is lenient in types, because CloudTrail
// is: a boolean may come as text, an object as null, a new field or event type
// at any time. What the model has no place for is kept in Extra, and nothing is
// an error except text that is not JSON or is no record.
//
//	f, err := os.Open("log.json.gz")
//	...
//	for e, err := range event.Records(f, event.File("log.json.gz")) {
//		if err != nil {
//			log.Print(err) // one record could not be read; the next one follows
//			continue
//		}
//		if e.EventName == "CreateAccessKey" && e.Outcome() == event.Success {
//			key := e.ResponseElements.Str("accessKey", "accessKeyId")
//			fmt.Println(e.Actor().ID, "created", key, "from", e.Source().Addr)
//		}
//	}
//
// The fields follow "CloudTrail record contents for management, data, and
// network activity events" in the AWS CloudTrail user guide.
package event
