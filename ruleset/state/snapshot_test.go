package state_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

// filled is a memory with some of everything.
func filled(t testing.TB, l state.Limits) *state.Memory {
	m := state.NewMemory(l)
	for i := range 50 {
		at := noon.Add(time.Duration(i) * time.Minute)
		seen(t, m, i, at, 24*time.Hour)
		added(t, m, i%5, i, at, time.Hour)
	}
	ctx := t.Context()
	s := state.Sight{Time: noon, History: 240 * time.Hour, Slot: time.Hour}
	if err := m.Sight(ctx, keyOf("slots", 1), s, func(g *state.Sighting) { g.Announce(3, state.EventID{7}) }); err != nil {
		t.Fatal(err)
	}
	err := m.Add(ctx, keyOf("added", 1), member(99, noon, 4), state.Keep{Keep: time.Hour, Values: 1}, func(w *state.Window, _ int) {
		w.Announced = append(w.Announced, state.Announcement{Period: 4, By: state.EventID{8}, Count: 3})
		w.SetText(4, "four")
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func snapshot(t testing.TB, m *state.Memory) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contents are a memory's records, in a definite order: a snapshot is a header, and records of a kind, a length, and as
// many bytes.
func contents(t testing.TB, m *state.Memory) []string {
	t.Helper()
	b := snapshot(t, m)
	b = b[len("trailsift state\n")+1:]
	_, n := binary.Uvarint(b)
	var records []string
	for b = b[n:]; b[0] != 0; {
		size, n := binary.Uvarint(b[1:])
		records = append(records, fmt.Sprintf("%d %x", b[0], b[1+n:1+n+int(size)]))
		b = b[1+n+int(size):]
	}
	slices.Sort(records)
	return records
}

func TestMemory_SnapshotAndRestore(t *testing.T) {
	for _, limits := range []state.Limits{{}, {Keys: 1000}} {
		m := filled(t, limits)
		b := snapshot(t, m)
		to := state.NewMemory(limits)
		seen(t, to, 12345, noon, time.Hour)
		if err := to.Restore(iotest.OneByteReader(bytes.NewReader(b))); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(contents(t, m), contents(t, to)); diff != "" {
			t.Errorf("contents (-saved +restored):\n%s", diff)
		}
		want, got := m.Stats(), to.Stats()
		want.Bytes = got.Bytes // a window that grew member by member has room for more
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stats (-saved +restored):\n%s", diff)
		}
		if limits == (state.Limits{}) {
			continue // there are so many shards that some would see no operation
		}
		// Work goes on as if nothing had happened, the clock included.
		for _, m := range []*state.Memory{m, to} {
			if n := added(t, m, 4, 1000, noon.Add(49*time.Minute), time.Hour); n != 11 {
				t.Errorf("%d members, want 11", n)
			}
			if !seen(t, m, 3, noon.Add(3*time.Hour), 24*time.Hour) {
				t.Error("a sighting is forgotten")
			}
			seen(t, m, 5, noon.Add(20*time.Hour), 24*time.Hour)
		}
		if diff := cmp.Diff(contents(t, m), contents(t, to)); diff != "" {
			t.Errorf("contents later (-saved +restored):\n%s", diff)
		}
		if to.Stats().Windows != 0 {
			t.Errorf("%d windows are left after 20 hours", to.Stats().Windows)
		}
	}
}

// The time is restored as well, so that the first event already makes expire what has ended.
func TestMemory_RestoreClock(t *testing.T) {
	m := state.NewMemory(state.Limits{Keys: 1000})
	if err := m.Restore(bytes.NewReader(snapshot(t, filled(t, state.Limits{})))); err != nil {
		t.Fatal(err)
	}
	seen(t, m, 1, noon.Add(5*time.Hour), 24*time.Hour)
	if got := m.Stats(); got.Windows != 0 || got.Expired != 5 {
		t.Errorf("%+v, want 5 windows to have expired", got)
	}
}

func TestMemory_RestoreEmpty(t *testing.T) {
	m := filled(t, state.Limits{})
	if err := m.Restore(bytes.NewReader(snapshot(t, state.NewMemory(state.Limits{})))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(state.Stats{}, m.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestMemory_RestoreUnderLimits(t *testing.T) {
	from := filled(t, state.Limits{})
	for name, l := range map[string]state.Limits{"keys": {Keys: 10}, "bytes": {Bytes: 3000}, "members": {Members: 3}} {
		m := state.NewMemory(l)
		if err := m.Restore(bytes.NewReader(snapshot(t, from))); err != nil {
			t.Fatal(err)
		}
		got := m.Stats()
		checkSum(t, got)
		if got.Inserted != uint64(from.Stats().Keys) || l.Keys > 0 && got.Keys > l.Keys || l.Bytes > 0 && got.Bytes > l.Bytes {
			t.Errorf("%s: %+v", name, got)
		}
		if (got.Evicted > 0) == (got.Dropped > 0) {
			t.Errorf("%s: what is over the limit is not counted: %+v", name, got)
		}
	}
}

// sealed makes a snapshot whose checksum is right, whatever is in it.
func sealed(b ...byte) []byte {
	b = append([]byte("trailsift state\n"), b...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

func TestMemory_RestoreRefuses(t *testing.T) {
	good := snapshot(t, filled(t, state.Limits{}))
	end := int64(len(good))
	damaged := slices.Clone(good)
	damaged[len(good)-1] ^= 1
	sighting := append(make([]byte, 16), 10, 1, 0, 0, 9, 9)
	entry := append([]byte{2, byte(len(sighting))}, sighting...)
	window, _ := fullWindow().AppendBinary(append(make([]byte, 16), 10))
	window = append(binary.AppendUvarint([]byte{1}, uint64(len(window))), window...)
	for _, test := range []struct {
		name   string
		bytes  []byte
		offset int64
		reason string
	}{
		{"nothing", nil, 0, "this is not a snapshot of a Memory"},
		{"something else", []byte("{\"Records\": [{}, {}, {}]}"), 0, "this is not a snapshot of a Memory"},
		{"a later version", sealed(2, 0, 0, 0), 16, "version 2, and only 1 is known"},
		{"the magic alone", good[:16], 16, "it is cut short"},
		{"cut short", good[:end-1], end - 1, "it is cut short"},
		{"a damaged checksum", damaged, end - 4, "damaged: the checksum does not agree"},
		{"twice", append(slices.Clone(good), good...), end, "something follows it"},
		{"an unknown entry", sealed(1, 0, 7), 18, "there is no kind 7 of entries"},
		{"an entry of nothing", sealed(1, 0, 1, 0, 0, 1), 18, "a damaged entry"},
		{"a huge entry", sealed(1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), 32, "it is cut short"},
		{"a length without end", sealed(1, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 19, "damaged: a number is out of range"},
		{"another number of entries", sealed(1, 0, 0, 1), 19, "damaged: it has 0 entries, and should have 1"},
		{"a time after time", sealed(1, 0xff, 0xff, 0xff, 0xff, 0x7f), 22, "its time is out of range"},
		{"a key twice", sealed(slices.Concat([]byte{1, 0}, entry, entry, []byte{0, 2})...), 18 + int64(len(entry)), "a damaged entry"},
		{"a window twice", sealed(slices.Concat([]byte{1, 0}, window, window, []byte{0, 2})...), 18 + int64(len(window)), "a damaged entry"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := filled(t, state.Limits{})
			before, stats := contents(t, m), m.Stats()
			err := m.Restore(bytes.NewReader(test.bytes))
			var refused *state.SnapshotError
			if !errors.As(err, &refused) {
				t.Fatalf("the error is %v", err)
			}
			if refused.Offset != test.offset || refused.Reason != test.reason {
				t.Errorf("refused at %d: %s; want %d: %s", refused.Offset, refused.Reason, test.offset, test.reason)
			}
			if diff := cmp.Diff(before, contents(t, m)) + cmp.Diff(stats, m.Stats()); diff != "" {
				t.Errorf("the memory is not as it was (-before +after):\n%s", diff)
			}
		})
	}
	if err := state.NewMemory(state.Limits{}).Restore(bytes.NewReader(sealed(slices.Concat([]byte{1, 0}, entry, window, []byte{0, 2})...))); err != nil {
		t.Errorf("what the entries above are made from is refused: %v", err)
	}
}

// Wherever a snapshot is cut, and whichever bit of it is wrong, it is refused.
func TestMemory_RestoreRefusesAnyDamage(t *testing.T) {
	good := snapshot(t, filled(t, state.Limits{}))
	m := state.NewMemory(state.Limits{Keys: 1000})
	refused := func(b []byte, what string, at int) {
		var refused *state.SnapshotError
		if err := m.Restore(bytes.NewReader(b)); !errors.As(err, &refused) {
			t.Fatalf("%s at %d: %v", what, at, err)
		} else if strings.Contains(refused.Error(), "%!") || refused.Offset > int64(len(b)) {
			t.Fatalf("%s at %d: %v", what, at, err)
		}
	}
	for i := range good {
		refused(good[:i], "cut", i)
		bad := slices.Clone(good)
		bad[i] ^= 1 << (i % 8)
		refused(bad, "a bit", i)
	}
	if got := m.Stats(); got.Keys != 0 {
		t.Errorf("something was restored: %+v", got)
	}
}

func TestMemory_RestoreReadError(t *testing.T) {
	good := snapshot(t, filled(t, state.Limits{}))
	broken := errors.New("broken")
	for _, n := range []int{0, 5, 100, len(good)} {
		err := state.NewMemory(state.Limits{}).Restore(io.MultiReader(bytes.NewReader(good[:n]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestMemory_SnapshotWriteError(t *testing.T) {
	m := filled(t, state.Limits{})
	for n := range 3 {
		if err := m.Snapshot(&brokenWriter{left: n}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("after %d writes: %v", n, err)
		}
	}
}

type brokenWriter struct{ left int }

func (w *brokenWriter) Write(b []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

func FuzzRestore(f *testing.F) {
	f.Add([]byte{})
	small := state.NewMemory(state.Limits{})
	seen(f, small, 1, noon, time.Hour)
	added(f, small, 1, 1, noon, time.Hour)
	for _, m := range []*state.Memory{filled(f, state.Limits{}), small} {
		b := snapshot(f, m)
		f.Add(b[16 : len(b)-4])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// The checksum is made right, so that what is behind it is reached.
		m := state.NewMemory(state.Limits{Keys: 20, Bytes: 1 << 16, Members: 5})
		if err := m.Restore(bytes.NewReader(sealed(b...))); err != nil {
			var refused *state.SnapshotError
			if !errors.As(err, &refused) {
				t.Fatalf("the error is %v", err)
			}
			if m.Stats() != (state.Stats{}) {
				t.Fatal("something was restored")
			}
			return
		}
		checkSum(t, m.Stats())
		for i := range 60 {
			seen(t, m, i, noon.Add(time.Duration(i)*time.Hour), 24*time.Hour)
			added(t, m, i, i, noon.Add(time.Duration(i)*time.Hour), time.Hour)
		}
		got := m.Stats()
		checkSum(t, got)
		if got.Keys > 20 || got.Bytes > 1<<16 {
			t.Fatalf("over the limits: %+v", got)
		}
		if err := state.NewMemory(state.Limits{}).Restore(bytes.NewReader(snapshot(t, m))); err != nil {
			t.Fatal(err)
		}
	})
}
