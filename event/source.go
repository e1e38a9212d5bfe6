package event

import (
	"net/netip"
	"strings"
)

// A Source is where a request came from, as sourceIPAddress tells.
type Source struct {
	// Addr is the client's address, IPv4 in its four-byte form; invalid when the record names none.
	Addr netip.Addr
	// Service is the AWS service that made the request, as the record names it:
	// "cloudtrail.amazonaws.com", "AWS Internal". Empty when the record names none.
	Service string
}

// Source returns where the request came from. Both parts are empty for a text
// that is neither an address nor a service's name; SourceIPAddress has it.
func (e *Event) Source() Source {
	s := e.SourceIPAddress
	if isService(s) {
		return Source{Service: s}
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return Source{}
	}
	return Source{Addr: addr.Unmap()}
}

// isService reports whether s is a service's DNS name, "AWS Internal" or "AWS Internal/<n>".
// Addresses end in a digit or hold a colon; host names end in a letter and hold none.
func isService(s string) bool {
	if rest, ok := strings.CutPrefix(s, "AWS Internal"); ok {
		return rest == "" || rest[0] == '/'
	}
	if s == "" || strings.ContainsAny(s, ": ") || !strings.Contains(s, ".") {
		return false
	}
	last := s[len(s)-1] | 0x20
	return 'a' <= last && last <= 'z'
}
