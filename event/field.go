package event

// A Field is a member of a record that reading finds without decoding: see [Raw.Field].
type Field uint8

// The members that are found. All but the identity's are members of the record itself.
const (
	FieldEventSource Field = iota
	FieldEventName
	FieldErrorCode
	FieldErrorMessage
	FieldUserAgent
	FieldSourceIPAddress
	FieldAWSRegion
	FieldEventType
	FieldRecipientAccountID
	FieldIdentityType
	FieldIdentityARN
	FieldIdentityAccountID
	FieldIdentityInvokedBy
	FieldIdentityUserName
	FieldIdentityAccessKeyID

	// The free-form members. Their text is JSON.
	FieldRequestParameters
	FieldResponseElements
	FieldAdditionalEventData
	FieldServiceEventDetails

	NumFields = int(FieldServiceEventDetails) + 1
)

// Document reports whether f is a free-form member, whose text is JSON.
func (f Field) Document() bool { return f >= FieldRequestParameters && int(f) < NumFields }

// String returns the member's path in CloudTrail's own spelling, "userIdentity.accountId".
func (f Field) String() string {
	switch f {
	case FieldEventSource:
		return "eventSource"
	case FieldEventName:
		return "eventName"
	case FieldErrorCode:
		return "errorCode"
	case FieldErrorMessage:
		return "errorMessage"
	case FieldUserAgent:
		return "userAgent"
	case FieldSourceIPAddress:
		return "sourceIPAddress"
	case FieldAWSRegion:
		return "awsRegion"
	case FieldEventType:
		return "eventType"
	case FieldRecipientAccountID:
		return "recipientAccountId"
	case FieldIdentityType:
		return "userIdentity.type"
	case FieldIdentityARN:
		return "userIdentity.arn"
	case FieldIdentityAccountID:
		return "userIdentity.accountId"
	case FieldIdentityInvokedBy:
		return "userIdentity.invokedBy"
	case FieldIdentityUserName:
		return "userIdentity.userName"
	case FieldIdentityAccessKeyID:
		return "userIdentity.accessKeyId"
	case FieldRequestParameters:
		return "requestParameters"
	case FieldResponseElements:
		return "responseElements"
	case FieldAdditionalEventData:
		return "additionalEventData"
	case FieldServiceEventDetails:
		return "serviceEventDetails"
	}
	return "unknown field"
}

// Of returns the member f of a decoded event: what [Raw.Field] gives where it is exact.
func (f Field) Of(e *Event) string {
	switch f {
	case FieldEventSource:
		return e.EventSource
	case FieldEventName:
		return e.EventName
	case FieldErrorCode:
		return e.ErrorCode
	case FieldErrorMessage:
		return e.ErrorMessage
	case FieldUserAgent:
		return e.UserAgent
	case FieldSourceIPAddress:
		return e.SourceIPAddress
	case FieldAWSRegion:
		return e.AWSRegion
	case FieldEventType:
		return e.EventType
	case FieldRecipientAccountID:
		return e.RecipientAccountID
	case FieldIdentityType:
		return string(e.UserIdentity.Type)
	case FieldIdentityARN:
		return e.UserIdentity.ARN
	case FieldIdentityAccountID:
		return e.UserIdentity.AccountID
	case FieldIdentityInvokedBy:
		return e.UserIdentity.InvokedBy
	case FieldIdentityUserName:
		return e.UserIdentity.UserName
	case FieldIdentityAccessKeyID:
		return e.UserIdentity.AccessKeyID
	case FieldRequestParameters:
		return e.RequestParameters.text()
	case FieldResponseElements:
		return e.ResponseElements.text()
	case FieldAdditionalEventData:
		return e.AdditionalEventData.text()
	case FieldServiceEventDetails:
		return e.ServiceEventDetails.text()
	}
	return ""
}
