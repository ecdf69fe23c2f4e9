"""The environment variables of a deployed function, for processes that are started as one."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "MURMUR_STAGE": "test",
    "MURMUR_ACCOUNT": "123456789012",
    "MURMUR_PARTITION": "aws",
    "MURMUR_TABLE": "murmur-test",
    "MURMUR_ARTIFACTS": "murmur-test-artifacts-123456789012",
    "MURMUR_PROJECTOR_QUEUE": "https://sqs.eu-central-1.amazonaws.com/123456789012/murmur-test-projector",
    "MURMUR_TIMERS_QUEUE": "https://sqs.eu-central-1.amazonaws.com/123456789012/murmur-test-timers",
    "MURMUR_SCHEDULER_ROLE": "arn:aws:iam::123456789012:role/murmur-test-scheduler",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "knows",
    # Nobody listens there: a call that is made fails at once.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}
