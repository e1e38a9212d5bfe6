package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// trails writes log files of a role that reads secrets, one file for each of the starts.
func trails(t *testing.T, dir string, starts ...time.Time) {
	t.Helper()
	for i, start := range starts {
		var records []string
		for k := range 12 {
			records = append(records, fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA5SYNTHUSER000001","arn":"arn:aws:iam::210987654321:user/mira","accountId":"210987654321","accessKeyId":"AKIA5SYNTHKEY0000001","userName":"mira"},`+
				`"eventTime":%q,"eventSource":"secretsmanager.amazonaws.com","eventName":"GetSecretValue","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.30.0","requestParameters":{"secretId":"prod/%d-%d"},"responseElements":null,`+
				`"requestID":"r","eventID":"00000000-0000-4000-8000-%04d%08d","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321","eventCategory":"Management"}`,
				start.Add(time.Duration(k)*5*time.Second).Format(time.RFC3339), i, k, i, k))
		}
		// The earlier a file, the later its name by region: only the time in it gives the order.
		name := fmt.Sprintf("210987654321_CloudTrail_%s-west-1_%sZ_aB3dE5fG7hI9jK1l.json", string(rune('z'-i)), start.Add(5*time.Minute).UTC().Format("20060102T1504"))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{"Records":[`+strings.Join(records, ",")+`]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func rulesFound(t *testing.T, args ...string) (rules map[string]int, shadow map[string]int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), append([]string{"-format", "json"}, args...), nil, &stdout, &stderr); code != exitComplete {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	rules, shadow = map[string]int{}, map[string]int{}
	for line := range strings.Lines(stdout.String()) {
		var f struct {
			Rule    string
			Shadow  bool
			Episode *struct{ Late bool }
		}
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.Episode != nil && f.Episode.Late {
			t.Errorf("late: %s", line)
		}
		if f.Shadow {
			shadow[f.Rule]++
		} else {
			rules[f.Rule]++
		}
	}
	return rules, shadow
}

// Twelve secrets in one scan and twelve in the next are twenty-four, where the memory is kept.
func TestState(t *testing.T) {
	const rule = "secretsmanager-many-secrets-read-quickly"
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	first, second := t.TempDir(), t.TempDir()
	trails(t, first, start)
	trails(t, second, start, start.Add(2*time.Minute))
	if err := os.Remove(filepath.Join(second, filepath.Base(mustGlob(t, first)[0]))); err != nil {
		t.Fatal(err)
	}
	memory := filepath.Join(t.TempDir(), "memory")
	for _, dir := range []string{first, second} {
		if found, _ := rulesFound(t, dir); found[rule] != 0 {
			t.Errorf("twelve alone: %v", found)
		}
	}
	if found, _ := rulesFound(t, "-state", memory, first); found[rule] != 0 {
		t.Errorf("the first twelve: %v", found)
	}
	if found, _ := rulesFound(t, "-state", memory, second); found[rule] != 1 {
		t.Errorf("the next twelve: %v", found)
	}
	if err := os.WriteFile(memory, []byte("something else"), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"-state", memory, first}, nil, &stdout, &stderr); code != exitIncomplete || stderr.Len() == 0 {
		t.Errorf("a file that is no memory: exit %d, %q", code, stderr.String())
	}
}

func mustGlob(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return names
}

// Files come in the order of the time in their names.
func TestState_order(t *testing.T) {
	dir := t.TempDir()
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	trails(t, dir, start, start.Add(3*time.Hour), start.Add(6*time.Hour))
	for _, workers := range []string{"1", "4"} {
		_, shadow := rulesFound(t, "-workers", workers, dir) // rulesFound fails on what is late
		found, _ := rulesFound(t, "-learned", "-workers", workers, dir)
		t.Log(found, shadow)
	}
}
