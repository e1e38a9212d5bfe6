package inflate

import "sync"

// An entry of a table says what the next bits of the input mean. Its lowest six bits are how many
// of them to use, for the code and for what is added to the value; bits 8 to 11 are how many are
// the code; the upper half is the value: a literal, a pair of them, the shortest length, or the
// shortest distance. Codes longer than the table's index have an entry that leads on: its value
// is where in the table the entries of all codes with this start are, and bits 8 to 11 are how
// many more bits make the index there.
const (
	valueShift = 16
	codeShift  = 8
	useMask    = 63
	codeMask   = 15

	literal = 1 << 15 // one byte, or two
	special = 1 << 14 // one of the following, or no code at all
	onward  = 1 << 13 // leads on
	endMark = 1 << 12 // the end of the block
	pair    = 1 << pairBit
	pairBit = 6
)

// The bits of the indices, and the sizes of the tables. A complete code has at least two codes
// with each start that leads on.
const (
	litBits    = 11
	distBits   = 9
	lengthBits = 7
	maxBits    = 15

	litSize  = 1<<litBits + 286/2<<(maxBits-litBits)
	distSize = 1<<distBits + 30/2<<(maxBits-distBits)
)

type codes struct {
	isFixed    bool // lit and dist are those of fixed blocks
	litLeast   uint // what any code of lit takes, given that there will be an end of the block
	lit        [litSize]uint32
	dist       [distSize]uint32
	lengthCode [1 << lengthBits]uint32
	lengths    [286 + 30]uint8
}

// The entries of the symbols, but for the length of their codes.
var (
	litEntries    = litSymbols()
	distEntries   = distSymbols()
	lengthEntries = lengthSymbols()
)

// litSymbols follows RFC 1951, section 3.2.5.
func litSymbols() (entries [288]uint32) {
	for i := range 256 {
		entries[i] = literal | uint32(i)<<valueShift
	}
	entries[256] = special | endMark
	length := uint32(3)
	for i := uint32(257); i < 285; i++ {
		var extra uint32
		if i >= 265 {
			extra = (i - 261) / 4
		}
		entries[i] = length<<valueShift | extra
		length += 1 << extra
	}
	entries[285] = 258 << valueShift
	entries[286], entries[287] = special, special
	return entries
}

func distSymbols() (entries [288]uint32) {
	distance := uint32(1)
	for i := range uint32(30) {
		var extra uint32
		if i >= 4 {
			extra = i/2 - 1
		}
		entries[i] = distance<<valueShift | extra
		distance += 1 << extra
	}
	entries[30], entries[31] = special, special
	return entries
}

func lengthSymbols() (entries [288]uint32) {
	for i := range uint32(19) {
		entries[i] = i << valueShift
	}
	return entries
}

// fixedCodes are those of RFC 1951, section 3.2.6.
var fixedCodes = sync.OnceValue(func() *codes {
	var lit [288]uint8
	for i := range lit {
		switch {
		case i < 144:
			lit[i] = 8
		case i < 256:
			lit[i] = 9
		case i < 280:
			lit[i] = 7
		default:
			lit[i] = 8
		}
	}
	var dist [32]uint8
	for i := range dist {
		dist[i] = 5
	}
	c := new(codes)
	c.dynamic(lit[:], dist[:])
	return c
})

func (c *codes) fixed() {
	if c.isFixed {
		return
	}
	f := fixedCodes()
	copy(c.lit[:1<<litBits], f.lit[:])
	copy(c.dist[:1<<distBits], f.dist[:])
	c.litLeast, c.isFixed = f.litLeast, true
}

// dynamic reports whether the code lengths make codes.
func (c *codes) dynamic(lit, dist []uint8) bool {
	c.isFixed = false
	if !build(c.lit[:], litBits, lit, &litEntries) || !build(c.dist[:], distBits, dist, &distEntries) {
		return false
	}
	c.litLeast = 0
	for _, n := range lit {
		if n != 0 && (c.litLeast == 0 || uint(n) < c.litLeast) {
			c.litLeast = uint(n)
		}
	}
	c.litLeast = max(c.litLeast, uint(lit[256]))
	return true
}

// pairs puts two literals into the entry of each index that holds both. The entry of what follows
// the first one has a smaller index, and is still a single one.
func (c *codes) pairs() {
	table := c.lit[:1<<litBits]
	for i := len(table) - 1; i >= 0; i-- {
		e := table[i]
		if e&literal == 0 {
			continue
		}
		n := e & useMask
		next := table[i>>n]
		if m := next & useMask; next&literal != 0 && next&pair == 0 && n+m <= litBits {
			table[i] = literal | pair | e&(255<<valueShift) | next>>valueShift<<(valueShift+8) | (n + m)
		}
	}
}
