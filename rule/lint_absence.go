package rule

import (
	"slices"

	"github.com/trailsift/trailsift/internal/celenv"
)

// absence: what a free-form part lacks passes every negated test, so that a rule meant for one
// value fires for calls that do not have the field at all. A guard beside the test, or an accessor
// that says what absent counts as, shows that this was thought of. `!x.bool()` is such a one: AWS
// leaves out what is false.
func (l *linter) absence() {
	for _, c := range l.all {
		for _, a := range c.Atoms {
			part := a.TrueOfAbsent()
			switch unguarded := a.Unguarded(); {
			case unguarded != "" && isFor(a, ""):
				// "" is a value of its own: S3 writes a bare sub-resource so. What is left out differs.
				hint := "!has(" + unguarded + ")"
				if a.Negated {
					hint = "has(" + unguarded + ")"
				}
				l.warnIn(c, a.Offset, "say "+hint, `%s is compared with "", and is not "" where it is absent`, unguarded)
			case part != "" && a.Op == "all":
				l.warnIn(c, a.Offset, "say has("+part+") && ... or !has("+part+") || ...", "all(...) holds where %s is absent", part)
			case part != "":
				l.warnIn(c, a.Offset, "say has("+part+") && ... or !has("+part+") || ...", "the negated test holds where %s is absent", part)
			}
		}
	}
}

// isFor tells whether a test asks for a text among others.
func isFor(a *celenv.Atom, text string) bool {
	return (a.Op == "==" || a.Op == "in") && slices.ContainsFunc(a.Values, func(v celenv.Literal) bool { return v.Text == text })
}
