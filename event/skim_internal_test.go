package event

import "testing"

// BenchmarkSkim is the walk alone, which only the package itself can call.
func BenchmarkSkim(b *testing.B) {
	record := []byte(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROA5SYNTHROLE000001:i-0a1b2c3d4e5f60718","arn":"arn:aws:sts::210987654321:assumed-role/web-node/i-0a1b2c3d4e5f60718","accountId":"210987654321","accessKeyId":"ASIA5SYNTHEC20000001","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA5SYNTHROLE000001","arn":"arn:aws:iam::210987654321:role/app/web/web-node","accountId":"210987654321","userName":"web-node"},"attributes":{"creationDate":"2026-01-05T07:30:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}},"eventTime":"2026-01-05T08:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetBucketAcl","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.44","userAgent":"[aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux]","requestParameters":{"bucketName":"acme-synth-logs","Host":"acme-synth-logs.s3.eu-west-1.amazonaws.com","acl":""},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","bytesTransferredIn":0,"bytesTransferredOut":612.0},"requestID":"5YNTHREQUEST0001","eventID":"0e1f2a3b-1111-4222-8333-000000000001","readOnly":true,"resources":[{"accountId":"210987654321","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::acme-synth-logs"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"210987654321","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"}}`)
	s := skimmed{order: new([2]names)}
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if n, err := s.skim(record, 100); err != nil || n != len(record) {
			b.Fatal(n, err)
		}
	}
}
