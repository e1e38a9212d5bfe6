// Package ingress reads the permissions out of calls that change an EC2 security group.
//
// CloudTrail writes them in four forms: nested (ipPermissions.items[].ipRanges.items[]),
// flat (cidrIp, ipProtocol, fromPort, toPort beside the group), as ModifySecurityGroupRules
// puts them, in the API's own spelling (ModifySecurityGroupRulesRequest.SecurityGroupRule[]),
// and as the response lists them (securityGroupRuleSet.items[]). Rules makes one list of
// them, a Rule for each source:
//
//	for _, r := range ingress.Rules(e.RequestParameters.Value()) {
//		if r.World() && r.Covers(22) { ... }
//	}
//
// Everything is read leniently: a list may be {"items": [...]}, {"items": {...}}, a list,
// one object, {} or "", and a number may be text. What cannot be read is left out, so no
// input fails. Ingress and egress are written alike and read alike.
//
// The forms are those of the pages "AuthorizeSecurityGroupIngress", "IpPermission",
// "ModifySecurityGroupRules" and "SecurityGroupRule" of the Amazon EC2 API Reference.
package ingress

import "net/netip"

// MaxRules is how many rules one call yields at most; the rest is left out. A security
// group holds at most 1,000 (Amazon VPC User Guide, "Amazon VPC quotas").
const MaxRules = 10_000

// allPorts is the end of the range of ports.
const allPorts = 65535

// A Rule is one permission for one source (of ingress) or destination (of egress).
type Rule struct {
	// Protocol is tcp, udp, icmp, icmpv6 or all, whether the call has the name or the
	// number; any other protocol is as written, in lower case. A call without protocol
	// means all.
	Protocol string

	// FromPort and ToPort are the first and the last port: 0 and 65535 where the call
	// has none or says -1, and for protocols without ports. For icmp and icmpv6 they
	// are the type and the code, -1 for all.
	FromPort, ToPort int

	CIDR        string // the network, as written
	Group       string // the security group: its id, else its name, else its owner's account
	PrefixList  string // the id of the prefix list
	Description string

	tile bool // together with others of the same protocol and ports, CIDR is the whole internet
}

// World reports whether the rule is open to every address of IPv4 or of IPv6: its network
// has a prefix of length 0, whatever its address (0.0.0.0/0, ::/0, 192.0.2.1/0), or it is
// needed with others of the same call, protocol and ports to make up all addresses
// (0.0.0.0/1 and 128.0.0.0/1 are both World).
func (r Rule) World() bool {
	if r.tile {
		return true
	}
	prefix, ok := network(r.CIDR)
	return ok && prefix.Bits() == 0
}

// Covers reports whether the rule lets the TCP or UDP port through.
func (r Rule) Covers(port int) bool {
	switch r.Protocol {
	case "all":
		return 0 <= port && port <= allPorts
	case "tcp", "udp":
		return r.FromPort <= port && port <= r.ToPort
	}
	return false
}

// Rules returns the rules in v, a decoded requestParameters or responseElements, in the
// order they are written. The result is nil when there are none. v is not changed.
func Rules(v any) []Rule {
	call, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	var out collector
	for permission := range elements(field(call, "ipPermissions")) {
		out.permission(permission)
	}
	out.single(call)
	modify, _ := field(call, "modifySecurityGroupRulesRequest").(map[string]any)
	for update := range elements(field(modify, "securityGroupRule")) {
		if m, ok := update.(map[string]any); ok {
			if rule, ok := field(m, "securityGroupRule").(map[string]any); ok {
				out.single(rule)
			}
		}
	}
	for _, set := range []string{"securityGroupRuleSet", "revokedSecurityGroupRuleSet"} {
		for rule := range elements(field(call, set)) {
			if m, ok := rule.(map[string]any); ok {
				out.single(m)
			}
		}
	}
	markTiles(out.rules)
	return out.rules
}

