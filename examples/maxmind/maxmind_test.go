package maxmind_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/trailsift/trailsift/examples/maxmind"
)

// database writes a database that knows networks, and opens it.
func database(t *testing.T, kind string, networks map[string]mmdbtype.Map) *maxmind.DB {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, data := range networks {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, data); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), kind+".mmdb")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := maxmind.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestASN(t *testing.T) {
	db := database(t, "GeoLite2-ASN", map[string]mmdbtype.Map{
		"198.51.100.0/24": {"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("Example Net")},
		"2001:db8::/32":   {"autonomous_system_number": mmdbtype.Uint32(64501)},
	})
	for address, want := range map[string]map[string]any{
		"198.51.100.7":      {"number": 64500, "org": "Example Net"},
		"2001:db8::7":       {"number": 64501},
		"192.0.2.1":         nil,
		"ec2.amazonaws.com": nil,
		"":                  nil,
	} {
		got, ok := db.ASN(address)
		if d := cmp.Diff(want, got); d != "" || ok != (want != nil) {
			t.Errorf("%s: %v (-want +got)\n%s", address, ok, d)
		}
	}
}

func TestGeo(t *testing.T) {
	names := func(s string) mmdbtype.Map {
		return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(s), "de": mmdbtype.String("x")}}
	}
	country := names("Ireland")
	country["iso_code"] = mmdbtype.String("IE")
	db := database(t, "GeoLite2-City", map[string]mmdbtype.Map{
		"198.51.100.0/24": {"country": country, "city": names("Dublin"), "subdivisions": mmdbtype.Slice{names("Leinster")}},
		"203.0.113.0/24":  {"country": country},
		"192.0.2.0/24":    {"city": names("Nowhere")},
	})
	for address, want := range map[string]map[string]any{
		"198.51.100.7": {"country": "IE", "country_name": "Ireland", "region": "Leinster", "city": "Dublin"},
		"203.0.113.7":  {"country": "IE", "country_name": "Ireland"},
		"192.0.2.1":    nil,
	} {
		got, ok := db.Geo(address)
		if d := cmp.Diff(want, got); d != "" || ok != (want != nil) {
			t.Errorf("%s: %v (-want +got)\n%s", address, ok, d)
		}
	}
}

func TestOpen_missing(t *testing.T) {
	if _, err := maxmind.Open("missing.mmdb"); err == nil {
		t.Error("got no error")
	}
}
