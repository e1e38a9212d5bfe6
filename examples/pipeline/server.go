package main

import (
	"errors"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// embed runs a server within this process, which no other can reach. Without a directory it keeps all in memory.
func embed(dir string) (*nats.Conn, func(), error) {
	remove := func() {}
	if dir == "" {
		temporary, err := os.MkdirTemp("", "pipeline")
		if err != nil {
			return nil, nil, err
		}
		dir, remove = temporary, func() { os.RemoveAll(temporary) }
	}
	s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		remove()
		return nil, nil, err
	}
	s.Start()
	stop := func() {
		s.Shutdown()
		s.WaitForShutdown()
		remove()
	}
	if !s.ReadyForConnections(30 * time.Second) {
		stop()
		return nil, nil, errors.New("the NATS server within this process does not start")
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		stop()
		return nil, nil, err
	}
	return conn, func() {
		conn.Close()
		stop()
	}, nil
}

// join connects to servers that run elsewhere, and never gives them up.
func join(url string) (*nats.Conn, error) {
	return nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.RetryOnFailedConnect(true))
}
