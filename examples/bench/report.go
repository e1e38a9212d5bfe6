package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// A report is what the program prints. It keeps the first error of writing.
type report struct {
	w        io.Writer
	markdown bool
	err      error
}

func (r *report) print(s string) {
	if r.err == nil {
		_, r.err = io.WriteString(r.w, s)
	}
}

func (r *report) line(format string, args ...any) {
	r.print(fmt.Sprintf(format, args...) + "\n")
	if r.markdown {
		r.print("\n")
	}
}

// table writes rows under a head, numbers to the right: all columns but the first.
func (r *report) table(head []string, rows [][]string) {
	r.print("\n")
	defer r.print("\n")
	if r.markdown {
		r.print("| " + strings.Join(head, " | ") + " |\n|---|" + strings.Repeat("---:|", len(head)-1) + "\n")
		for _, row := range rows {
			r.print("| " + strings.Join(row, " | ") + " |\n")
		}
		return
	}
	// tabwriter aligns all columns alike: the first is padded by hand.
	width := 0
	for _, row := range append([][]string{head}, rows...) {
		width = max(width, len(row[0]))
	}
	w := tabwriter.NewWriter(writerFunc(func(p []byte) (int, error) {
		r.print(string(p))
		return len(p), nil
	}), 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{head}, rows...) {
		fmt.Fprintf(w, "%-*s\t%s\t\n", width, row[0], strings.Join(row[1:], "\t"))
	}
	w.Flush()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (r *report) facts(c *corpus) {
	r.line("Trail: %s records in %d objects, cloned from %s of %s, with %d pairs of source and name; %.0f bytes a record, compressed %.1f times.",
		grouped(c.records), len(c.objects), grouped(len(c.models)), c.from, c.pairs,
		float64(c.inflated)/float64(c.records), float64(c.inflated)/float64(c.deflated))
}

func (r *report) variants(variants []variant, m *measurement) {
	var rows [][]string
	for _, v := range variants {
		rules := "-"
		if v.rules > 0 {
			rules = grouped(v.rules)
		}
		rows = append(rows, []string{
			v.name, rules,
			fmt.Sprintf("%.2f", median(m.cpu[v.key()])),
			fmt.Sprintf("%.2f", m.ratio(v.key(), variantKey{name: nameGunzip})),
			fmt.Sprintf("%.2f", median(m.allocs[v.key()])),
		})
	}
	r.table([]string{"variant", "rules", "CPU us/record", "ratio to gunzip", "allocs/record"}, rows)
	var found []string
	for _, v := range variants {
		if v.name == nameCatalogue || v.name == nameGenerated {
			found = append(found, fmt.Sprintf("%.2f (%s, %s rules)", 1000*float64(v.found)/float64(v.records), v.name, grouped(v.rules)))
		}
	}
	r.line("Findings per 1,000 records: %s.", strings.Join(found, ", "))
}

func (r *report) singles(s *singles) {
	var rows [][]string
	add := func(what, format string, args ...any) {
		rows = append(rows, []string{what, fmt.Sprintf(format, args...)})
	}
	add("records a second, 1 worker", "%s", grouped(int(s.workers.perSecond[0])))
	add("records a second, 2 workers", "%s", grouped(int(s.workers.perSecond[1])))
	add("2 workers against 1, by the clock", "%.2f", s.workers.speedup)
	add("2 workers against 1, CPU time", "%.2f", s.workers.cpu)
	add("2 goroutines against 1 that only gunzip, by the clock", "%.2f", s.workers.machine)
	for _, p := range s.peaks {
		add(fmt.Sprintf("peak memory of a process, %s records", grouped(int(p.records))), "%.1f MiB", float64(p.bytes)/(1<<20))
	}
	add(fmt.Sprintf("heap per compiled rule, of %s", grouped(most)), "%.0f bytes", s.ruleBytes)
	for _, c := range s.compiling {
		add(fmt.Sprintf("catalogue of %d rules, read", c.rules), "%s", ms(c.read))
		add(fmt.Sprintf("catalogue of %d rules, compiled %s", c.rules, c.name), "%s", ms(c.compile))
		add(fmt.Sprintf("catalogue of %d rules, both, CPU time, compiled %s", c.rules, c.name), "%s", ms(c.cpu))
	}
	for _, c := range s.cold {
		add("first finding of a new process, since main, compiled "+c.name, "%s", ms(c.finding))
		add("the same with start and end of the process, compiled "+c.name, "%s", ms(c.process))
	}
	for _, h := range s.hot {
		add(h.condition, "%.0f ns, %.2f allocs", h.ns, h.allocs)
	}
	add(fmt.Sprintf("allocations per record that is no candidate, of %s", grouped(s.idleOf)), "%s", idleText(s.idle))
	r.table([]string{"measure", "value"}, rows)
}

// idleText writes 0 only for less than one allocation in ten thousand records.
func idleText(perRecord float64) string {
	if perRecord < 0.0001 && perRecord > -0.0001 {
		return "0"
	}
	return fmt.Sprintf("%.4f", perRecord)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

// grouped writes 10000 as 10,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
