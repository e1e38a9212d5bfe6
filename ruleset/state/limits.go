package state

// Limits bound a Memory. A field that is not above 0 means its default.
type Limits struct {
	Keys    int   // windows and sightings together; 4,000,000
	Bytes   int64 // what they take, by Stats.Bytes; 512 MiB
	Members int   // of one window; 8192
}

func (l Limits) orDefaults() Limits {
	if l.Keys <= 0 {
		l.Keys = 4_000_000
	}
	if l.Bytes <= 0 {
		l.Bytes = 512 << 20
	}
	if l.Members <= 0 {
		l.Members = 8192
	}
	return l
}

// shards is the number of shards, a power of two. Each has an equal part of the limits, so that they hold in total; and
// each is large, so that chance does not fill one long before the others.
func (l Limits) shards() int {
	n := 64
	for n > 1 && (l.Keys/n < 4096 || l.Bytes/int64(n) < 4<<20) {
		n /= 2
	}
	return n
}

func (l Limits) part(n int) Limits {
	return Limits{Keys: l.Keys / n, Bytes: l.Bytes / int64(n), Members: l.Members}
}
