package main

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

// metrics are read from where they are counted, when somebody asks. Those of rules begin anew when rules are loaded.
type metrics struct {
	broker *broker
	live   *ruleset.Live
	memory *jetstream.Store
	counts *counts
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("trailsift_"+name, help, labels, nil)
}

var (
	ruleEvents  = describe("rule_events_total", "Events by what a rule made of them.", "rule", "outcome")
	messages    = describe("messages_total", "Messages by what became of them.", "outcome")
	reported    = describe("reports_total", "Reports of findings given out, and of these those that were new.", "outcome")
	deadLetters = describe("dead_letters_total", "What workers set aside.")
	lag         = describe("lag_messages", "Messages that no worker has yet.")
	inHand      = describe("in_hand_messages", "Messages that workers have, or that wait to be delivered again.")
	memoryOps   = describe("memory_operations_total", "Operations on what rules remember.", "kind")
)

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{ruleEvents, messages, reported, deadLetters, lag, inHand, memoryOps} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	for _, s := range m.live.Set().Stats() {
		count(ruleEvents, s.Evaluated, s.Rule, "evaluated")
		count(ruleEvents, s.Matched, s.Rule, "matched")
		count(ruleEvents, s.Suppressed, s.Rule, "suppressed")
		count(ruleEvents, s.Faults, s.Rule, "fault")
		count(ruleEvents, s.Late, s.Rule, "late")
	}
	load := func(n *atomic.Uint64) uint64 { return n.Load() }
	count(messages, load(&m.counts.messages), "judged")
	count(messages, load(&m.counts.redelivered), "redelivered")
	count(messages, load(&m.counts.retried), "to be retried")
	count(reported, load(&m.counts.reports), "given out")
	count(reported, load(&m.counts.stored), "stored")
	count(deadLetters, load(&m.counts.dead))
	s := m.memory.Stats()
	count(memoryOps, s.Reads, "read")
	count(memoryOps, s.Writes, "write")
	count(memoryOps, s.Conflicts, "conflict")
	count(memoryOps, s.Unchanged, "unchanged")
	count(memoryOps, s.Dropped, "member dropped")

	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if consumer, err := m.broker.js.Consumer(ctx, recordsStream, consumerName); err == nil {
		info := consumer.CachedInfo()
		ch <- prometheus.MustNewConstMetric(lag, prometheus.GaugeValue, float64(info.NumPending))
		ch <- prometheus.MustNewConstMetric(inHand, prometheus.GaugeValue, float64(info.NumAckPending))
	}
}

// serve answers at /metrics until stop is called.
func (m *metrics) serve(address string) (at net.Addr, stop func() error, err error) {
	registry := prometheus.NewRegistry()
	if err := registry.Register(m); err != nil {
		return nil, nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener)
	return listener.Addr(), server.Close, nil
}
