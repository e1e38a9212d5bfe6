package netmatch_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/internal/netmatch"
)

func TestContains(t *testing.T) {
	tests := []struct {
		name     string
		networks []string
		text     string
		want     bool
	}{
		{"empty set", nil, "192.0.2.1", false},
		{"v4 inside", []string{"10.0.0.0/8"}, "10.255.255.255", true},
		{"v4 first", []string{"10.0.0.0/8"}, "10.0.0.0", true},
		{"v4 before", []string{"10.0.0.0/8"}, "9.255.255.255", false},
		{"v4 after", []string{"10.0.0.0/8"}, "11.0.0.0", false},
		{"odd prefix length inside", []string{"192.0.2.32/27"}, "192.0.2.63", true},
		{"odd prefix length outside", []string{"192.0.2.32/27"}, "192.0.2.64", false},
		{"host bits set", []string{"10.1.2.3/8"}, "10.9.9.9", true},
		{"single address", []string{"192.0.2.7"}, "192.0.2.7", true},
		{"next to single address", []string{"192.0.2.7"}, "192.0.2.8", false},
		{"every v4", []string{"0.0.0.0/0"}, "203.0.113.9", true},
		{"every v4 has no v6", []string{"0.0.0.0/0"}, "2001:db8::1", false},
		{"every v6 has no v4", []string{"::/0"}, "192.0.2.1", false},
		{"every v6", []string{"::/0"}, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true},
		{"v6 inside", []string{"2001:db8::/33"}, "2001:db8:7fff::1", true},
		{"v6 outside", []string{"2001:db8::/33"}, "2001:db8:8000::1", false},
		{"mapped address", []string{"192.0.2.0/24"}, "::ffff:192.0.2.1", true},
		{"mapped network", []string{"::ffff:192.0.2.0/120"}, "192.0.2.255", true},
		{"mapped single address", []string{"::ffff:192.0.2.1"}, "192.0.2.1", true},
		{"short mapped network is v6", []string{"::ffff:0.0.0.0/90"}, "::fffe:1:1", true},
		{"short mapped network is no more than that", []string{"::ffff:0.0.0.0/90"}, "2001:db8::1", false},
		{"zone ignored", []string{"fe80::/10"}, "fe80::1%eth0", true},
		{"several", []string{"203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8", "192.0.2.0/24"}, "192.0.2.9", true},
		{"several, none", []string{"203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8", "192.0.2.0/24"}, "198.51.100.9", false},
		{"nested, after the inner", []string{"10.0.0.0/8", "10.1.0.0/16"}, "10.200.0.1", true},
		{"nested, the inner first", []string{"10.0.0.0/16", "10.0.0.0/8"}, "10.200.0.1", true},
		{"the same twice", []string{"10.0.0.0/8", "10.0.0.0/8"}, "10.200.0.1", true},
		{"service name", []string{"0.0.0.0/0"}, "ec2.amazonaws.com", false},
		{"AWS Internal", []string{"0.0.0.0/0"}, "AWS Internal", false},
		{"empty text", []string{"0.0.0.0/0"}, "", false},
		{"network as text", []string{"10.0.0.0/8"}, "10.0.0.0/8", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set, err := netmatch.ParseSet(test.networks)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Contains(test.text); got != test.want {
				t.Errorf("Contains(%q) = %v, want %v", test.text, got, test.want)
			}
		})
	}
}

