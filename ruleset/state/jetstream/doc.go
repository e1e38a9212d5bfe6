// Package jetstream keeps what rules with memory remember in a key-value bucket of NATS JetStream, so that any number
// of processes judge one stream of events together, and none of it is lost with any of them.
//
//	bucket, err := js.CreateOrUpdateKeyValue(ctx, natsjs.KeyValueConfig{Bucket: "memory", Replicas: 3})
//	...
//	set, err := ruleset.Compile(rules, ruleset.WithStore(jetstream.New(bucket)))
//
// # How it works
//
// Each key of the store is a key of the bucket, and its value is the binary form that package state defines. An
// operation reads the value, changes it, lets the rule judge it, and writes it on the condition that nobody has written
// in between (compare and set); otherwise it starts again with what it then reads. What does not change a value, an
// event that is delivered again for instance, is not written.
//
// A Store remembers a few of the values that it wrote last, so that a key which one process alone works on costs one
// round trip for an event, and two where several processes take turns. Operations of one Store on the same key wait for
// each other, and meet no conflict.
//
// # Sizes
//
// Each event writes its window anew, so that an event of a group with many costs more: about 40 bytes for each member.
// A window is cut to the limit of WithMembers as [state.Window.Limit] does; a finding says how many events were taken
// out of its window, and Stats how many in all. It is also cut so far that the value stays below WithMaxValue, which has
// to be below the max_payload of the servers, 1 MiB by default.
//
// # When the bucket forgets
//
// Rules count in event time, and a server in time of its own, from the last write of a key: whenever events stand still
// while the clock goes on, in an outage or a backlog, a server forgets too early if it may. An early end loses findings;
// a late one costs nothing but room. Nothing is forgotten unless one of these says so:
//
//   - the bucket's TTL, for all keys alike: longer than one and a half times the longest history of any rule, and the
//     longest outage on top;
//   - WithTTL, for each key what its rule asks for and an allowance for outages on top, on a bucket with LimitMarkerTTL
//     (nats-server 2.11 and later).
//
// An archive that is replayed writes years of events within minutes: then either serves only to bound the size.
package jetstream
