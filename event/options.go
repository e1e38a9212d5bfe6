package event

// A ReadOption changes how [Records], [Fetch] and their like read.
type ReadOption interface{ apply(*readConfig) }

type readOption func(*readConfig)

func (o readOption) apply(c *readConfig) { o(c) }

const (
	defaultRecordBytes   = 8 << 20
	defaultInflatedBytes = 1 << 30

	// largestRecordBytes keeps the places inside a record within 32 bits.
	largestRecordBytes = 1 << 30

	// maxPacked bounds compressed data inside a record of the input: the events that carry
	// it reach a few MB at most.
	maxPacked = 64 << 20
)

type readConfig struct {
	file        string
	recordBytes int
	inflated    int64
	nesting     int
	item        string
}

func newReadConfig(opts []ReadOption) readConfig {
	c := readConfig{recordBytes: defaultRecordBytes, inflated: defaultInflatedBytes, nesting: 100}
	for _, o := range opts {
		if o != nil {
			o.apply(&c)
		}
	}
	return c
}

// File names the input in every [Location].
func File(name string) ReadOption {
	return readOption(func(c *readConfig) { c.file = name })
}

// item is the ItemID of every [Location].
func item(id string) ReadOption {
	return readOption(func(c *readConfig) { c.item = id })
}

// MaxRecordBytes limits the size of one record, and of one item that carries records but
// cannot be read piece by piece (an EventBridge event, base64 data). Larger ones are skipped
// and reported as [ErrTooLarge]. The default is 8 MiB, n below 1 stands for it, and 1 GiB is
// the most. Reading needs about this much memory where the input holds such a record, and
// 256 KiB where not.
func MaxRecordBytes(n int) ReadOption {
	return readOption(func(c *readConfig) {
		if n < 1 {
			n = defaultRecordBytes
		}
		c.recordBytes = min(n, largestRecordBytes)
	})
}

// MaxInflatedBytes limits what one gzip stream, all its members together, may inflate to:
// beyond it the input ends with [ErrTooLarge]. The default is 1 GiB, and n below 1 stands for
// it. Compressed data inside an item of the input is limited to 64 MiB, or to n if that is less,
// and all the compressed data inside that, taken together, to the same once more.
func MaxInflatedBytes(n int64) ReadOption {
	return readOption(func(c *readConfig) {
		if n < 1 {
			n = defaultInflatedBytes
		}
		c.inflated = n
	})
}

// MaxNesting limits how deep the arrays and objects of a record may nest, the record itself
// being the first level. Deeper ones are skipped and reported as [ErrTooDeep]. The default is
// 100, and n below 1 stands for it.
func MaxNesting(n int) ReadOption {
	return readOption(func(c *readConfig) {
		if n < 1 {
			n = 100
		}
		c.nesting = n
	})
}
