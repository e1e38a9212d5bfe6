package inflate

import "encoding/binary"

// fastInput is what a round of fast may take of the input: two loads of eight bytes.
const fastInput = 16

// fast inflates the literals and matches of a block as long as there is input and room for the
// largest round. It leaves the end of the block, and codes that are none, to symbol.
func (z *Reader) fast() {
	in, _ := z.src.Peek(z.src.Buffered())
	bits, end := z.bits, z.end
	n := uint32(z.n) // only the lowest six bits count: whole entries are taken from it
	pos, bad := 0, false
	for pos <= len(in)-fastInput && end < fullMark {
		// Eight bytes are loaded, and as many count as fit. What is above the n bits is the start
		// of the next byte, which is loaded once more.
		bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int(^n & 63 >> 3)
		n = n&63 | 56

		// With 56 bits, there are three codes of an index, or two and a longer code with its
		// extra bits.
		e := z.lit[bits&(1<<litBits-1)]
		if e&literal != 0 {
			bits >>= e & useMask
			n -= e
			end = z.put(end, e)
			if e = z.lit[bits&(1<<litBits-1)]; e&literal != 0 {
				bits >>= e & useMask
				n -= e
				end = z.put(end, e)
				if e = z.lit[bits&(1<<litBits-1)]; e&literal != 0 {
					bits >>= e & useMask
					n -= e
					end = z.put(end, e)
					continue
				}
			}
		}
		if e&special != 0 {
			if e&onward == 0 {
				break
			}
			e = z.lit[e>>valueShift+uint32(bits>>litBits)&(1<<(e>>codeShift&codeMask)-1)]
			if e&literal != 0 {
				bits >>= e & useMask
				n -= e
				end = z.put(end, e)
				continue
			}
			if e&special != 0 {
				break
			}
		}
		length := valueOf(e, bits)
		bits >>= e & useMask
		n -= e

		// A distance is 28 bits at most.
		if n&63 < 28 {
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
			pos += int(^n & 63 >> 3)
			n = n&63 | 56
		}
		e = z.dist[bits&(1<<distBits-1)]
		if e&special != 0 {
			if e&onward != 0 {
				e = z.dist[e>>valueShift+uint32(bits>>distBits)&(1<<(e>>codeShift&codeMask)-1)]
			}
			if e&special != 0 {
				bad = true
				break
			}
		}
		dist := valueOf(e, bits)
		bits >>= e & useMask
		n -= e

		if dist > end {
			bad = true
			break
		}
		if dist < 16 {
			z.match(end, dist, length)
			end += length
			continue
		}
		// Most matches end with the first step, the more so as it is a long one. What it writes
		// behind the match is written over.
		from, at := end-dist, end
		for end += length; ; from += 32 {
			z.step(at, from)
			if at += 32; at >= end {
				break
			}
		}
	}

	// Bytes of which no bit was used are given back.
	n &= 63
	back := min(int(n>>3), pos)
	pos -= back
	n -= uint32(back) * 8
	z.bits, z.n, z.end = bits&(1<<n-1), uint(n), end
	z.src.Discard(pos)
	z.offset += int64(pos)
	if bad {
		z.corrupt()
	}
}

// put writes the literals of e, of which there may be one less, and returns where they end.
func (z *Reader) put(at int, e uint32) int {
	binary.LittleEndian.PutUint16(z.out[at&outMask:], uint16(e>>valueShift))
	return at + 1 + int(e>>pairBit&1)
}

// valueOf returns the length or distance that e and the next bits make.
func valueOf(e uint32, bits uint64) int {
	return int(e>>valueShift) + int(bits&(1<<(e&useMask)-1)>>(e>>codeShift&codeMask))
}

// step copies 32 bytes, the second half after the first.
func (z *Reader) step(at, from int) {
	at, from = at&outMask, from&outMask
	dst, src := (*[32]byte)(z.out[at:at+32]), (*[32]byte)(z.out[from:from+32])
	*(*[16]byte)(dst[:16]) = *(*[16]byte)(src[:16])
	*(*[16]byte)(dst[16:]) = *(*[16]byte)(src[16:])
}
