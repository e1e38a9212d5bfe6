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
// What reaches a Lambda function or a queue is often a notification: no records, but the S3
// objects that hold them. [Fetch] reads both, through a function that fetches an object, so
// that this package needs no AWS SDK; [Refs] tells the objects alone:
//
//	get := func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
//		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &ref.Bucket, Key: &ref.Key})
//		if err != nil {
//			return nil, err
//		}
//		return out.Body, nil
//	}
//	for e, err := range event.Fetch(ctx, payload, get) {
//		var lost *event.FetchError
//		if errors.As(err, &lost) {
//			retry(lost.Ref.Location.ItemID) // the SQS message that named the object
//		}
//		...
//	}
//
// The fields follow "CloudTrail record contents for management, data, and
// network activity events" in the AWS CloudTrail user guide.
package event
