package event_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/trailsift/trailsift/event"
)

// BenchmarkRawRecords is the fast way over a log file of typical records, which a scan takes.
func BenchmarkRawRecords(b *testing.B) {
	const n = 5000
	in := []byte(`{"Records":[` + strings.Repeat(typical+",", n-1) + typical + `]}`)
	for _, c := range []struct {
		name string
		in   []byte
	}{
		{"plain", in},
		{"gzip", []byte(gzipped(string(in)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				records := 0
				for _, err := range event.RawRecords(bytes.NewReader(c.in)) {
					if err != nil {
						b.Fatal(err)
					}
					records++
				}
				if records != n {
					b.Fatalf("%d records", records)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/record")
		})
	}
}

func BenchmarkRecords(b *testing.B) {
	in := []byte(`{"Records":[` + strings.Repeat(typical+",", 999) + typical + `]}`)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range event.Records(bytes.NewReader(in)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
