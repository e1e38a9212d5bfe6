package statetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset/state"
)

func add(p *probe) {
	first, second := member(1, noon), member(2, noon.Add(1500*time.Microsecond))
	p.add(key, first, hour, nil)
	got := p.add(key, second, hour, nil)
	second.Time = noon.Add(time.Millisecond)
	want := view{judged: true, At: 1, Last: second.Time, Members: []state.Member{first, second}}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(view{})); diff != "" {
		p.Errorf("what judge is given (-want +got):\n%s", diff)
	}
}

func addAgain(p *probe) {
	for i := range 4 {
		p.add(key, member(i, noon.Add(time.Duration(i)*time.Second)), hour, nil)
	}
	again := member(1, noon.Add(time.Second))
	again.Flags, again.Values = 77, []uint64{7, 7}
	got := p.add(key, again, hour, nil)
	if got.At != 1 || len(got.Members) != 4 {
		p.Fatalf("a member added again is at %d of %d, want 1 of 4", got.At, len(got.Members))
	}
	if diff := gocmp.Diff(member(1, noon.Add(time.Second)), got.Members[1]); diff != "" {
		p.Errorf("the member is not the one that was added first (-want +got):\n%s", diff)
	}
}

// Whatever the order, the same members are left: those that are within Keep of the latest.
func addInAnyOrder(p *probe) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var members, want []state.Member
	for i := range 12 {
		m := member(i, noon.Add(time.Duration(i)*10*time.Minute))
		members = append(members, m)
		if i >= 5 {
			want = append(want, m)
		}
	}
	for n := range 10 * p.rounds {
		key := state.Key{Rule: "in-any-order", Group: state.FingerprintOf(string(rune('a' + n)))}
		rnd.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		var got []state.Member
		for _, m := range members {
			got = p.add(key, m, hour, nil).Members
		}
		slices.SortFunc(got, func(a, b state.Member) int { return cmp.Compare(a.Values[0], b.Values[0]) })
		if diff := gocmp.Diff(want, got); diff != "" {
			p.Fatalf("order %d (-want +got):\n%s", n, diff)
		}
	}
}

func addTooOld(p *probe) {
	p.add(key, member(1, noon), hour, nil)
	p.add(key, member(2, noon.Add(time.Minute)), hour, nil)
	for _, test := range []struct {
		name    string
		time    time.Duration
		at, len int
	}{
		{"as old as can be", time.Minute - time.Hour, 2, 3},
		{"too old", time.Minute - time.Hour - time.Millisecond, -1, 3},
		{"an hour after the first", time.Hour, 2, 3},
		{"and a little more", time.Hour + time.Millisecond, 2, 3},
		{"a day later", 25 * time.Hour, 0, 1},
		{"what is too old now", 2 * time.Hour, -1, 1},
	} {
		got := p.add(key, member(int(test.time), noon.Add(test.time)), hour, nil)
		if got.At != test.at || len(got.Members) != test.len {
			p.Errorf("%s: at %d of %d, want %d of %d", test.name, got.At, len(got.Members), test.at, test.len)
		}
	}
}

func addAfterRuleChanged(p *probe) {
	p.add(key, member(1, noon), hour, func(w *state.Window, _ int) string {
		w.Announced = append(w.Announced, state.Announcement{Period: 1})
		return ""
	})
	p.add(key, member(2, noon), state.Keep{Keep: time.Hour, Values: 3}, func(w *state.Window, at int) string {
		if w.Len() != 1 || at != 0 || len(w.Announced) != 0 {
			return fmt.Sprintf("%d members, %d announcements: want a new window", w.Len(), len(w.Announced))
		}
		if n := len(w.At(0).Values); n != 3 {
			return fmt.Sprintf("a member has %d values, want 3", n)
		}
		return ""
	})
}

