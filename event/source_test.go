package event_test

import (
	"net/netip"
	"testing"

	"github.com/trailsift/trailsift/event"
)

func TestSource(t *testing.T) {
	addr := netip.MustParseAddr
	tests := []struct {
		text string
		want event.Source
	}{
		{"198.51.100.7", event.Source{Addr: addr("198.51.100.7")}},
		{"2001:db8::7", event.Source{Addr: addr("2001:db8::7")}},
		{"2001:DB8::BAD:CAFE", event.Source{Addr: addr("2001:db8::bad:cafe")}},
		{"::ffff:192.0.2.1", event.Source{Addr: addr("192.0.2.1")}},
		{"cloudtrail.amazonaws.com", event.Source{Service: "cloudtrail.amazonaws.com"}},
		{"delivery.logs.amazonaws.com", event.Source{Service: "delivery.logs.amazonaws.com"}},
		{"AWS Internal", event.Source{Service: "AWS Internal"}},
		{"AWS Internal/3", event.Source{Service: "AWS Internal/3"}},
		{"AWS Internals", event.Source{}},
		{"", event.Source{}},
		{"192.0.2.07", event.Source{}},
		{"192.0.2.300", event.Source{}},
		{"a b.c", event.Source{}},
		{"localhost", event.Source{}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := parse(t, with(`"sourceIPAddress":"`+tt.text+`"`)).Source(); got != tt.want {
				t.Errorf("Source %+v, want %+v", got, tt.want)
			}
		})
	}
}
