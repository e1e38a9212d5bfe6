package nearest_test

import (
	"strings"
	"testing"

	"github.com/trailsift/trailsift/internal/nearest"
)

func TestName(t *testing.T) {
	severities := []string{"informational", "low", "medium", "high", "critical"}
	fields := []string{"userName", "userAgent", "userIdentity", "sourceIPAddress", "false_positives"}
	tests := []struct {
		name, got string
		names     []string
		want      string
	}{
		{"swapped letters", "hgih", severities, "high"},
		{"missing letter", "critcal", severities, "critical"},
		{"other case", "HIGH", severities, "high"},
		{"case inside", "username", fields, "userName"},
		{"other separator", "false-positives", fields, "false_positives"},
		{"beginning", "info", severities, "informational"},
		{"beginning of several", "use", fields, ""},
		{"nothing like it", "purple", severities, ""},
		{"empty", "", severities, ""},
		{"no names", "high", nil, ""},
		{"one letter", "x", []string{"y"}, ""},
		{"one letter, other case", "X", []string{"x"}, "x"},
		{"first of equals", "T1099", []string{"T1098", "T1090"}, "T1098"},
		{"closer one wins", "T1098.1", []string{"T1098", "T1098.001", "T1098.01"}, "T1098.01"},
		{"beyond any name", strings.Repeat("high", 100), severities, ""},
		{"beyond ASCII", "größe", []string{"große"}, "große"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := nearest.Name(tt.got, tt.names); got != tt.want {
				t.Errorf("Name(%q) = %q, want %q", tt.got, got, tt.want)
			}
		})
	}
}