func addWhatJudgeLeaves(p *probe) {
	for i := range 3 {
		p.add(key, member(i, noon), hour, nil)
	}
	announced := []state.Announcement{{Period: -4, By: member(9, noon).ID, Count: 12}, {Period: 5}}
	p.add(key, member(3, noon), hour, func(w *state.Window, _ int) string {
		w.Announced = slices.Clone(announced)
		w.SetText(7, "seven")
		w.Remove(func(i int, _ state.Member) bool { return i == 1 })
		return ""
	})
	got := p.add(key, member(4, noon), hour, func(w *state.Window, _ int) string {
		if diff := gocmp.Diff(announced, w.Announced); diff != "" {
			return fmt.Sprintf("announcements (-want +got):\n%s", diff)
		}
		if text, ok := w.Text(7); !ok || text != "seven" {
			return fmt.Sprintf("the text is %q, %v", text, ok)
		}
		return ""
	})
	want := []state.Member{member(0, noon), member(2, noon), member(3, noon), member(4, noon)}
	if diff := gocmp.Diff(want, got.Members); diff != "" {
		p.Errorf("members (-want +got):\n%s", diff)
	}
}

func addKeepsKeysApart(p *probe) {
	for _, key := range keys() {
		if got := p.add(key, member(1, noon), hour, nil); len(got.Members) != 1 {
			p.Errorf("%v has members of another key", key)
		}
	}
}

// keys returns keys that are easily mixed up.
func keys() []state.Key {
	var all []state.Key
	for _, rule := range []string{"", "a", "b", "a-rule", "a-rul", "a.rule", "a/rule", "ä"} {
		for _, group := range []state.Fingerprint{{}, {1}, {15: 1}, state.FingerprintOf(), state.FingerprintOf("a", "b"), state.FingerprintOf("ab")} {
			all = append(all, state.Key{Rule: rule, Group: group})
		}
	}
	return all
}

func addMany(p *probe) {
	n := 1000 * p.rounds
	for i := range n {
		if at, members := p.put(i, time.Duration(i)*time.Millisecond); at != i || members != i+1 {
			p.Fatalf("member %d is at %d of %d", i, at, members)
		}
	}
	for _, i := range []int{0, n / 2, n - 1} {
		if at, members := p.put(i, 0); at != i || members != n {
			p.Errorf("member %d, added again, is at %d of %d", i, at, members)
		}
	}
	if _, members := p.put(n, 2*time.Hour); members != 1 {
		p.Errorf("two hours later %d members are left, want 1", members)
	}
}

// put adds to a window that is too large to copy each time.
func (p *probe) put(id int, after time.Duration) (at, members int) {
	err := p.store.Add(p.Context(), key, member(id, noon.Add(after)), hour, func(w *state.Window, i int) {
		at, members = i, w.Len()
	})
	if err != nil {
		p.Fatalf("Add: %v", err)
	}
	return at, members
}

func addCancelled(p *probe) {
	ctx, cancel := context.WithCancel(p.Context())
	cancel()
	if _, err := tryAdd(ctx, p.store, key, member(1, noon), hour, nil); !errors.Is(err, context.Canceled) {
		p.Errorf("Add with a cancelled context: %v", err)
	}
	if got := p.add(key, member(2, noon), hour, nil); len(got.Members) != 1 {
		p.Errorf("%d members, want 1: Add with a cancelled context has added", len(got.Members))
	}
}

func addOverLimit(p *probe) {
	limited, ok := p.store.(interface{ Limits() state.Limits })
	if !ok || limited.Limits().Members <= 0 {
		p.Skip("the store names no limit of members")
	}
	limit := limited.Limits().Members
	for i := range limit + limit/8 + 2 {
		m := member(i, noon.Add(time.Duration(i)))
		var members, dropped int
		var found bool
		err := p.store.Add(p.Context(), key, m, hour, func(w *state.Window, at int) {
			members, dropped = w.Len(), int(w.Dropped())
			found = at >= 0 && w.At(at).ID == m.ID
		})
		switch {
		case err != nil:
			p.Fatalf("Add: %v", err)
		case members > limit:
			p.Fatalf("%d members, over the limit of %d", members, limit)
		case members+dropped != i+1:
			p.Fatalf("%d members and %d dropped, want %d together", members, dropped, i+1)
		case !found:
			p.Fatal("the latest member is not where judge is told")
		}
	}
}