// A collector gathers rules up to MaxRules.
type collector struct{ rules []Rule }

func (c *collector) add(r Rule) {
	if len(c.rules) < MaxRules {
		c.rules = append(c.rules, r)
	}
}

// permission adds the rules of an element of ipPermissions, which holds lists of sources.
func (c *collector) permission(v any) {
	m, ok := v.(map[string]any)
	if !ok || len(c.rules) == MaxRules {
		return
	}
	base := protocolAndPorts(m)
	for _, list := range []struct{ name, network string }{{"ipRanges", "cidrIp"}, {"ipv6Ranges", "cidrIpv6"}} {
		for source := range elements(field(m, list.name)) {
			r := base
			if r.CIDR, r.Description = describe(source, list.network); r.CIDR != "" {
				c.add(r)
			}
		}
	}
	for source := range elements(field(m, "groups")) {
		r := base
		if r.Group, r.Description = describe(source, "groupId", "groupName", "userId"); r.Group != "" {
			c.add(r)
		}
	}
	for source := range elements(field(m, "prefixListIds")) {
		r := base
		if r.PrefixList, r.Description = describe(source, "prefixListId"); r.PrefixList != "" {
			c.add(r)
		}
	}
}

// single adds the rules of an object that names its sources directly. Its groupId is the
// group that the rule belongs to, not a source.
func (c *collector) single(m map[string]any) {
	base := protocolAndPorts(m)
	base.Description = text(field(m, "description"))
	for _, name := range []string{"cidrIp", "cidrIpv4", "cidrIpv6"} {
		r := base
		if r.CIDR = text(field(m, name)); r.CIDR != "" {
			c.add(r)
		}
	}
	r := base
	if r.Group = first(m, "referencedGroupId", "sourceSecurityGroupId", "sourceSecurityGroupName", "sourceSecurityGroupOwnerId"); r.Group == "" {
		r.Group, _ = describe(field(m, "referencedGroupInfo"), "groupId", "groupName", "userId")
	}
	if r.Group != "" {
		c.add(r)
	}
	r = base
	if r.PrefixList = text(field(m, "prefixListId")); r.PrefixList != "" {
		c.add(r)
	}
}

// describe returns the first of the named members that a source has, and its description.
// A source that is plain text is its own name.
func describe(source any, names ...string) (name, description string) {
	if m, ok := source.(map[string]any); ok {
		return first(m, names...), text(field(m, "description"))
	}
	return text(source), ""
}

// first returns the first of the named members of m that is not empty.
func first(m map[string]any, names ...string) string {
	for _, name := range names {
		if s := text(field(m, name)); s != "" {
			return s
		}
	}
	return ""
}

func protocolAndPorts(m map[string]any) Rule {
	r := Rule{Protocol: protocol(field(m, "ipProtocol")), FromPort: 0, ToPort: allPorts}
	from, hasFrom := number(field(m, "fromPort"))
	to, hasTo := number(field(m, "toPort"))
	switch r.Protocol {
	case "tcp", "udp":
		if hasFrom && from >= 0 {
			r.FromPort = from
		}
		if hasTo && to >= 0 {
			r.ToPort = to
		}
	case "icmp", "icmpv6":
		r.FromPort, r.ToPort = -1, -1
		if hasFrom {
			r.FromPort = from
		}
		if hasTo {
			r.ToPort = to
		}
	}
	return r
}

// network reads a network as EC2 takes it: host bits may be set, and the prefix length
// may have leading zeros.
func network(cidr string) (netip.Prefix, bool) {
	address, length, ok := cutSlash(cidr)
	if !ok {
		return netip.Prefix{}, false
	}
	addr, err := netip.ParseAddr(address)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, false
	}
	if addr.Is4In6() && length >= 96 {
		addr, length = addr.Unmap(), length-96
	}
	prefix, err := addr.Prefix(length)
	return prefix, err == nil
}
