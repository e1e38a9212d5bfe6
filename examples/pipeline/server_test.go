package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A server that goes away and comes back with its files holds up the work, and no more.
func TestServerRestarted(t *testing.T) {
	log := generated(1200, 13, 1)
	want := uninterrupted(t, log)
	dir := t.TempDir()
	s := listening(t, dir, 0)
	port := s.Addr().(*net.TCPAddr).Port
	b := opened(t, dial(t, s.ClientURL()), testSizes())
	queued := queue(t, b, log).messages
	w := workerOf(t, b)
	stop := work(t, w, 4)
	for _, share := range []float64{0.2, 0.5} {
		until(t, b, queued, share)
		s.Shutdown()
		s.WaitForShutdown()
		time.Sleep(200 * time.Millisecond)
		s = listening(t, dir, port)
	}
	await(t, b)
	stop()
	same(t, b, want)
	t.Logf("%d messages, %d findings, 2 restarts; %d messages judged again", queued, len(want), w.counts.redelivered.Load())
}

// cluster starts three servers that share what they keep.
func cluster(t testing.TB) []*server.Server {
	t.Helper()
	const nodes = 3
	var routes []*url.URL
	var ports []int
	for range nodes {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all at the end, so that the ports differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
		route, err := url.Parse("nats://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, route)
		l.Close()
	}
	var all []*server.Server
	for i := range nodes {
		o := &server.Options{
			ServerName: fmt.Sprint("node-", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[i]}, Routes: routes,
		}
		s, err := server.NewServer(o)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(s.Shutdown)
		all = append(all, s)
	}
	together := func(s *server.Server) bool { return s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == nodes }
	for start := time.Now(); !slices.ContainsFunc(all, together); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the cluster finds no leader")
		}
	}
	return all
}

// One node of three is lost, that of the stream's leader, and the work goes on.
func TestNodeLost(t *testing.T) {
	log := generated(500, 14, 1)
	want := uninterrupted(t, log)
	nodes := cluster(t)
	var urls []string
	for _, s := range nodes {
		urls = append(urls, s.ClientURL())
	}
	sizes := testSizes()
	sizes.replicas, sizes.inMemory = 3, true
	b := opened(t, dial(t, strings.Join(urls, ",")), sizes)
	queued := queue(t, b, log).messages
	w := workerOf(t, b)
	stop := work(t, w, 4)
	until(t, b, queued, 0.3)
	stream, err := b.js.Stream(t.Context(), recordsStream)
	if err != nil {
		t.Fatal(err)
	}
	info := stream.CachedInfo()
	lost := ""
	for _, s := range nodes {
		if s.Name() == info.Cluster.Leader {
			lost = s.Name()
			s.Shutdown()
		}
	}
	if lost == "" {
		t.Fatalf("no node is the leader %q", info.Cluster.Leader)
	}
	await(t, b)
	stop()
	same(t, b, want)
	t.Logf("%d messages, %d findings, %s lost; %d messages judged again", queued, len(want), lost, w.counts.redelivered.Load())
}
