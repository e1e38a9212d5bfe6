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
	if x.Shadow {
		verdict += ", in shadow mode,"
	}
	id := "without an id"
	if x.EventID != "" {
		id = x.EventID
	}
	fmt.Fprintf(&b, "%s %s event %s: %s\n", x.Rule, verdict, id, x.Reason)
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
		b.WriteString("  when" + in(x.File) + "\n")
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
		case e.Condition == nil:
			state = "could not be evaluated"
		}
		by, mark := "", " "
		if e.Owner != "" {
			by = ", " + e.Owner
		}
		if e.Tuned {
			by += ", by tuning"
		}
		if e.Applied {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s exception %s %s (%s%s)\n", mark, e.Name, state, e.Why, by)
		if e.Condition != nil {
			e.Condition.print(&b, 0)
		}
	}
	if x.Fault != "" {
		fmt.Fprintf(&b, "  fault: %s\n", x.Fault)
	}
	return b.String()
}

func in(file string) string {
	if file == "" {
		return ""
	}
	return " in " + file
}

// Short values, true and false among them, stand in a column before the text of a step, longer ones
// behind it.
const (
	shortValue = len("not evaluated")
	longValue  = 160
)

func (s *Step) print(b *strings.Builder, depth int) {
	mark := " "
	if s.Decisive {
		mark = ">"
	}
	before, behind := s.Value, ""
	if runes := []rune(s.Value); len(runes) > shortValue {
		if len(runes) > longValue {
			runes = append(runes[:longValue:longValue], '…')
		}
		before, behind = "", " = "+string(runes)
	}
	place := fmt.Sprintf("%d:%d", s.Line, s.Column)
	fmt.Fprintf(b, "%s   %-7s %-*s  %s%s%s\n", mark, place, shortValue, before, strings.Repeat("  ", depth), strings.Join(strings.Fields(s.Text), " "), behind)
	if s.evaluated { // else nothing below it is
		s.printSteps(b, depth+1)
	}
}

// printSteps prints a && b && c as three parts of one conjunction, whichever two of them CEL takes first.
func (s *Step) printSteps(b *strings.Builder, depth int) {
	for _, k := range s.Steps {
		if s.op == k.op && (s.op == "&&" || s.op == "||") {
			k.printSteps(b, depth)
		} else {
			k.print(b, depth)
		}
	}
}
