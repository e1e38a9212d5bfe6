package state

import (
	"encoding/binary"
	"math"
)

// What a sighting has besides its times.
const (
	hasNotice0 = 1 << iota
	hasNotice1
	hasRing
)

// AppendBinary appends the binary form of g, from which UnmarshalBinary makes it again: it is for stores that keep
// entries as bytes. The error is always nil.
func (g *Sighting) AppendBinary(b []byte) ([]byte, error) {
	var has byte
	for i, n := range g.notices {
		if n.by != 0 {
			has |= hasNotice0 << i
		}
	}
	if g.ring != nil {
		has |= hasRing
	}
	b = append(b, codecVersion, has)
	for _, t := range []uint32{g.prev, g.first, g.last} {
		b = binary.AppendUvarint(b, uint64(t))
	}
	for _, n := range g.notices {
		if n.by != 0 {
			b = binary.AppendVarint(b, n.period)
			b = binary.LittleEndian.AppendUint64(b, n.by)
		}
	}
	if r := g.ring; r != nil {
		for _, v := range []uint32{r.slot, r.n, r.top} {
			b = binary.AppendUvarint(b, uint64(v))
		}
		for _, w := range r.words {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
	}
	return b, nil
}

// UnmarshalBinary makes g what AppendBinary wrote. Bytes that it did not write are an error, or some other sighting; at
// an error g is left as it was.
func (g *Sighting) UnmarshalBinary(b []byte) error {
	d := decoder{b: b}
	d.version()
	to := d.sighting()
	if err := d.done("sighting"); err != nil {
		return err
	}
	*g = to
	return nil
}

func (d *decoder) sighting() (g Sighting) {
	var has byte
	if b := d.bytes(1); b != nil {
		has = b[0]
	}
	g.prev = uint32(d.upTo(math.MaxUint32))
	g.first = uint32(d.upTo(math.MaxUint32))
	g.last = uint32(d.upTo(math.MaxUint32))
	if g.first > g.last || g.prev > 0 && g.prev >= g.first || g.first == 0 && g.last > 0 || has >= hasRing<<1 {
		d.fail(errRange)
	}
	for i := range g.notices {
		if has&(hasNotice0<<i) != 0 {
			g.notices[i] = notice{d.varint(), d.word()}
		}
	}
	if has&hasRing != 0 {
		g.ring = d.ring()
	}
	return g
}

func (d *decoder) ring() *ring {
	slot, n, top := d.upTo(math.MaxUint32), d.upTo(maxSlots), d.upTo(math.MaxUint32)
	if slot == 0 || n == 0 || top > math.MaxUint32/slot {
		d.fail(errRange)
		return nil
	}
	r := newRing(uint32(slot), uint32(n))
	r.top = uint32(top)
	for i := range r.words {
		r.words[i] = d.word()
	}
	return r
}
