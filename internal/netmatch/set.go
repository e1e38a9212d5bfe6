// Package netmatch answers questions about IP addresses written as text.
//
// A Set is a list of networks prepared once and asked often:
//
//	set, err := netmatch.ParseSet([]string{"10.0.0.0/8", "2001:db8::/32", "192.0.2.7"})
//	set.Contains("10.1.2.3") // true
//
// Text that is no address is in no network, is no IP and is not public: CloudTrail
// writes service names and "AWS Internal" where one expects an address (AWS CloudTrail
// User Guide, "CloudTrail record contents", sourceIPAddress). An IPv4 address written
// as IPv6 (::ffff:192.0.2.7) is that IPv4 address, and a zone (fe80::1%eth0) is ignored.
package netmatch

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"
)

// A Set is a set of IP addresses. The zero Set is empty. A Set is immutable and safe
// for concurrent use.
type Set struct {
	spans []span // in order, of which no two overlap
}

// A span is all addresses from first to last.
type span struct{ first, last netip.Addr }

// An Error is a network that cannot be read.
type Error struct {
	Index   int    // of the network in the list, from zero
	Network string // as written
	Err     error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%q is neither an IP address nor a network in CIDR notation: %v", e.Network, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// ParseSet reads networks in CIDR notation and single addresses, IPv4 and IPv6 mixed.
// Host bits may be set: 10.1.2.3/8 is 10.0.0.0/8. A network that cannot be read is an
// *Error, the first one in the list.
func ParseSet(networks []string) (Set, error) {
	spans := make([]span, 0, len(networks))
	for i, text := range networks {
		prefix, err := parseNetwork(text)
		if err != nil {
			return Set{}, &Error{Index: i, Network: text, Err: err}
		}
		spans = append(spans, span{prefix.Addr(), last(prefix)})
	}
	return Set{merge(spans)}, nil
}

// Contains reports whether text is an IP address in the set.
func (s Set) Contains(text string) bool {
	if len(s.spans) == 0 {
		return false
	}
	addr, ok := parse(text)
	if !ok {
		return false
	}
	// The first span that ends at or after addr is the only one that can hold it.
	i := sort.Search(len(s.spans), func(i int) bool { return s.spans[i].last.Compare(addr) >= 0 })
	return i < len(s.spans) && s.spans[i].first.Compare(addr) <= 0
}

// IsIP reports whether text is an IP address.
func IsIP(text string) bool {
	_, ok := parse(text)
	return ok
}

func parse(text string) (netip.Addr, bool) {
	// netip explains in an error what is wrong, which costs an allocation: most texts
	// that are no address show it at the first character.
	if text == "" || !addressByte(text[0]) {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(text)
	// netip lets a zone hold anything: fe80::1%eth0/64 would be an address.
	if err != nil || strings.IndexByte(addr.Zone(), '/') >= 0 {
		return netip.Addr{}, false
	}
	return addr.Unmap().WithZone(""), true
}

// addressByte reports whether an address can start with c.
func addressByte(c byte) bool {
	return c == ':' || '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func parseNetwork(text string) (netip.Prefix, error) {
	if addr, ok := parse(text); ok {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	// ::ffff:10.0.0.0/104 is 10.0.0.0/8. A shorter mapped prefix holds more than IPv4.
	if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), nil
}

// last returns the last address of a prefix.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	ones := p.Bits()
	if p.Addr().Is4() {
		ones += 96
	}
	for i := range b {
		switch from := i * 8; {
		case ones <= from:
			b[i] = 0xff
		case ones < from+8:
			b[i] |= 0xff >> (ones - from)
		}
	}
	addr := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return addr.Unmap()
	}
	return addr
}

// merge sorts spans and joins those that overlap. IPv4 sorts before IPv6, so that the
// two never meet in one span.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.first.Compare(b.first) })
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && s.first.Compare(merged[n-1].last) <= 0 {
			if s.last.Compare(merged[n-1].last) > 0 {
				merged[n-1].last = s.last
			}
			continue
		}
		merged = append(merged, s)
	}
	return merged
}
