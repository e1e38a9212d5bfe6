package state

// ringSize is what a ring takes in its map.
const ringSize = 40

// load makes k.sighting that of a cell.
func (k *kept) load(c *cell) {
	k.sighting = Sighting{prev: c.prev, first: c.first, last: c.last, notices: c.notices}
	if len(k.rings) > 0 {
		k.sighting.ring = k.rings[c.place]
	}
}

// store makes a cell that of k.sighting.
func (k *kept) store(c *cell) {
	g := &k.sighting
	c.prev, c.first, c.last, c.notices = g.prev, g.first, g.last, g.notices
	k.setRing(c.place, g.ring)
}

func (k *kept) setRing(p place, r *ring) {
	if r == nil && len(k.rings) == 0 {
		return
	}
	if old := k.rings[p]; old == r {
		return
	} else if old != nil {
		k.ringBytes -= int64(old.size() + ringSize)
	}
	if r == nil {
		delete(k.rings, p)
		return
	}
	k.rings[p] = r
	k.ringBytes += int64(r.size() + ringSize)
}

// forget removes a sighting.
func (k *kept) forget(i uint32) {
	k.setRing(k.cells.at(i).place, nil)
	k.cells.remove(i)
	if k.cells.sparse() {
		k.compact()
	}
}

// compact copies the sightings to memory without gaps.
func (k *kept) compact() {
	var to cells
	k.cellEnds.replace(func(i uint32) uint32 {
		c := k.cells.at(i)
		j := to.insert(c.place)
		*to.at(j) = *c
		return j
	})
	k.cells = to
}
