package ruleset

import (
	"fmt"
	"strings"
)

// String prints the explanation over several lines, the parts that decided marked with ">".
func (x *Explanation) String() string {
	var b strings.Builder
	verdict := "does not match"
	if x.Matched {
		verdict = "matches"
	}
	fmt.Fprintf(&b, "%s %s event %s: %s\n", x.Rule, verdict, x.EventID, x.Reason)
	check := func(c Check) {
		mark := " "
		if !c.OK {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %-13s %s (got %s)\n", mark, c.What, c.Want, c.Got)
	}
	for _, c := range x.Match {
		check(c)
	}
	if x.Condition != nil {
		b.WriteString("  when\n")
		x.Condition.print(&b, 0)
	}
	if x.Active != nil {
		check(*x.Active)
	}
	for _, e := range x.Exceptions {
		state := "does not apply"
		switch {
		case e.Expired:
			state = "has expired"
		case e.Applied:
			state = "applies"
		}
		fmt.Fprintf(&b, "  exception %s %s\n", e.Name, state)
		if e.Condition != nil {
			e.Condition.print(&b, 0)
		}
	}
	if x.Fault != "" {
		fmt.Fprintf(&b, "  fault: %s\n", x.Fault)
	}
	return b.String()
}

// width is where the text of a step starts, behind its value.
const width = 28

func (s *Step) print(b *strings.Builder, depth int) {
	mark := " "
	if s.Decisive {
		mark = ">"
	}
	value := s.Value
	if runes := []rune(value); len(runes) > width-2 {
		value = string(runes[:width-5]) + "..."
	}
	place := fmt.Sprintf("%d:%d", s.Line, s.Column)
	fmt.Fprintf(b, "%s   %-7s %-*s %s%s\n", mark, place, width, value, strings.Repeat("  ", depth), strings.Join(strings.Fields(s.Text), " "))
	for _, k := range s.Steps {
		k.print(b, depth+1)
	}
}
