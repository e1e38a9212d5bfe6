package ruletest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/rule"
	"github.com/trailsift/trailsift/ruleset"
)

// A failure is a case whose rule says something else than it wants.
type failure struct {
	*bench
	test   rule.Test
	what   string
	set    *ruleset.Set
	events []*event.Event
	got    []ruleset.Finding
}

// most is how many events of a case are explained.
const most = 5

func (f *failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.place(f.test), f.what)
	for i, ev := range f.events {
		if i == most {
			fmt.Fprintf(&b, "%d more events\n", len(f.events)-most)
			break
		}
		if x, err := f.set.Explain(context.Background(), f.rule.ID, ev); err == nil {
			b.WriteString(x.String())
		}
		b.WriteString("event " + brief(ev))
	}
	return strings.TrimRight(b.String(), "\n")
}

// wants are the findings as the case should want them: what it says of each, and all of those
// that it says nothing of.
func (f *failure) wants() []rule.Want {
	out := []rule.Want{}
	for i, g := range f.got {
		w := everything(g)
		switch {
		case i < len(f.test.Want):
			w = restrict(g, f.test.Want[i])
		case len(f.test.Want) > 0:
			w = restrict(g, f.test.Want[0])
		}
		out = append(out, w)
	}
	return out
}

// width bounds a line of an event.
const width = 400

// noise are members that seldom decide anything.
var noise = map[string]bool{"eventVersion": true, "requestID": true, "tlsDetails": true, "userAgent": true, "eventCategory": true, "recipientAccountId": true}

// brief prints an event with a line for each member.
func brief(ev *event.Event) string {
	var record map[string]json.RawMessage
	if json.Unmarshal(ev.Raw(), &record) != nil {
		return string(ev.Raw()) + "\n"
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(record)) {
		if noise[name] {
			continue
		}
		value := []rune(string(record[name]))
		if len(value) > width {
			value = append(value[:width:width], '…')
		}
		fmt.Fprintf(&b, "  %q: %s\n", name, string(value))
	}
	b.WriteString("}\n")
	return b.String()
}

func joined(problems []string) error {
	if len(problems) == 1 {
		return fmt.Errorf("%s", problems[0])
	}
	return fmt.Errorf("\n  %s", strings.Join(problems, "\n  "))
}
