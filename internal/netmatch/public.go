package netmatch

import "net/netip"

// IsPublic reports whether text is an address that the internet can carry: one that
// the IANA IPv4 and IPv6 Special-Purpose Address Registries do not keep from being
// globally reachable. Not public are private, shared (100.64.0.0/10), loopback,
// link-local, multicast, unspecified, broadcast, documentation, benchmarking and
// reserved addresses, and IPv6 outside 2000::/3, the only block that global unicast
// addresses are given out of. An address that carries an IPv4 address for a
// translator (64:ff9b::/96) or a tunnel (2002::/16) is as public as that.
func IsPublic(text string) bool {
	addr, ok := parse(text)
	return ok && public(addr)
}

func public(addr netip.Addr) bool {
	if addr.Is4() {
		return public4(addr.As4())
	}
	b := addr.As16()
	switch {
	case [12]byte(b[:12]) == [12]byte{0, 0x64, 0xff, 0x9b}: // 64:ff9b::/96
		return public4([4]byte(b[12:]))
	case b[0] == 0x20 && b[1] == 0x02: // 2002::/16
		return public4([4]byte(b[2:6]))
	}
	return b[0]&0xe0 == 0x20 && !special6(b)
}

// public4 is a switch, not a table: it is asked for every event of a condition that
// wants to know, and a table that nobody can change would have to be built each time.
func public4(b [4]byte) bool {
	switch b[0] {
	case 0, 10, 127: // this network, private, loopback
		return false
	case 100: // 100.64.0.0/10, shared address space
		return b[1]&0xc0 != 64
	case 169: // 169.254.0.0/16, link-local
		return b[1] != 254
	case 172: // 172.16.0.0/12, private
		return b[1]&0xf0 != 16
	case 192:
		switch {
		case b[1] == 168: // private
			return false
		case b[1] == 0 && b[2] == 0: // IETF protocol assignments; two anycast addresses are reachable
			return b[3] == 9 || b[3] == 10
		case b[1] == 0 && b[2] == 2: // documentation
			return false
		}
		return true
	case 198: // 198.18.0.0/15 benchmarking, 198.51.100.0/24 documentation
		return b[1]&0xfe != 18 && (b[1] != 51 || b[2] != 100)
	case 203: // 203.0.113.0/24, documentation
		return b[1] != 0 || b[2] != 113
	}
	return b[0] < 224 // 224.0.0.0/4 multicast, 240.0.0.0/4 reserved and broadcast
}

// special6 reports whether an address of 2000::/3 is not globally reachable.
func special6(b [16]byte) bool {
	switch {
	case b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8: // 2001:db8::/32, documentation
		return true
	case b[0] == 0x3f && b[1] == 0xff && b[2]&0xf0 == 0: // 3fff::/20, documentation
		return true
	case b[0] == 0x20 && b[1] == 0x01 && b[2]&0xfe == 0: // 2001::/23, IETF protocol assignments
		return !reachableAssignment(b)
	}
	return false
}

// reachableAssignment reports whether an address of 2001::/23 belongs to one of the
// assignments that the registry marks as globally reachable.
func reachableAssignment(b [16]byte) bool {
	switch second := uint16(b[2])<<8 | uint16(b[3]); {
	case second == 1: // 2001:1::1 to 2001:1::3, anycast
		return [11]byte(b[4:15]) == [11]byte{} && 1 <= b[15] && b[15] <= 3
	case second == 3: // 2001:3::/32, AMT
		return true
	case second == 4: // 2001:4:112::/48, AS112
		return b[4] == 1 && b[5] == 0x12
	case second&0xfff0 == 0x20, second&0xfff0 == 0x30: // ORCHIDv2, drone remote identification
		return true
	}
	return false
}
