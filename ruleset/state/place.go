package state

import "encoding/binary"

// A place is what a Key is kept under: a hash of it, the same in every process, since snapshots hold it.
type place [2]uint64

func placeOf(key Key) place {
	a, b := uint64(0xcbf29ce484222325), uint64(0x9e3779b97f4a7c15)
	for i := range len(key.Rule) {
		c := uint64(key.Rule[i])
		a = (a ^ c) * 0x100000001b3
		b = (b ^ c) * 0xd6e8feb86659fd93
	}
	a, b = mix(a), mix(b)
	return place{
		mix(a ^ binary.LittleEndian.Uint64(key.Group[:8])),
		mix(b ^ binary.LittleEndian.Uint64(key.Group[8:])),
	}
}

func (p place) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, p[0])
	return binary.LittleEndian.AppendUint64(b, p[1])
}
