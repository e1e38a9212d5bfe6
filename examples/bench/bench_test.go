package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMain lets the test program be the child processes that the program starts of itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "-child=") {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, format := range []string{formatText, formatMarkdown} {
		t.Run(format, func(t *testing.T) {
			var out, progress bytes.Buffer
			args := []string{"-quick", "-rounds=1", "-data=", "-trail=../internal/trail/logs", "-format=" + format}
			if err := run(context.Background(), args, &out, &progress); err != nil {
				t.Fatalf("%v\n%s", err, progress.String())
			}
			rows := map[string]int{
				nameGunzip: 1, nameStandard: 1, nameOwn: 1, nameSkim: 1, nameCatalogue: 1, nameGenerated: 3, nameNaive: 2, nameOPA: 1, nameDecode: 1,
				"records a second": 2, "2 workers": 2, "2 goroutines": 1, "peak memory": 3, "heap per compiled rule": 1, "catalogue of": 6,
				"first finding": 2, "allocations per record that is no candidate, of": 1,
				"catalogue against gunzip": 1, "every rule on a map against": 2, "10,000 rules against 100": 1, "one condition, hot": 1,
			}
			for _, when := range conditions() {
				rows[when] = 1
			}
			for name, want := range rows {
				row := regexp.MustCompile(`(?m)^[ |]*` + regexp.QuoteMeta(name) + `.*\d`)
				if got := len(row.FindAllString(out.String(), -1)); got != want {
					t.Errorf("%d rows begin with %q, want %d", got, name, want)
				}
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

func TestOptions(t *testing.T) {
	for _, args := range [][]string{{"-format=csv"}, {"-records=10"}, {"-rounds=0"}, {"-quick", "path"}} {
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			if err := run(context.Background(), args, io.Discard, io.Discard); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestGenerate(t *testing.T) {
	few, more := generate(100), generate(200)
	for i := range few {
		if a, b := fmt.Sprint(few[i]), fmt.Sprint(more[i]); a != b {
			t.Errorf("rule %d of 100 is %s, of 200 %s", i, a, b)
		}
	}
}

func TestClone(t *testing.T) {
	m := newModel([]byte(`{"userIdentity":{"accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY0000001"},` +
		`"eventTime":"2026-01-13T04:31:05Z","sourceIPAddress":"203.0.113.91","userAgent":"tool/1.2.3.4","requestID":"5YNTHREQUEST0001",` +
		`"eventID":"cdb00459-cf12-414e-8354-458b9c26e72e"}`))
	same := newModel([]byte(`"arn:aws:iam::210987654321:user/mira"`))
	seen := map[string]bool{}
	form := regexp.MustCompile(`^{"userIdentity":{"accountId":"\d{12}","accessKeyId":"AKIA[A-Z2-7]{16}"},` +
		`"eventTime":"2026-01-13T\d\d:\d\d:\d\dZ","sourceIPAddress":"1\d\d\.1\.1\d\d\.1\d","userAgent":"tool/1\.2\.3\.4","requestID":"[A-Z2-7]{16}",` +
		`"eventID":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"}$`)
	for n := range 100 {
		got := string(m.clone(nil, n))
		if !form.MatchString(got) || len(got) != len(m.record) {
			t.Errorf("clone %d is %s", n, got)
		}
		if seen[got] {
			t.Errorf("clone %d is not the first of its kind", n)
		}
		seen[got] = true
		account := got[len(`{"userIdentity":{"accountId":"`):][:12]
		if other := string(same.clone(nil, n)); !strings.Contains(other, account) {
			t.Errorf("clone %d has the account %s here, and %s", n, account, other)
		}
	}
}

// The soak in small: it fails by itself when something is lost.
func TestSoak(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-soak", "100000", "-actors", "20000"}, &out, io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "first sightings: 20000 of 20000 actors; bursts: 20 of 20") {
		t.Errorf("with the default limits something is lost:\n%s", out.String())
	}
	t.Log(out.String())
}