func TestParseSetNamesTheBadNetwork(t *testing.T) {
	for _, bad := range []string{"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "10.0.0.0/08", "300.0.0.1", "office", "fe80::1%eth0/64", " 10.0.0.0/8"} {
		t.Run(bad, func(t *testing.T) {
			_, err := netmatch.ParseSet([]string{"192.0.2.0/24", bad})
			var e *netmatch.Error
			if !errors.As(err, &e) {
				t.Fatalf("error is %v, want an *Error", err)
			}
			if e.Index != 1 || e.Network != bad || errors.Unwrap(e) == nil || !strings.Contains(e.Error(), bad) {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestZeroSetIsEmpty(t *testing.T) {
	var set netmatch.Set
	if set.Contains("192.0.2.1") {
		t.Error("the zero Set is not empty")
	}
}

func TestIsIP(t *testing.T) {
	for text, want := range map[string]bool{
		"192.0.2.1": true, "2001:DB8::1": true, "::": true, "::ffff:192.0.2.1": true, "fe80::1%eth0": true,
		"": false, "192.0.2": false, "192.0.2.1/32": false, "192.0.2.01": false, "cloudformation.amazonaws.com": false,
		"AWS Internal": false, "192.0.2.1 ": false, "3232235521": false, "fe80::1%eth0/64": false,
	} {
		t.Run(text, func(t *testing.T) {
			if got := netmatch.IsIP(text); got != want {
				t.Errorf("IsIP(%q) = %v, want %v", text, got, want)
			}
		})
	}
}

func TestIsPublic(t *testing.T) {
	public := []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "52.95.110.1", "126.255.255.255", "128.0.0.0",
		"100.63.255.255", "100.128.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
		"192.0.0.9", "192.0.0.10", "192.0.1.0", "192.0.3.0", "192.31.196.1", "192.88.99.1", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "203.1.113.1", "223.255.255.255",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2600:1f00::1", "2a00::1", "2001:200::1", "2001:db9::1", "2001:4860:4860::8888",
		"2001:1::1", "2001:1::3", "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:30::1", "2620:4f:8000::1", "3fff:1000::1",
	}
	other := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.0", "100.127.255.255", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:10.0.0.1", "::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:1::4", "2001:1::1:1", "2001:2::1", "2001:4:113::1", "2001:10::1",
		"2001:1ff::1", "2001:db8::1", "2002:a00:1::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1", "1fff::1",
		"", "AWS Internal", "ec2.amazonaws.com", "8.8.8.8/32",
	}
	for _, text := range public {
		t.Run(text, func(t *testing.T) {
			if !netmatch.IsPublic(text) {
				t.Errorf("IsPublic(%q) = false, want true", text)
			}
		})
	}
	for _, text := range other {
		t.Run(text, func(t *testing.T) {
			if netmatch.IsPublic(text) {
				t.Errorf("IsPublic(%q) = true, want false", text)
			}
		})
	}
}

func FuzzContains(f *testing.F) {
	f.Add("10.0.0.0/8", "10.1.0.0/16", "192.0.2.1", "10.2.3.4")
	f.Add("::/1", "8000::/1", "0.0.0.0/0", "2001:db8::1")
	f.Add("::ffff:1.2.3.4/97", "fe80::1%a", "x", "::ffff:1.2.3.4")
	f.Fuzz(func(t *testing.T, a, b, c, text string) {
		netmatch.IsPublic(text)
		networks := []string{a, b, c}
		set, err := netmatch.ParseSet(networks)
		if err != nil {
			return
		}
		// One network alone and netip's own answer must agree with the merged set.
		var alone, naive bool
		addr, addrErr := netip.ParseAddr(text)
		addr = addr.Unmap().WithZone("")
		for _, network := range networks {
			one, err := netmatch.ParseSet([]string{network})
			if err != nil {
				t.Fatalf("%q is good among others and bad alone: %v", network, err)
			}
			alone = alone || one.Contains(text)
			prefix, err := netip.ParsePrefix(network)
			if err != nil {
				single := netip.MustParseAddr(network).Unmap().WithZone("")
				prefix = netip.PrefixFrom(single, single.BitLen())
			} else if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
				prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
			}
			naive = naive || addrErr == nil && prefix.Contains(addr)
		}
		if got := set.Contains(text); got != alone || got != naive {
			t.Fatalf("%q in %q: set %v, one by one %v, netip %v", text, networks, got, alone, naive)
		}
	})
}

func BenchmarkContains(b *testing.B) {
	set, err := netmatch.ParseSet([]string{"10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !set.Contains("198.51.100.7") {
			b.Fatal("not contained")
		}
	}
}
