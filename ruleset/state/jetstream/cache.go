package jetstream

import "sync"

// A cache holds the entries that were used last, more or less. The zero cache holds none.
type cache struct {
	limit int // bytes of keys and values

	mu      sync.Mutex
	entries map[string]entry
	bytes   int
}

func (c *cache) get(key string) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e, ok
}

// put keeps the value, which must not change any more.
func (c *cache) put(key string, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(key)
	size := len(key) + len(e.value)
	if size > c.limit {
		return
	}
	for other := range c.entries { // in random order
		if c.bytes+size <= c.limit {
			break
		}
		c.remove(other)
	}
	if c.entries == nil {
		c.entries = map[string]entry{}
	}
	c.entries[key] = e
	c.bytes += size
}

func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(key)
}

func (c *cache) remove(key string) {
	if e, ok := c.entries[key]; ok {
		delete(c.entries, key)
		c.bytes -= len(key) + len(e.value)
	}
}
