package jetstream_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
	"github.com/trailsift/trailsift/ruleset/state/jetstream"
)

const secrets = `
id: many-secrets
title: Many secrets read
severity: medium
match: {source: secretsmanager.amazonaws.com, event: GetSecretValue}
aggregate:
  window: 5m
  let: {secrets: distinct(event.requestParameters.secretId)}
  having: secrets >= 2
message: "{actor.name} read {secrets} secrets"
`

// Two processes share what they remember: one sees the first secret, the other the second.
func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "memory")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	broker, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: dir, NoSigs: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	broker.Start()
	defer broker.Shutdown()

	process := func() (*ruleset.Set, error) {
		conn, err := nats.Connect("", nats.InProcessServer(broker)) // elsewhere nats.Connect("nats://broker:4222")
		if err != nil {
			return nil, err
		}
		js, err := natsjs.New(conn)
		if err != nil {
			return nil, err
		}
		bucket, err := js.CreateOrUpdateKeyValue(ctx, natsjs.KeyValueConfig{Bucket: "memory", LimitMarkerTTL: time.Hour})
		if err != nil {
			return nil, err
		}
		r, err := rule.Parse("secrets.yaml", []byte(secrets))
		if err != nil {
			return nil, err
		}
		store := jetstream.New(bucket, jetstream.WithTTL(js, 48*time.Hour))
		return ruleset.Compile([]*rule.Rule{r}, ruleset.WithStore(store))
	}
	for i, secret := range []string{"database", "payroll"} {
		set, err := process()
		if err != nil {
			fmt.Println(err)
			return
		}
		ev, err := event.Parse(fmt.Appendf(nil, `{"eventVersion":"1.08","eventID":"00000000-0000-4000-8000-00000000000%d","eventTime":"2026-01-05T09:00:0%dZ",
			"eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","requestParameters":{"secretId":%q},
			"userIdentity":{"type":"IAMUser","userName":"mira","arn":"arn:aws:iam::210987654321:user/mira"}}`, i, i, secret))
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := set.Eval(ctx, ev)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, f := range result.Findings {
			fmt.Println(f.Message)
		}
	}
	// Output: mira read 2 secrets
}
