package ingress

import (
	"cmp"
	"net/netip"
	"slices"
)

// markTiles marks the rules that together leave no address out, which is how somebody
// opens a port to the world without writing 0.0.0.0/0.
func markTiles(rules []Rule) {
	type family struct {
		protocol string
		from, to int
		four     bool
	}
	var families map[family][]int
	if len(rules) < 2 {
		return
	}
	networks := make([]netip.Prefix, len(rules))
	for i, r := range rules {
		// A tiling that needs a prefix longer than 64 has more rules than anybody writes.
		prefix, ok := network(r.CIDR)
		if !ok || prefix.Bits() == 0 || prefix.Bits() > 64 {
			continue
		}
		if families == nil {
			families = make(map[family][]int)
		}
		networks[i] = prefix
		key := family{r.Protocol, r.FromPort, r.ToPort, prefix.Addr().Is4()}
		families[key] = append(families[key], i)
	}
	for _, members := range families {
		if outer, ok := tiling(networks, members); ok {
			for _, i := range members {
				_, found := slices.BinarySearchFunc(outer, networks[i], compare)
				rules[i].tile = found
			}
		}
	}
}

// tiling returns the outermost of the members' networks, in order, and whether they make
// up the whole address space.
func tiling(networks []netip.Prefix, members []int) (outer []netip.Prefix, whole bool) {
	if len(members) < 2 {
		return nil, false
	}
	for _, i := range members {
		outer = append(outer, networks[i])
	}
	slices.SortFunc(outer, compare)
	// Two networks are nested or disjoint, and a network sorts before those inside it.
	n := 0
	for _, p := range outer {
		if n == 0 || !outer[n-1].Overlaps(p) {
			outer[n] = p
			n++
		}
	}
	outer = outer[:n]
	// Disjoint networks are everything when their shares add up to one. In units of
	// 2^-64 that is 2^64, which a sum of uint64 shows as 0 and nothing smaller does.
	var sum uint64
	for _, p := range outer {
		sum += 1 << (64 - p.Bits())
	}
	return outer, sum == 0
}

func compare(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}
