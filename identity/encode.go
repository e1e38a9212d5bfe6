package identity

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/trailsift/trailsift/internal/jsonscan"
)

// MarshalJSON writes u with CloudTrail's names, Extra included, empty members left out.
func (u UserIdentity) MarshalJSON() ([]byte, error) {
	type plain UserIdentity
	return withExtra(plain(u), u.Extra)
}

// MarshalJSON writes s with CloudTrail's names, Extra included.
func (s SessionContext) MarshalJSON() ([]byte, error) {
	type plain SessionContext
	return withExtra(plain(s), s.Extra)
}

// MarshalJSON writes s with CloudTrail's names, Extra included.
func (s SessionIssuer) MarshalJSON() ([]byte, error) {
	type plain SessionIssuer
	return withExtra(plain(s), s.Extra)
}

// MarshalJSON writes a with CloudTrail's names, Extra included.
func (a SessionAttributes) MarshalJSON() ([]byte, error) {
	type plain SessionAttributes
	return withExtra(plain(a), a.Extra)
}

// MarshalJSON writes w with CloudTrail's names, Extra included.
func (w WebIDFederation) MarshalJSON() ([]byte, error) {
	type plain WebIDFederation
	return withExtra(plain(w), w.Extra)
}

// MarshalJSON writes o with CloudTrail's names, Extra included.
func (o OnBehalfOf) MarshalJSON() ([]byte, error) {
	type plain OnBehalfOf
	return withExtra(plain(o), o.Extra)
}

// MarshalJSON writes s with CloudTrail's names, Extra included.
func (s InScopeOf) MarshalJSON() ([]byte, error) {
	type plain InScopeOf
	return withExtra(plain(s), s.Extra)
}

// MarshalJSON writes d with CloudTrail's names, Extra included.
func (d InvokedByDelegate) MarshalJSON() ([]byte, error) {
	type plain InvokedByDelegate
	return withExtra(plain(d), d.Extra)
}

// withExtra writes the struct v and after its fields the members of extra, sorted by name.
// A field that is written wins over a member of its name.
func withExtra(v any, extra map[string]json.RawMessage) ([]byte, error) {
	out, err := json.Marshal(v)
	if err != nil || len(extra) == 0 {
		return out, err
	}
	written := make(map[string]bool)
	if err := jsonscan.Members(out, func(name string, _ []byte) error {
		written[name] = true
		return nil
	}); err != nil {
		return nil, err
	}
	out = out[:len(out)-1]
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if written[name] {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := extra[name].MarshalJSON() // nil is null
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}
