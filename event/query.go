package event

import "github.com/trailsift/trailsift/internal/jsonpath"

// Query returns the parts of d that a JSONPath expression selects, such as
// "$.ipPermissions.items[*].ipRanges.items[?(@.cidrIp == '0.0.0.0/0')]".
//
// The order is that of the document, members of an object by name: the same
// query of the same document always gives the same answer. An absent document
// has no parts. The error is that of an expression that cannot be parsed.
func (d Doc) Query(jsonPath string) (parts []Doc, err error) {
	path, err := jsonpath.Parse(jsonPath)
	if err != nil || d.n == nil {
		return nil, err
	}
	found, err := path.Find(d.Value())
	for _, v := range found {
		parts = append(parts, newPart(v))
	}
	return parts, err
}
