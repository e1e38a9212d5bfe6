// Package maxmind makes lookups for Trailsift out of databases in MaxMind's format (GeoLite2, GeoIP2 and others that
// are laid out like them): which network and which country an address belongs to.
//
//	asn, err := maxmind.Open("GeoLite2-ASN.mmdb")
//	...
//	defer asn.Close()
//	set, err := ruleset.Compile(rules, ruleset.WithLookup("asn", asn.ASN))
//
// The file is mapped into memory: a lookup takes a microsecond or so, and needs no network.
package maxmind

import (
	"fmt"
	"maps"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

// A DB is an open database. It is safe for concurrent use until it is closed.
type DB struct{ reader *maxminddb.Reader }

// Open opens the file of a database.
func Open(file string) (*DB, error) {
	r, err := maxminddb.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &DB{r}, nil
}

// Close closes the database. No lookup may be under way, or come later.
func (db *DB) Close() error { return db.reader.Close() }

// ASN is the lookup "asn", of a database of autonomous systems: number and org.
func (db *DB) ASN(address string) (map[string]any, bool) {
	var record struct {
		Number int    `maxminddb:"autonomous_system_number"`
		Org    string `maxminddb:"autonomous_system_organization"`
	}
	if !db.find(address, &record) || record.Number == 0 && record.Org == "" {
		return nil, false
	}
	out := known(map[string]any{"org": record.Org})
	if record.Number != 0 {
		out["number"] = record.Number
	}
	return out, true
}

// Geo is the lookup "geo", of a database of cities or countries: country (two letters), country_name, region and
// city, in English, as far as the database knows them.
func (db *DB) Geo(address string) (map[string]any, bool) {
	type named struct {
		Code  string            `maxminddb:"iso_code"`
		Names map[string]string `maxminddb:"names"`
	}
	var record struct {
		Country      named   `maxminddb:"country"`
		Subdivisions []named `maxminddb:"subdivisions"`
		City         named   `maxminddb:"city"`
	}
	if !db.find(address, &record) || record.Country.Code == "" {
		return nil, false
	}
	out := map[string]any{"country": record.Country.Code, "country_name": record.Country.Names["en"], "city": record.City.Names["en"]}
	if len(record.Subdivisions) > 0 {
		out["region"] = record.Subdivisions[0].Names["en"]
	}
	return known(out), true
}

// find reports false also for what is no address: CloudTrail writes the name of a service in its place.
func (db *DB) find(address string, record any) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	found := db.reader.Lookup(ip)
	return found.Found() && found.Decode(record) == nil
}

// known leaves out what the database does not know: a rule sees it as absent.
func known(m map[string]any) map[string]any {
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == "" })
	return m
}
