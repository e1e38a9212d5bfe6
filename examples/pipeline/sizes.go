package main

import "time"

// sizes are the bounds of a pipeline. All processes that share one have to agree on ahead and ackWait.
type sizes struct {
	batch      int           // bytes of the records in a message, more or less
	slack      time.Duration // by event time, that a message may be judged before an older one: see gate
	ahead      int           // messages that are in hand, or judged before an older one, at most
	ackWait    time.Duration // how long a worker may say nothing of a message before another gets it
	deliveries int           // after which a message is set aside
	replicas   int
	inMemory   bool
}

// allow divides what lateness allows: half of it for the order in which events come, half for workers, of whom each has
// a message that spans a part of their half.
func (s *sizes) allow(lateness time.Duration) { s.slack = lateness / 2 }

// span is the event time that a message may span, unless it is one record.
func (s *sizes) span() time.Duration { return s.slack / 4 }

func defaultSizes() sizes {
	return sizes{batch: 256 << 10, ahead: 32, ackWait: 30 * time.Second, deliveries: 20, replicas: 1}
}
