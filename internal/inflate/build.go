package inflate

import "math/bits"

// build makes a table with an index of size bits. It reports whether the lengths are those of a
// complete code. Like zlib, it also takes a single code of one bit, and none at all: a bit that
// is no code is a fault where it is met.
func build(table []uint32, size int, lengths []uint8, entries *[288]uint32) bool {
	var count [maxBits + 1]int
	for _, n := range lengths {
		count[n&maxBits]++
	}
	count[0] = 0
	var place [maxBits + 2]int // where the symbols of a length start in sorted
	longest, room := 0, 1
	for n := 1; n <= maxBits; n++ {
		place[n+1] = place[n] + count[n]
		if room = room<<1 - count[n]; room < 0 {
			return false
		}
		if count[n] != 0 {
			longest = n
		}
	}
	if longest == 0 || longest == 1 && count[1] == 1 {
		for i := range table[:1<<size] {
			table[i] = special
		}
	} else if room != 0 {
		return false
	}
	var sorted [288]uint16
	next := place
	for symbol, n := range lengths {
		if n != 0 {
			sorted[next[n&maxBits]] = uint16(symbol)
			next[n&maxBits]++
		}
	}

	// Codes of a length follow each other in the order of their symbols. The input has them
	// highest bit first, so the index of a table is a code reversed. For codes up to n bits, 2^n
	// entries are enough, and then these are doubled.
	code, filled := uint32(0), 1
	for n := 1; n <= min(longest, size); n++ {
		code <<= 1
		copy(table[filled:2*filled], table[:filled])
		filled *= 2
		for _, symbol := range sorted[place[n]:place[n+1]] {
			table[reverse(code, n)] = entries[symbol] + uint32(n)<<codeShift + uint32(n)
			code++
		}
	}
	for filled < 1<<size {
		copy(table[filled:2*filled], table[:filled])
		filled *= 2
	}

	// Longer codes are behind the others, in a part of its own for each start.
	behind, start := 1<<size, uint32(1<<size)
	part := 1 << max(longest-size, 0)
	for n := size + 1; n <= longest; n++ {
		code <<= 1
		for _, symbol := range sorted[place[n]:place[n+1]] {
			index := reverse(code, n)
			if s := index & (1<<size - 1); s != start {
				start = s
				table[s] = special | onward | uint32(behind)<<valueShift | uint32(longest-size)<<codeShift
				behind += part
			}
			e := entries[symbol] + uint32(n)<<codeShift + uint32(n)
			for i := int(index >> size); i < part; i += 1 << (n - size) {
				table[behind-part+i] = e
			}
			code++
		}
	}
	return true
}

// reverse returns the n bits of a code in the order of the input.
func reverse(code uint32, n int) uint32 { return bits.Reverse32(code) >> (32 - n) }
