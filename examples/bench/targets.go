package main

import "fmt"

// targets compares what was measured with what was set out to be reached.
func (r *report) targets(m *measurement, s *singles) {
	gunzip := variantKey{name: nameGunzip}
	ours := func(n int) variantKey { return variantKey{nameGenerated, n} }
	onMap := func(n int) variantKey { return variantKey{nameNaive, n} }
	var catalogue variantKey
	for k := range m.cpu {
		if k.name == nameCatalogue {
			catalogue = k
		}
	}

	var rows [][]string
	row := func(what, target, measured string, met bool) {
		verdict := "missed"
		if met {
			verdict = "met"
		}
		rows = append(rows, []string{what, target, measured, verdict})
	}
	atMost := func(what string, limit, value float64) {
		row(what, fmt.Sprintf("<= %g", limit), fmt.Sprintf("%.2f", value), value <= limit)
	}
	atLeast := func(what string, limit, value float64) {
		row(what, fmt.Sprintf(">= %g", limit), fmt.Sprintf("%.1f", value), value >= limit)
	}

	atMost("catalogue against gunzip", 1.6, m.ratio(catalogue, gunzip))
	atLeast("every rule on a map against Trailsift, 100 rules", 20, m.ratio(onMap(few), ours(few)))
	atLeast("every rule on a map against Trailsift, 1,000 rules", 150, m.ratio(onMap(many), ours(many)))
	atMost("10,000 rules against 100", 2.5, m.ratio(ours(most), ours(few)))
	row("allocations per record that is no candidate", "0", idleText(s.idle), idleText(s.idle) == "0")
	if s.workers.cores > 1 {
		what := fmt.Sprintf("two workers against one, by the clock (gunzip alone: %.2f)", s.workers.machine)
		row(what, ">= 1.9", fmt.Sprintf("%.2f", s.workers.speedup), s.workers.speedup >= 1.9)
	}
	h := s.hot[0]
	row("one condition, hot", "<= 150 ns, 1 alloc", fmt.Sprintf("%.0f ns, %.2f allocs", h.ns, h.allocs), h.ns <= 150 && h.allocs <= 1)
	r.table([]string{"target", "set", "measured", "verdict"}, rows)
}
