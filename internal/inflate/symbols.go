package inflate

// symbols inflates the literals and matches of a block, until its end or until the buffer is
// full.
func (z *Reader) symbols() {
	for z.err == nil && z.end < fullMark {
		if z.src.Buffered() >= fastInput {
			z.fast()
			if z.err != nil || z.end >= fullMark {
				return
			}
		}
		if z.symbol() {
			z.state = (*Reader).block
			return
		}
	}
}

// symbol inflates one literal or match, taking no byte that it does not need. It reports the end
// of the block.
func (z *Reader) symbol() bool {
	if !z.need(z.litLeast) {
		return false
	}
	e, ok := z.entry(z.lit[:], litBits)
	switch {
	case !ok:
		return false
	case e&literal != 0:
		z.use(uint(e & useMask))
		z.out[z.end] = byte(e >> valueShift)
		z.end++
		return false
	case e&endMark != 0:
		z.use(uint(e & useMask))
		return true
	}
	length, ok := z.value(e)
	if !ok {
		return false
	}
	if e, ok = z.entry(z.dist[:], distBits); !ok {
		return false
	}
	dist, ok := z.value(e)
	if !ok {
		return false
	}
	if dist > z.end {
		z.corrupt()
		return false
	}
	z.match(z.end, dist, length)
	z.end += length
	return false
}

// entry returns the entry of the code that is next.
func (z *Reader) entry(table []uint32, size uint) (uint32, bool) {
	for {
		e := table[z.bits&(1<<size-1)]
		if e&onward != 0 {
			e = table[e>>valueShift+uint32(z.bits>>size)&(1<<(e>>codeShift&codeMask)-1)]
		}
		if e&pair != 0 {
			first := e >> valueShift & 255
			e = literal | first<<valueShift | uint32(z.lengths[first])*(1<<codeShift|1)
		}
		n := uint(e >> codeShift & codeMask)
		if n <= z.n {
			if e&special != 0 && e&endMark == 0 {
				z.corrupt()
				return 0, false
			}
			return e, true
		}
		if !z.need(z.n + 1) {
			return 0, false
		}
	}
}

// value uses the bits of a length or distance.
func (z *Reader) value(e uint32) (int, bool) {
	n := uint(e & useMask)
	if !z.need(n) {
		return 0, false
	}
	v := valueOf(e, z.bits)
	z.use(n)
	return v, true
}

// match copies length bytes from dist bytes before out[at] to out[at].
func (z *Reader) match(at, dist, length int) {
	if dist == 1 {
		b, c := z.out[at:at+length], z.out[at-1]
		for i := range b {
			b[i] = c
		}
		return
	}
	// What has been copied may be copied again, twice as much each time.
	from, end := at-dist, at+length
	for at < end {
		at += copy(z.out[at:end], z.out[from:at])
	}
}
