package event

import "strings"

// keyPayload says what the object of that key holds in place of records. It is empty for a
// key that may be that of a log file, and any key may that is not laid out as AWS does it.
//
// The folder counts that AWS chose, behind the account. The prefix in front of AWSLogs is
// anybody's choice, and a trail that writes below "CloudTrail-Digest" is still read.
func keyPayload(key string) Payload {
	service := serviceFolder(key)
	switch {
	case service == "CloudTrail-Digest":
		return PayloadDigest
	case service == "CloudTrail-Lake": // results of queries, and their signatures
		return PayloadLakeQuery
	case service == "Config":
		return PayloadConfig
	case service != "" && !strings.HasPrefix(service, "CloudTrail"):
		return PayloadOtherLogs
	}
	return ""
}

// serviceFolder returns "CloudTrail" of [prefix/]AWSLogs/[o-a1b2c3d4e5/]210987654321/CloudTrail/...,
// or nothing ("Finding your CloudTrail log files").
func serviceFolder(key string) string {
	const root = "AWSLogs/"
	i := strings.LastIndex(key, root)
	if i < 0 || i > 0 && key[i-1] != '/' {
		return ""
	}
	folder, rest, _ := strings.Cut(key[i+len(root):], "/")
	if strings.HasPrefix(folder, "o-") {
		folder, rest, _ = strings.Cut(rest, "/")
	}
	if len(folder) != 12 || strings.Trim(folder, "0123456789") != "" {
		return ""
	}
	service, _, ok := strings.Cut(rest, "/")
	if !ok {
		return ""
	}
	return service
}
