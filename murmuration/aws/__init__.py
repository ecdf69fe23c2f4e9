"""The aws backend: every port on EventBridge, DynamoDB, S3, SQS and Scheduler. Nothing outside it imports boto3."""
