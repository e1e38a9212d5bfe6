package state

// cells keeps sightings: there may be millions, so that each takes little, and none has a pointer for the garbage
// collector to follow. They lie in chunks, which grow without copying, and are found through an open hash table of
// their numbers.
type cells struct {
	chunks [][]cell
	index  []slot // linear probing, at most three quarters full
	free   uint32 // a list of cells not in use, through cell.first; a number plus one
	made   int    // cells in use and free
	live   int
}

type cell struct {
	place                      place
	prev, first, last, history uint32
	notices                    [2]notice
}

// A slot has a cell's number plus one, or 0 for none; and a part of its place, so that most others are not looked at.
type slot struct{ n, tag uint32 }

const (
	chunkCells = 128

	// cellBytes is what a sighting takes: its cell, its part of the index, and its entry in a bucket.
	cellBytes = 64 + 15 + 6
)

func (c *cells) at(i uint32) *cell { return &c.chunks[i/chunkCells][i%chunkCells] }

// end is when a cell expires.
func (c *cell) end() uint32 { return expiry(c.last, c.history) }

func (c *cells) find(p place) (i uint32, ok bool) {
	if len(c.index) == 0 {
		return 0, false
	}
	mask := uint64(len(c.index) - 1)
	for pos := p[0] & mask; c.index[pos].n != 0; pos = (pos + 1) & mask {
		if s := c.index[pos]; s.tag == uint32(p[1]>>32) && c.at(s.n-1).place == p {
			return s.n - 1, true
		}
	}
	return 0, false
}

// insert makes a cell for a place that has none.
func (c *cells) insert(p place) (i uint32) {
	if 4*(c.live+1) > 3*len(c.index) {
		c.grow()
	}
	if c.free != 0 {
		i = c.free - 1
		c.free = c.at(i).first
	} else {
		i = uint32(c.made)
		if c.made%chunkCells == 0 {
			c.chunks = append(c.chunks, make([]cell, chunkCells))
		}
		c.made++
	}
	*c.at(i) = cell{place: p}
	c.live++
	c.enter(i, p)
	return i
}

func (c *cells) enter(i uint32, p place) {
	mask := uint64(len(c.index) - 1)
	pos := p[0] & mask
	for c.index[pos].n != 0 {
		pos = (pos + 1) & mask
	}
	c.index[pos] = slot{i + 1, uint32(p[1] >> 32)}
}

func (c *cells) grow() {
	old := c.index
	c.index = make([]slot, max(16, 2*len(old)))
	for _, s := range old {
		if s.n != 0 {
			c.enter(s.n-1, c.at(s.n-1).place)
		}
	}
}

// remove frees a cell, and closes the gap in the index with what was put off because of it.
func (c *cells) remove(i uint32) {
	mask := uint64(len(c.index) - 1)
	gap := c.at(i).place[0] & mask
	for c.index[gap].n != i+1 {
		gap = (gap + 1) & mask
	}
	for pos := (gap + 1) & mask; c.index[pos].n != 0; pos = (pos + 1) & mask {
		home := c.at(c.index[pos].n - 1).place[0] & mask
		if (pos-home)&mask >= (pos-gap)&mask {
			c.index[gap] = c.index[pos]
			gap = pos
		}
	}
	c.index[gap] = slot{}
	*c.at(i) = cell{first: c.free}
	c.free = i + 1
	c.live--
}

// sparse reports whether much of the memory is free, so that it is worth while to copy what is left.
func (c *cells) sparse() bool { return c.made-c.live > c.live/8+256 }
