package jsonscan

import "math"

// Elements calls fn with the raw value of each element of the array b.
func Elements(b []byte, fn func(value []byte) error) error {
	i := Space(b, 0)
	if i >= len(b) || b[i] != '[' {
		return bad(b, i, "expected an array")
	}
	i = Space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return end(b, i+1)
	}
	for {
		stop, err := Value(b, i, math.MaxInt)
		if err != nil {
			return err
		}
		if err := fn(b[i:stop]); err != nil {
			return err
		}
		i = Space(b, stop)
		if i >= len(b) || b[i] != ',' {
			if i < len(b) && b[i] == ']' {
				return end(b, i+1)
			}
			return bad(b, i, "expected ',' or ']'")
		}
		i = Space(b, i+1)
	}
}
