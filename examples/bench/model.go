package main

import (
	"hash/fnv"
	"regexp"
	"time"
)

// A model is a record that others are made of: its bytes, and where in them stands what differs
// from one account and one day to the next.
type model struct {
	record []byte
	spans  []span
}

type span struct {
	start, end int
	kind       spanKind
}

type spanKind uint8

const (
	spanDigits  spanKind = iota // an account
	spanHex                     // an id, a UUID
	spanCapital                 // an access key, a principal's id, a request id
	spanAddress                 // an IPv4 address
	spanTime
)

// varying finds them. Its groups are in the order of the kinds.
var varying = regexp.MustCompile(`\b(\d{12})\b` +
	`|\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b` +
	`|\b(?:AKIA|ASIA|AROA|AIDA|ANPA)([A-Z0-9]{12,17})\b|"requestID":"([A-Z0-9]{16})"` +
	`|"sourceIPAddress":"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})"` +
	`|"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"`)

var kindOfGroup = [...]spanKind{spanDigits, spanHex, spanCapital, spanCapital, spanAddress, spanTime}

func newModel(record []byte) *model {
	m := &model{record: record}
	for _, at := range varying.FindAllSubmatchIndex(record, -1) {
		for g, kind := range kindOfGroup {
			if start, end := at[2*g+2], at[2*g+3]; start >= 0 {
				m.spans = append(m.spans, span{start, end, kind})
			}
		}
	}
	return m
}

// clone appends the n-th clone of the record. What is the same in two records of the model, such
// as the account, is the same in their n-th clones, and another thing in the others. Every clone has
// the size of its model.
func (m *model) clone(b []byte, n int) []byte {
	done := 0
	for _, s := range m.spans {
		b = append(b, m.record[done:s.start]...)
		old := m.record[s.start:s.end]
		if s.kind == spanTime {
			b = later(b, string(old), n)
		} else {
			b = scrambled(b, old, s.kind, n)
		}
		done = s.end
	}
	return append(b, m.record[done:]...)
}

// later appends the time, by 11 seconds a clone.
func later(b []byte, text string, n int) []byte {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return append(b, text...)
	}
	return t.Add(time.Duration(n)*11*time.Second).AppendFormat(b, time.RFC3339)
}

// scrambled appends another text of the same form.
func scrambled(b, old []byte, kind spanKind, n int) []byte {
	digits := "0123456789"
	switch kind {
	case spanHex:
		digits = "0123456789abcdef"
	case spanCapital:
		digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	}
	h := fnv.New64a()
	h.Write(old)
	x := mix(h.Sum64() + uint64(n)*0x9e3779b97f4a7c15)
	for i, c := range old {
		if c == '-' || c == '.' {
			b = append(b, c)
			continue
		}
		if i%8 == 7 {
			x = mix(x + 1)
		}
		d := digits
		switch {
		case kind == spanDigits && i == 0: // it may be a number
			d = "123456789"
		case kind == spanAddress && (i == 0 || old[i-1] == '.'): // no octet above 199, none with a zero in front
			d = "1"
		}
		b = append(b, d[x%uint64(len(d))])
		x >>= 5
	}
	return b
}

// mix is the last step of splitmix64: each bit of x bears on each bit of the result.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
