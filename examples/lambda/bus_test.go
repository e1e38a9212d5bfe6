package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset"
)

// A busServer speaks as much of EventBridge as PutEvents needs, and fails the entry at the index failing, once or always.
type busServer struct {
	failing int
	always  bool
	targets []string
	entries [][]busEntry
}

type busEntry struct{ EventBusName, Source, DetailType, Detail string }

func (s *busServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ Entries []busEntry }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.targets = append(s.targets, r.Header.Get("X-Amz-Target"))
	s.entries = append(s.entries, in.Entries)
	out := struct {
		FailedEntryCount int
		Entries          []map[string]string
	}{}
	for n := range in.Entries {
		if n == s.failing {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, map[string]string{"ErrorCode": "ThrottlingException", "ErrorMessage": "synthetic"})
			continue
		}
		out.Entries = append(out.Entries, map[string]string{"EventId": "id"})
	}
	if s.failing = -1; s.always {
		s.failing = 0
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	json.NewEncoder(w).Encode(out)
}

func onBus(t *testing.T, server *busServer) *stage {
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	s := newStage(t, nil)
	s.out = &bus{eventbridge.NewFromConfig(fakeConfig(web)), "security"}
	return s
}

func TestBus(t *testing.T) {
	server := &busServer{failing: 0}
	s := onBus(t, server)
	answer, err := s.invoke(t.Context(), sqs(created("e-0"), created("e-1")))
	if err != nil || len(failed(t, answer)) > 0 {
		t.Fatal(answer, err)
	}
	if got := s.last(t); got.Sent != 2 {
		t.Errorf("%+v", got)
	}
	if len(server.entries) != 2 || len(server.entries[0]) != 2 || len(server.entries[1]) != 1 || server.entries[0][0] != server.entries[1][0] {
		t.Fatalf("requests: %+v", server.entries)
	}
	first := server.entries[0][0]
	var f ruleset.Finding
	if err := json.Unmarshal([]byte(first.Detail), &f); err != nil || f.Rule != "user-created" {
		t.Errorf("%+v, %v", f, err)
	}
	first.Detail = ""
	if diff := cmp.Diff(busEntry{"security", "trailsift", "Trailsift Finding", ""}, first); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if server.targets[0] != "AWSEvents.PutEvents" {
		t.Errorf("target %s", server.targets[0])
	}
}

func TestBusThrottles(t *testing.T) {
	server := &busServer{failing: 0, always: true}
	s := onBus(t, server)
	answer, err := s.invoke(t.Context(), sqs(created("e-0"), created("e-1")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m-1"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	if len(server.entries) != tries {
		t.Errorf("%d requests", len(server.entries))
	}
}
