package ruleset

// decide marks the parts that made s what it is: of a conjunction that is not true the part that
// failed, of a disjunction that is true the part that held, else all of them.
func (s *Step) decide() {
	if !s.evaluated {
		return
	}
	s.Decisive = true
	for _, k := range s.Steps {
		switch s.op {
		case "&&":
			if !s.truth && k.truth {
				continue
			}
		case "||":
			if s.truth && !k.truth {
				continue
			}
		case "!":
		default:
			continue // what a test looks at is shown; it is the test that decides
		}
		k.decide()
	}
}
