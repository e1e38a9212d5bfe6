package inflate

import "errors"

// pairInput is how much input has to be at hand for a block to be worth making pairs of literals.
const pairInput = 8 << 10

// errEnd is set when the last block has been inflated.
var errEnd = errors.New("end of the last block")

// need has at least n bits taken from the input. Taking no more bytes than that leaves what is
// behind the last block alone.
func (z *Reader) need(n uint) bool {
	for z.n < n {
		c, err := z.src.ReadByte()
		if err != nil {
			z.err = unexpected(err)
			return false
		}
		z.offset++
		z.bits |= uint64(c) << z.n
		z.n += 8
	}
	return true
}

// use returns the next n bits, which need has had taken.
func (z *Reader) use(n uint) int {
	v := z.bits & (1<<n - 1)
	z.bits >>= n
	z.n -= n
	return int(v)
}

// block reads the header of a block.
func (z *Reader) block() {
	if z.last {
		z.err = errEnd
		return
	}
	if !z.need(3) {
		return
	}
	z.last = z.use(1) == 1
	switch z.use(2) {
	case 0:
		z.storedBlock()
	case 1:
		z.codes.fixed()
		z.state = (*Reader).symbols
	case 2:
		z.dynamicBlock()
	default:
		z.corrupt()
	}
}

func (z *Reader) storedBlock() {
	z.bits, z.n = 0, 0 // it starts with a byte
	b := z.scratch[:4]
	if z.err = z.take(b); z.err != nil {
		return
	}
	if b[0] != ^b[2] || b[1] != ^b[3] {
		z.corrupt()
		return
	}
	z.stored = int(b[0]) | int(b[1])<<8
	z.state = (*Reader).storedBytes
}

func (z *Reader) storedBytes() {
	if z.stored == 0 {
		z.state = (*Reader).block
		return
	}
	if _, err := z.src.Peek(1); err != nil {
		z.err = unexpected(err)
		return
	}
	b, _ := z.src.Peek(min(z.stored, z.src.Buffered(), fullMark-z.end))
	n := copy(z.out[z.end:], b)
	z.src.Discard(n)
	z.offset += int64(n)
	z.end += n
	z.stored -= n
}

// The order in which the code lengths of the lengths' own code are sent.
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamicBlock reads the codes of RFC 1951, section 3.2.7.
func (z *Reader) dynamicBlock() {
	if !z.need(14) {
		return
	}
	nlit, ndist, nlen := z.use(5)+257, z.use(5)+1, z.use(4)+4
	if nlit > 286 || ndist > 30 {
		z.corrupt()
		return
	}
	var own [19]uint8
	for _, symbol := range lengthOrder[:nlen] {
		if !z.need(3) {
			return
		}
		own[symbol] = uint8(z.use(3))
	}
	if !build(z.lengthCode[:], lengthBits, own[:], &lengthEntries) {
		z.corrupt()
		return
	}
	lengths := z.lengths[:nlit+ndist]
	for i := 0; i < len(lengths); {
		symbol, ok := z.lengthSymbol()
		if !ok {
			return
		}
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		var last uint8
		repeat, extra := 3, uint(3)
		switch symbol {
		case 16:
			if i == 0 {
				z.corrupt()
				return
			}
			last, extra = lengths[i-1], 2
		case 18:
			repeat, extra = 11, 7
		}
		if !z.need(extra) {
			return
		}
		if repeat += z.use(extra); repeat > len(lengths)-i {
			z.corrupt()
			return
		}
		for range repeat {
			lengths[i] = last
			i++
		}
	}
	if !z.codes.dynamic(lengths[:nlit], lengths[nlit:]) {
		z.corrupt()
		return
	}
	if z.src.Buffered() >= pairInput {
		z.codes.pairs()
	}
	z.state = (*Reader).symbols
}

func (z *Reader) lengthSymbol() (int, bool) {
	for {
		e := z.lengthCode[z.bits&(1<<lengthBits-1)]
		if n := uint(e & useMask); n <= z.n {
			if e&special != 0 {
				z.corrupt()
				return 0, false
			}
			z.use(n)
			return int(e >> valueShift), true
		}
		if !z.need(z.n + 1) {
			return 0, false
		}
	}
}
