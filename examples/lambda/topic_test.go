package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/trailsift/trailsift/ruleset"
)

// A topicServer speaks as much of SNS as PublishBatch needs, and fails the entry at the index failing once.
type topicServer struct {
	failing int
	forms   []url.Values
	status  int // of the whole call, 0 for 200
}

func (s *topicServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.forms = append(s.forms, r.PostForm)
	w.Header().Set("Content-Type", "text/xml")
	if s.status != 0 {
		w.WriteHeader(s.status)
		fmt.Fprint(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>synthetic</Message></Error><RequestId>r</RequestId></ErrorResponse>`)
		return
	}
	ok, bad := "", ""
	for n := 1; r.PostForm.Has(entry(n, "Id")); n++ {
		id := r.PostForm.Get(entry(n, "Id"))
		if n-1 == s.failing {
			bad += "<member><Id>" + id + "</Id><Code>InternalError</Code><Message>synthetic</Message><SenderFault>false</SenderFault></member>"
			continue
		}
		ok += "<member><Id>" + id + "</Id><MessageId>m-" + id + "</MessageId></member>"
	}
	s.failing = -1
	fmt.Fprintf(w, `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed>%s</Failed><Successful>%s</Successful></PublishBatchResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>`, bad, ok)
}

func entry(n int, member string) string {
	return fmt.Sprintf("PublishBatchRequestEntries.member.%d.%s", n, member)
}

const topicARN = "arn:aws:sns:us-east-1:210987654321:findings"

func onTopic(t *testing.T, server *topicServer) *stage {
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	s := newStage(t, nil)
	s.out = &topic{sns.NewFromConfig(fakeConfig(web)), topicARN}
	return s
}

func TestTopic(t *testing.T) {
	server := &topicServer{failing: 1}
	s := onTopic(t, server)
	answer, err := s.invoke(t.Context(), sqs(created("e-0"), created("e-1"), iam("DeleteUser", "e-2")))
	if err != nil || len(failed(t, answer)) > 0 {
		t.Fatal(answer, err)
	}
	if got := s.last(t); got.Sent != 3 {
		t.Errorf("%+v", got)
	}
	if len(server.forms) != 2 {
		t.Fatalf("%d requests, want one and one for what failed", len(server.forms))
	}
	form := server.forms[0]
	attributes := map[string]string{}
	for n := 1; n <= 2; n++ {
		a := fmt.Sprintf("MessageAttributes.entry.%d.", n)
		attributes[form.Get(entry(3, a+"Name"))] = form.Get(entry(3, a+"Value.DataType")) + " " + form.Get(entry(3, a+"Value.StringValue"))
	}
	if diff := cmp.Diff(map[string]string{"severity": "String low", "rule": "String user-deleted"}, attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if form.Get("Action") != "PublishBatch" || form.Get("TopicArn") != topicARN || form.Has(entry(4, "Id")) {
		t.Errorf("%v", form)
	}
	again := server.forms[1]
	if again.Get(entry(1, "Message")) != form.Get(entry(2, "Message")) || again.Has(entry(2, "Id")) {
		t.Errorf("the second request is %v", again)
	}
	var f ruleset.Finding
	if err := json.Unmarshal([]byte(form.Get(entry(1, "Message"))), &f); err != nil || f.Rule != "user-created" || f.Location.ItemID != "m-1" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestTopicDenies(t *testing.T) {
	s := onTopic(t, &topicServer{status: http.StatusForbidden})
	answer, err := s.invoke(t.Context(), sqs(iam("ListUsers", "e-0"), created("e-1")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"m-2"}, failed(t, answer)); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
}
