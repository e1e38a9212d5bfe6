package event

// A meaning is what a member's name means to the skimmer: the Field that it is, or one of these.
type meaning uint8

const (
	meansOther meaning = iota + meaning(NumFields)
	meansIdentity
	meansVersion
	meansMessageType
	meansList // of records, or of items that carry them
)

// recordMember returns the meaning of name in a record, or in what may be one.
func recordMember(name []byte) meaning {
	switch string(name) {
	case "eventSource":
		return meaning(FieldEventSource)
	case "eventName":
		return meaning(FieldEventName)
	case "errorCode":
		return meaning(FieldErrorCode)
	case "errorMessage":
		return meaning(FieldErrorMessage)
	case "userAgent":
		return meaning(FieldUserAgent)
	case "sourceIPAddress":
		return meaning(FieldSourceIPAddress)
	case "awsRegion":
		return meaning(FieldAWSRegion)
	case "eventType":
		return meaning(FieldEventType)
	case "recipientAccountId":
		return meaning(FieldRecipientAccountID)
	case "requestParameters":
		return meaning(FieldRequestParameters)
	case "responseElements":
		return meaning(FieldResponseElements)
	case "additionalEventData":
		return meaning(FieldAdditionalEventData)
	case "serviceEventDetails":
		return meaning(FieldServiceEventDetails)
	case "userIdentity":
		return meansIdentity
	case "eventVersion":
		return meansVersion
	case "messageType":
		return meansMessageType
	}
	if listName(name) != "" {
		return meansList
	}
	return meansOther
}

// identityMember returns the meaning of name in a userIdentity.
func identityMember(name []byte) meaning {
	switch string(name) {
	case "type":
		return meaning(FieldIdentityType)
	case "arn":
		return meaning(FieldIdentityARN)
	case "accountId":
		return meaning(FieldIdentityAccountID)
	case "invokedBy":
		return meaning(FieldIdentityInvokedBy)
	case "userName":
		return meaning(FieldIdentityUserName)
	case "accessKeyId":
		return meaning(FieldIdentityAccessKeyID)
	}
	return meansOther
}

// listName returns name where a list under it holds records, or items that carry them.
func listName(name []byte) string {
	switch string(name) {
	case "Records": // log files; S3, SQS, SNS and Kinesis events
		return "Records"
	case "records": // Firehose
		return "records"
	case "logEvents": // CloudWatch Logs
		return "logEvents"
	case "Events": // LookupEvents
		return "Events"
	case "Messages": // SQS ReceiveMessage
		return "Messages"
	}
	return ""
}
