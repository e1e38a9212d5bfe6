package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
)

// peakBytes is the most resident memory that the process ever had: VmHWM where Linux tells
// it, else what the Go runtime has ever asked for, which is more.
func peakBytes() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.Sys), nil
	}
	_, after, found := bytes.Cut(status, []byte("\nVmHWM:"))
	var kib int64
	if _, err := fmt.Sscanf(string(after), "%d kB", &kib); !found || err != nil {
		return 0, fmt.Errorf("no VmHWM in /proc/self/status: %v", err)
	}
	return kib << 10, nil
}
