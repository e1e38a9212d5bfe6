package event_test

import (
	"testing"

	"github.com/trailsift/trailsift/event"
)

func TestOutcome(t *testing.T) {
	tests := []struct {
		name, record string
		want         event.Outcome
	}{
		{"plain success", with(`"responseElements":{"user":{}}`), event.Success},
		{"nothing in the body", with(`"responseElements":null`), event.Success},
		{"error code alone", with(`"errorCode":"Client.UnauthorizedOperation"`), event.Failure},
		{"error code as a number", with(`"errorCode":403`), event.Failure},
		{"error message alone", with(`"errorMessage":"Failed authentication"`), event.Failure},
		{"empty error", with(`"errorCode":"","errorMessage":null`), event.Success},
		{"denial told in the body", `{"eventSource":"appsync.amazonaws.com","eventName":"CreateApiKey","errorCode":"AccessDenied","responseElements":{"message":"not authorized"}}`, event.Failure},
		{"console sign-in fails", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"}}`, event.Failure},
		{"console sign-in succeeds", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Success"}}`, event.Success},
		{"any sign-in event fails", `{"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","responseElements":{"SwitchRole":"Failure"}}`, event.Failure},
		{"escapes in the verdict", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"Console\u004cogin":"F\u0061ilure"}}`, event.Failure},
		{"another key fails", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"CheckMfa":"Failure","ConsoleLogin":"Success"}}`, event.Success},
		{"last verdict counts", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure","ConsoleLogin":"Success"}}`, event.Success},
		{"verdict in a nested object", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{"x":{"ConsoleLogin":"Failure"}}}`, event.Success},
		{"Identity Center fails", `{"eventSource":"signin.amazonaws.com","eventName":"CredentialVerification","eventType":"AwsServiceEvent","serviceEventDetails":{"CredentialVerification":"Failure"}}`, event.Failure},
		{"Identity Center succeeds", `{"eventSource":"signin.amazonaws.com","eventName":"CredentialVerification","serviceEventDetails":{"CredentialVerification":"Success"}}`, event.Success},
		{"body of text", with(`"responseElements":"Failure"`), event.Success},
		{"dry run is an error", `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","errorCode":"Client.DryRunOperation"}`, event.Failure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(t, tt.record).Outcome(); got != tt.want {
				t.Errorf("Outcome %q, want %q", got, tt.want)
			}
		})
	}
}
