package rule

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/trailsift/trailsift/internal/nearest"
)

// An Attack is a technique of MITRE ATT&CK (Enterprise, v18) in the light of one of the tactics it serves.
// Its text is the two ids: TA0003/T1098.001.
type Attack struct {
	Tactic    string // TA0003
	Technique string // T1098 or, a sub-technique, T1098.001
}

// ParseAttack reads a pair such as TA0003/T1098.001. Both ids must exist and the technique must serve the tactic;
// otherwise the error is an *Error, with a hint where another pair or id is close.
func ParseAttack(text string) (Attack, error) {
	tactic, technique, ok := strings.Cut(text, "/")
	a := Attack{tactic, technique}
	if !ok {
		e := &Error{Err: fmt.Errorf("%q is not a pair of a tactic and a technique such as TA0003/T1098.001", text)}
		if t, known := attackTable().techniques[text]; known {
			e.Hint = t.tactics[0] + "/" + text
		}
		return Attack{}, e
	}
	if err := a.check(); err != nil {
		return Attack{}, err
	}
	return a, nil
}

// check returns an *Error when the pair does not exist.
func (a Attack) check() error {
	table := attackTable()
	technique, techniqueKnown := table.techniques[a.Technique]
	_, tacticKnown := table.tactics[a.Tactic]
	switch {
	case !techniqueKnown:
		e := &Error{Err: fmt.Errorf("ATT&CK v18 has no technique %q", a.Technique)}
		if id := table.nearestTechnique(a.Technique); id != "" {
			e.Hint = Attack{table.tacticFor(a.Tactic, id), id}.String()
		}
		return e
	case !tacticKnown:
		return &Error{
			Err:  fmt.Errorf("ATT&CK v18 has no tactic %q", a.Tactic),
			Hint: Attack{table.tacticFor(a.Tactic, a.Technique), a.Technique}.String(),
		}
	case !slices.Contains(technique.tactics, a.Tactic):
		return &Error{
			Err:  fmt.Errorf("the technique %s (%s) serves %s, not %s", a.Technique, technique.name, strings.Join(technique.tactics, ", "), a.Tactic),
			Hint: Attack{table.tacticFor(a.Tactic, a.Technique), a.Technique}.String(),
		}
	}
	return nil
}

// String returns the two ids, "" for the zero value.
func (a Attack) String() string {
	if a == (Attack{}) {
		return ""
	}
	return a.Tactic + "/" + a.Technique
}

// MarshalText returns the text of a pair that exists; ParseAttack's error otherwise.
func (a Attack) MarshalText() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (a *Attack) UnmarshalText(text []byte) error {
	parsed, err := ParseAttack(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// TacticName is the tactic in words, "Persistence", or "" when there is no such tactic.
func (a Attack) TacticName() string { return attackTable().tactics[a.Tactic] }

// TechniqueName is the technique in words, "Account Manipulation: Additional Cloud Credentials" for the
// sub-technique T1098.001, or "" when there is no such technique.
func (a Attack) TechniqueName() string {
	table := attackTable()
	name := table.techniques[a.Technique].name
	if parent, _, isSub := strings.Cut(a.Technique, "."); isSub && name != "" {
		return table.techniques[parent].name + ": " + name
	}
	return name
}

//go:embed attack.tsv
var attackTSV string

type technique struct {
	name    string
	tactics []string // ids; never empty
}

type matrix struct {
	tactics    map[string]string
	techniques map[string]technique
	ids        []string // of the techniques, sorted
}

// attackTable is read when the first pair is looked at: a program that embeds no rule does not pay for it.
var attackTable = sync.OnceValue(func() *matrix {
	m := &matrix{tactics: map[string]string{}, techniques: map[string]technique{}}
	for line := range strings.Lines(attackTSV) {
		columns := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		switch {
		case columns[0] == "tactic" && len(columns) == 3:
			m.tactics[columns[1]] = columns[2]
		case columns[0] == "technique" && len(columns) == 4:
			m.techniques[columns[1]] = technique{columns[2], strings.Split(columns[3], ",")}
			m.ids = append(m.ids, columns[1])
		}
	}
	slices.Sort(m.ids)
	return m
})

// nearestTechnique guesses an id. A number of a sub-technique that is merely misspelt is corrected; of one that does
// not exist, the technique itself is the best guess.
func (m *matrix) nearestTechnique(id string) string {
	parent, number, isSub := strings.Cut(id, ".")
	if _, ok := m.techniques[parent]; !isSub || !ok {
		return nearest.Name(id, m.ids)
	}
	if n, err := strconv.Atoi(number); err == nil {
		if sub := fmt.Sprintf("%s.%03d", parent, n); slices.Contains(m.ids, sub) {
			return sub
		}
	}
	return parent
}

// tacticFor returns the tactic that a technique serves and that is closest to the one written.
func (m *matrix) tacticFor(tactic, id string) string {
	tactics := m.techniques[id].tactics
	if slices.Contains(tactics, tactic) {
		return tactic
	}
	if name := nearest.Name(tactic, tactics); name != "" {
		return name
	}
	return tactics[0]
}
