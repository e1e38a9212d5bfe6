package state_test

import (
	"testing"

	"github.com/trailsift/trailsift/ruleset/state"
)

func TestEventIDOf(t *testing.T) {
	const uuid = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
	if got := state.EventIDOf(uuid).String(); got != uuid {
		t.Errorf("%s, want %s", got, uuid)
	}
	if state.EventIDOf("0A1B2C3D-4E5F-6789-ABCD-EF0123456789") != state.EventIDOf(uuid) {
		t.Error("capital letters make another id")
	}
	ids := map[state.EventID]string{}
	for _, text := range []string{
		"", uuid, uuid + " ", uuid[1:], "0a1b2c3d4e5f6789abcdef0123456789", "0a1b2c3d-4e5f-6789-abcd-ef012345678x",
		"0a1b2c3d-4e5f-6789-abcd-ef01234-6789", "0a1b2c3d04e5f067890abcd0ef0123456789", "an id of some other kind",
	} {
		id := state.EventIDOf(text)
		if other, ok := ids[id]; ok {
			t.Errorf("%q and %q have the same id", text, other)
		}
		ids[id] = text
	}
}

func TestFingerprintOf(t *testing.T) {
	prints := map[state.Fingerprint][]string{}
	for _, texts := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "", "b"}, {"a\x00b"}} {
		f := state.FingerprintOf(texts...)
		if other, ok := prints[f]; ok {
			t.Errorf("%q and %q have the same fingerprint", texts, other)
		}
		prints[f] = texts
		if f != state.FingerprintOf(texts...) {
			t.Errorf("%q has two fingerprints", texts)
		}
	}
}
