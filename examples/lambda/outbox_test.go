package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

func someCreated(n int) string {
	var records []string
	for i := range n {
		records = append(records, created(fmt.Sprint("e-", i)))
	}
	return logFile(records...)
}

func TestBatches(t *testing.T) {
	s := newStage(t, nil)
	if _, err := s.invoke(t.Context(), someCreated(23)); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, b := range s.sent.batches {
		sizes = append(sizes, len(b))
	}
	if diff := cmp.Diff([]int{10, 10, 3}, sizes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFirstBatch(t *testing.T) {
	of := func(sizes ...int) (messages []message) {
		for _, n := range sizes {
			messages = append(messages, message{body: make([]byte, n)})
		}
		return messages
	}
	tests := []struct {
		sizes []int
		want  int
	}{
		{[]int{1}, 1},
		{[]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10},
		{[]int{batchBytes}, 1},
		{[]int{batchBytes - 1, 1, 1}, 2},
		{[]int{1, batchBytes}, 1},
	}
	for _, test := range tests {
		if got := firstBatch(of(test.sizes...)); got != test.want {
			t.Errorf("%v: %d, want %d", test.sizes, got, test.want)
		}
	}
}

// What a destination does not take is sent again, alone.
func TestTakenLater(t *testing.T) {
	s := newStage(t, nil)
	n := 0
	s.sent.refuse = func(id string) error {
		if id == "e-1" {
			if n++; n < tries {
				return errors.New("busy")
			}
		}
		return nil
	}
	if _, err := s.invoke(t.Context(), someCreated(3)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"e-0", "e-1", "e-2"}, {"e-1"}, {"e-1"}}, s.sent.batches); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.last(t); got.Sent != 3 || got.Unsent != 0 {
		t.Errorf("%+v", got)
	}
}

// A finding that was not sent has its item delivered again, and is sent then; the others are not sent twice.
func TestNeverTaken(t *testing.T) {
	s := newStage(t, nil)
	s.sent.refuse = func(id string) error {
		if id == "e-1" {
			return errors.New("busy")
		}
		return nil
	}
	batch := sqs(created("e-0"), created("e-1"), created("e-2"))
	answer, err := s.invoke(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m-2"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if got := s.last(t); got.Sent != 2 || got.Unsent != 1 {
		t.Errorf("%+v", got)
	}
	if _, err := s.invoke(t.Context(), created("e-1")); err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("invoked directly: %v", err)
	}
	s.sent.refuse, s.sent.findings = nil, nil
	if answer, err = s.invoke(t.Context(), batch); err != nil || len(failed(t, answer)) > 0 {
		t.Fatal(answer, err)
	}
	if diff := cmp.Diff([]string{"e-1"}, s.sent.eventIDs()); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestDestinationDown(t *testing.T) {
	s := newStage(t, nil)
	s.sent.fail = errors.New("no such topic")
	answer, err := s.invoke(t.Context(), sqs(created("e-0"), iam("ListUsers", "e-1"), created("e-2")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m-1", "m-3"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
}

func TestEncode(t *testing.T) {
	f := &ruleset.Finding{ID: "f", Severity: rule.Low, Message: "\ufffe<\x01é", EventIDs: []string{"e"}}
	body, err := encode(f)
	if err != nil || strings.ContainsRune(string(body), '\ufffe') {
		t.Errorf("%s, %v", body, err)
	}
	var back ruleset.Finding
	if err := json.Unmarshal(body, &back); err != nil || back.Message != f.Message {
		t.Errorf("%q, %v", back.Message, err)
	}

	f.Message = strings.Repeat("é", batchBytes)
	f.Resources = []string{strings.Repeat("r", batchBytes)}
	if body, err = encode(f); err != nil || len(body) > 2*maxMessage {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if err := json.Unmarshal(body, &back); err != nil || back.ID != "f" || !strings.HasSuffix(back.Message, "é (cut)") {
		t.Errorf("%q, %v", back.Message, err)
	}
	if len(f.Message) < batchBytes {
		t.Error("the finding itself was cut")
	}

	f.Title = strings.Repeat("t", batchBytes)
	if _, err = encode(f); err == nil {
		t.Error("no error for what stays too large")
	}
}

func TestRecent(t *testing.T) {
	var r recent
	for n := range 3 * recentKeys {
		r.add(fmt.Sprint(n))
		if !r.has(fmt.Sprint(n)) || n >= recentKeys && !r.has(fmt.Sprint(n-recentKeys+1)) {
			t.Fatalf("forgotten at %d", n)
		}
	}
	if r.has("0") || len(r.now)+len(r.old) > 2*recentKeys {
		t.Error("nothing is forgotten")
	}
}

// An update of an episode is sent, although its finding was before.
func TestKeyOf(t *testing.T) {
	f := &ruleset.Finding{ID: "f", Episode: &ruleset.Episode{Count: 5}}
	first := keyOf(f)
	f.Episode = &ruleset.Episode{Count: 10, Update: true}
	if first != "f" || keyOf(f) == first {
		t.Errorf("%s, %s", first, keyOf(f))
	}
}
