package ingress_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/internal/ingress"
)

// decode reads JSON with numbers as json.Number, which Rules must take like any other.
func decode(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// lines writes each rule as one line.
func lines(rules []ingress.Rule) []string {
	var out []string
	for _, r := range rules {
		line := fmt.Sprintf("%s %d-%d %s%s%s", r.Protocol, r.FromPort, r.ToPort, r.CIDR, r.Group, r.PrefixList)
		if r.Description != "" {
			line += " #" + r.Description
		}
		if r.World() {
			line += " world"
		}
		out = append(out, line)
	}
	return out
}

func TestRules(t *testing.T) {
	tests := []struct {
		name, json string
		want       []string
	}{
		{"nested", `{"groupId":"sg-0a1","ipPermissions":{"items":[
			{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0","description":"all"},{"cidrIp":"192.0.2.0/24"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]},"prefixListIds":{}},
			{"ipProtocol":"-1","groups":{"items":[{"groupId":"sg-0b2","userId":"210987654321"},{"groupName":"web"},{"userId":"345678901234"}]},"ipRanges":{},"ipv6Ranges":{},"prefixListIds":{"items":[{"prefixListId":"pl-0c3"}]}}]}}`,
			[]string{"tcp 22-22 0.0.0.0/0 #all world", "tcp 22-22 192.0.2.0/24", "tcp 22-22 ::/0 world", "all 0-65535 sg-0b2", "all 0-65535 web", "all 0-65535 345678901234", "all 0-65535 pl-0c3"}},
		{"flat", `{"groupId":"sg-0a1","ipProtocol":"tcp","fromPort":22,"toPort":80,"cidrIp":"0.0.0.0/0"}`, []string{"tcp 22-80 0.0.0.0/0 world"}},
		{"flat, empty permissions", `{"groupId":"sg-0a1","ipPermissions":{},"ipProtocol":"TCP","fromPort":"22","toPort":" 22 ","cidrIp":"203.0.113.0/24"}`, []string{"tcp 22-22 203.0.113.0/24"}},
		{"flat group without protocol", `{"groupName":"db","sourceSecurityGroupName":"web","sourceSecurityGroupOwnerId":"210987654321"}`, []string{"all 0-65535 web"}},
		{"modify", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-0a1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-01","tag":1,"SecurityGroupRule":{"IpProtocol":"tcp","FromPort":3389,"ToPort":3389,"CidrIpv4":"0.0.0.0/0","Description":"rdp"}}}}`,
			[]string{"tcp 3389-3389 0.0.0.0/0 #rdp world"}},
		{"modify list", `{"ModifySecurityGroupRulesRequest":{"SecurityGroupRule":[{"SecurityGroupRule":{"IpProtocol":-1,"CidrIpv6":"::/0"}},{"SecurityGroupRule":{"IpProtocol":"udp","FromPort":53,"ToPort":53,"ReferencedGroupId":"sg-0b2"}},{"SecurityGroupRule":{"IpProtocol":"udp","FromPort":53,"ToPort":53,"PrefixListId":"pl-0c3"}},7,{"SecurityGroupRule":""}]}}`,
			[]string{"all 0-65535 ::/0 world", "udp 53-53 sg-0b2", "udp 53-53 pl-0c3"}},
		{"response", `{"_return":true,"securityGroupRuleSet":{"items":[{"groupId":"sg-0a1","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"},{"groupId":"sg-0a1","ipProtocol":"tcp","fromPort":22,"toPort":22,"referencedGroupInfo":{"groupId":"sg-0b2","userId":"210987654321"}},""]}}`,
			[]string{"tcp 22-22 0.0.0.0/0 world", "tcp 22-22 sg-0b2"}},
		{"revoked", `{"revokedSecurityGroupRuleSet":{"items":{"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"198.51.100.0/24"}}}`, []string{"tcp 22-22 198.51.100.0/24"}},
		{"lists in odd forms", `{"ipPermissions":{"items":{"ipProtocol":"udp","fromPort":1,"toPort":2,"ipRanges":{"items":{"cidrIp":"192.0.2.0/24"}},"groups":{"items":""},"ipv6Ranges":"","prefixListIds":["pl-0c3"]}}}`,
			[]string{"udp 1-2 192.0.2.0/24", "udp 1-2 pl-0c3"}},
		{"lists without items", `{"ipPermissions":[{"ipProtocol":"tcp","fromPort":1,"toPort":2,"ipRanges":["192.0.2.0/24",""],"ipv6Ranges":{"cidrIpv6":"2001:db8::/32"},"groups":[{}]}]}`,
			[]string{"tcp 1-2 192.0.2.0/24", "tcp 1-2 2001:db8::/32"}},
		{"numbered protocols", `{"ipPermissions":{"items":[{"ipProtocol":"6","fromPort":1,"toPort":1,"ipRanges":{"items":[{"cidrIp":"192.0.2.1/32"}]}},{"ipProtocol":17,"fromPort":1,"toPort":1,"ipRanges":{"items":[{"cidrIp":"192.0.2.2/32"}]}},
			{"ipProtocol":"1","fromPort":8,"toPort":-1,"ipRanges":{"items":[{"cidrIp":"192.0.2.3/32"}]}},{"ipProtocol":"58","ipv6Ranges":{"items":[{"cidrIpv6":"2001:db8::1/128"}]}},{"ipProtocol":"50","fromPort":3,"toPort":4,"ipRanges":{"items":[{"cidrIp":"192.0.2.4/32"}]}},{"ipProtocol":"GRE","ipRanges":{"items":[{"cidrIp":"192.0.2.5/32"}]}}]}}`,
			[]string{"tcp 1-1 192.0.2.1/32", "udp 1-1 192.0.2.2/32", "icmp 8--1 192.0.2.3/32", "icmpv6 -1--1 2001:db8::1/128", "50 0-65535 192.0.2.4/32", "gre 0-65535 192.0.2.5/32"}},
		{"tcp with all ports", `{"ipProtocol":"tcp","fromPort":-1,"toPort":-1,"cidrIp":"192.0.2.0/24"}`, []string{"tcp 0-65535 192.0.2.0/24"}},
		{"ports that are none", `{"ipProtocol":"tcp","fromPort":"ssh","toPort":1.5,"cidrIp":"192.0.2.0/24"}`, []string{"tcp 0-65535 192.0.2.0/24"}},
		{"ports beyond any integer", `{"ipProtocol":"tcp","fromPort":99999999999999999999,"toPort":1e99,"cidrIp":"192.0.2.0/24"}`, []string{"tcp 0-65535 192.0.2.0/24"}},
		{"no source", `{"ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{}}, 3, null]}}`, nil},
		{"revoked by id", `{"groupId":"sg-0a1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-01"}]}}`, nil},
		{"null", `null`, nil},
		{"text", `"0.0.0.0/0"`, nil},
		{"list", `[{"cidrIp":"0.0.0.0/0"}]`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := lines(ingress.Rules(decode(t, test.json)))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNumbersOfEveryType(t *testing.T) {
	for name, port := range map[string]any{"int64": int64(22), "float64": 22.0, "number": json.Number("22"), "text": "22"} {
		t.Run(name, func(t *testing.T) {
			got := lines(ingress.Rules(map[string]any{"ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIp": "192.0.2.0/24"}))
			if diff := cmp.Diff([]string{"tcp 22-22 192.0.2.0/24"}, got); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
	got := lines(ingress.Rules(map[string]any{"ipProtocol": "tcp", "fromPort": int64(1) << 40, "toPort": 2e15, "cidrIp": "192.0.2.0/24"}))
	if diff := cmp.Diff([]string{"tcp 0-65535 192.0.2.0/24"}, got); diff != "" {
		t.Errorf("numbers too large (-want +got):\n%s", diff)
	}
}

func TestWorld(t *testing.T) {
	for cidr, want := range map[string]bool{
		"0.0.0.0/0": true, "0.0.0.0/00": true, "192.0.2.1/0": true, " 0.0.0.0/0 ": true, "::/0": true, "::0/0": true, "2001:db8::/0": true,
		"0:0:0:0:0:0:0:0/0": true, "::ffff:0.0.0.0/96": true,
		"0.0.0.0/1": false, "0.0.0.0": false, "0.0.0.0/": false, "0.0.0.0/x": false, "0.0.0.0/-0": false, "0.0.0.0/256": false, "0.0.0.0/33": false,
		"/0": false, "x/0": false, "fe80::1%a/0": false, "10.0.0.0/8": false, "::/1": false, "::ffff:0.0.0.0/97": false,
	} {
		t.Run(cidr, func(t *testing.T) {
			rules := ingress.Rules(map[string]any{"cidrIp": cidr})
			if len(rules) != 1 || rules[0].World() != want {
				t.Errorf("%+v, want one rule with World %v", rules, want)
			}
		})
	}
}

func TestWorldInParts(t *testing.T) {
	permission := func(ports int, networks ...string) string {
		var ranges, ranges6 []string
		for _, n := range networks {
			if strings.Contains(n, ":") {
				ranges6 = append(ranges6, fmt.Sprintf(`{"cidrIpv6":%q}`, n))
			} else {
				ranges = append(ranges, fmt.Sprintf(`{"cidrIp":%q}`, n))
			}
		}
		return fmt.Sprintf(`{"ipProtocol":"tcp","fromPort":%d,"toPort":%[1]d,"ipRanges":{"items":[%s]},"ipv6Ranges":{"items":[%s]}}`, ports, strings.Join(ranges, ","), strings.Join(ranges6, ","))
	}
	tests := []struct {
		name        string
		permissions []string
		want        []string // the networks that are World
	}{
		{"halves", []string{permission(22, "0.0.0.0/1", "128.0.0.0/1")}, []string{"0.0.0.0/1", "128.0.0.0/1"}},
		{"halves with host bits", []string{permission(22, "1.2.3.4/1", "200.0.0.0/1")}, []string{"1.2.3.4/1", "200.0.0.0/1"}},
		{"halves of IPv6", []string{permission(22, "::/1", "8000::/1")}, []string{"::/1", "8000::/1"}},
		{"unequal parts and what is inside one", []string{permission(22, "128.0.0.0/2", "0.0.0.0/1", "10.0.0.0/8", "192.0.0.0/2")}, []string{"128.0.0.0/2", "0.0.0.0/1", "192.0.0.0/2"}},
		{"one part twice", []string{permission(22, "0.0.0.0/1", "0.0.0.0/1")}, nil},
		{"a gap", []string{permission(22, "0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3")}, nil},
		{"two small parts", []string{permission(22, "10.0.0.0/8", "192.0.2.0/24")}, nil},
		{"halves of two families", []string{permission(22, "0.0.0.0/1", "8000::/1")}, nil},
		{"halves of other ports", []string{permission(22, "0.0.0.0/1"), permission(23, "128.0.0.0/1")}, nil},
		{"halves in two permissions", []string{permission(22, "0.0.0.0/1"), permission(22, "128.0.0.0/1")}, []string{"0.0.0.0/1", "128.0.0.0/1"}},
		{"halves beside the whole", []string{permission(22, "0.0.0.0/0", "0.0.0.0/1")}, []string{"0.0.0.0/0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rules := ingress.Rules(decode(t, `{"ipPermissions":{"items":[`+strings.Join(test.permissions, ",")+`]}}`))
			var got []string
			for _, r := range rules {
				if r.World() {
					got = append(got, r.CIDR)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("World (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCovers(t *testing.T) {
	tests := []struct {
		rule ingress.Rule
		port int
		want bool
	}{
		{ingress.Rule{Protocol: "tcp", FromPort: 20, ToPort: 22}, 22, true},
		{ingress.Rule{Protocol: "tcp", FromPort: 20, ToPort: 22}, 20, true},
		{ingress.Rule{Protocol: "tcp", FromPort: 20, ToPort: 22}, 23, false},
		{ingress.Rule{Protocol: "tcp", FromPort: 22, ToPort: 20}, 21, false},
		{ingress.Rule{Protocol: "udp", FromPort: 0, ToPort: 65535}, 22, true},
		{ingress.Rule{Protocol: "all"}, 22, true},
		{ingress.Rule{Protocol: "all"}, -1, false},
		{ingress.Rule{Protocol: "all"}, 65536, false},
		{ingress.Rule{Protocol: "icmp", FromPort: -1, ToPort: 255}, 22, false},
		{ingress.Rule{}, 0, false},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%+v %d", test.rule, test.port), func(t *testing.T) {
			if got := test.rule.Covers(test.port); got != test.want {
				t.Errorf("Covers(%d) = %v, want %v", test.port, got, test.want)
			}
		})
	}
}

func TestRulesAreBounded(t *testing.T) {
	ranges := make([]any, 2*ingress.MaxRules)
	for i := range ranges {
		ranges[i] = map[string]any{"cidrIp": fmt.Sprintf("10.%d.%d.0/24", i>>8&0xff, i&0xff)}
	}
	permission := map[string]any{"ipProtocol": "-1", "ipRanges": map[string]any{"items": ranges}}
	rules := ingress.Rules(map[string]any{"ipPermissions": map[string]any{"items": []any{permission, permission}}})
	if len(rules) != ingress.MaxRules {
		t.Errorf("%d rules, want %d", len(rules), ingress.MaxRules)
	}
}

func FuzzRules(f *testing.F) {
	f.Add([]byte(`{"ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/1"},{"cidrIp":"128.0.0.0/1"}]},"ipv6Ranges":{"items":[{"cidrIpv6":"::/0"}]},"prefixListIds":""}]}}`))
	f.Add([]byte(`{"ModifySecurityGroupRulesRequest":{"SecurityGroupRule":[{"SecurityGroupRule":{"IpProtocol":-1,"CidrIpv6":"::/0"}}]}}`))
	f.Add([]byte(`{"securityGroupRuleSet":{"items":[{"cidrIpv4":"1.2.3.4/0","referencedGroupInfo":{"groupId":"sg-1"},"prefixListId":"pl-1"}]},"cidrIp":"::/1","toPort":1e9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return
		}
		rules := ingress.Rules(v)
		if len(rules) > ingress.MaxRules {
			t.Fatalf("%d rules", len(rules))
		}
		for _, r := range rules {
			sources := 0
			for _, s := range []string{r.CIDR, r.Group, r.PrefixList} {
				if s != "" {
					sources++
				}
			}
			if sources != 1 || r.Protocol == "" {
				t.Fatalf("%+v has %d sources", r, sources)
			}
			if r.World() && r.CIDR == "" {
				t.Fatalf("%+v is open to the world without a network", r)
			}
			if r.Covers(443) && r.Protocol != "all" && (r.FromPort > 443 || r.ToPort < 443) {
				t.Fatalf("%+v covers 443", r)
			}
		}
	})
}

func BenchmarkRules(b *testing.B) {
	v := decode(b, `{"groupId":"sg-0a1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if r := ingress.Rules(v); !r[0].World() || !r[0].Covers(22) {
			b.Fatal("not open")
		}
	}
}
