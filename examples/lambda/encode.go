package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/trailsift/trailsift/ruleset"
)

// maxMessage is what is kept of a message whose finding is too large, in bytes.
const maxMessage = 1024

// encode writes a finding for the destinations. One that is too large for them loses what makes it so: the record
// itself is where its location and event ids say.
func encode(f *ruleset.Finding) ([]byte, error) {
	body, err := marshal(f)
	if err != nil || len(body) <= batchBytes {
		return body, err
	}
	short := *f
	short.Resources, short.Group, short.Episode = nil, nil, nil
	if len(short.Message) > maxMessage {
		short.Message = strings.ToValidUTF8(short.Message[:maxMessage], "") + " (cut)"
	}
	if body, err = marshal(&short); err == nil && len(body) > batchBytes {
		err = errors.New("it is too large, even when it is cut")
	}
	return body, err
}

// beyondXML are the characters that SNS and SQS refuse and JSON does not escape; they can only stand in texts.
var beyondXML = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

func marshal(f *ruleset.Finding) ([]byte, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return []byte(beyondXML.Replace(string(body))), nil
}
