package main

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/trailsift/trailsift/event"
)

// connect takes region and credentials from where the SDK finds them: in Lambda, from the environment.
func connect(ctx context.Context) (aws.Config, error) { return config.LoadDefaultConfig(ctx) }

// s3Objects fetches objects from S3, as streams. Which buckets it may read is for the function's role to say: a
// payload can name any.
func s3Objects(cfg aws.Config, opts ...func(*s3.Options)) func(context.Context, event.Ref) (io.ReadCloser, error) {
	client := s3.NewFromConfig(cfg, opts...)
	return func(ctx context.Context, ref event.Ref) (io.ReadCloser, error) {
		in := &s3.GetObjectInput{Bucket: &ref.Bucket, Key: &ref.Key}
		if ref.VersionID != "" {
			in.VersionId = &ref.VersionID
		}
		out, err := client.GetObject(ctx, in, func(o *s3.Options) {
			if ref.Region != "" {
				o.Region = ref.Region
			}
		})
		if err != nil {
			return nil, err
		}
		return out.Body, nil
	}
}
