"""Buckets of triggers: S3 tells EventBridge of new objects only where that is turned on, bucket by bucket. It is looked up
before a trigger is published that would never start anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from events.rules.rule import Owner
from murmuration.aws.publish.impact import Obstacle
from murmuration.aws.publish.wanted import Wanted
from murmuration.aws.refusals import code_of
from schemas.model import JsonObject

_MISSING: Final = frozenset({"NoSuchBucket", "404"})


def bucket_obstacles(pipeline: str, rules: Iterable[Wanted], s3: Any) -> Iterator[Obstacle]:
    named = [bucket for rule in rules if rule.owner is Owner.PIPELINE for bucket in _buckets(rule.pattern)]
    for bucket in dict.fromkeys(named):
        try:
            told = s3.get_bucket_notification_configuration(Bucket=bucket)
        except ClientError as wrong:
            code = code_of(wrong)
            if code in _MISSING:
                advice = "Create it, or give its real name in the project: buckets: {NAME: {name: REAL-NAME}}"
                yield Obstacle(f"there is no bucket {bucket}", advice, pipeline)
            else:
                yield _unseen(bucket, code, pipeline)
        except BotoCoreError as wrong:
            yield _unseen(bucket, str(wrong), pipeline)
        else:
            if "EventBridgeConfiguration" not in told:
                yield Obstacle(
                    f"the bucket {bucket} tells EventBridge nothing of its objects",
                    "Turn it on: bucket, Properties, Amazon EventBridge; or EventBridgeEnabled: true in its template",
                    pipeline,
                )


def _unseen(bucket: str, why: str, pipeline: str) -> Obstacle:
    advice = "See to it that it sends its events to EventBridge; s3:GetBucketNotification would show it"
    return Obstacle(f"the bucket {bucket} could not be looked at: {why}", advice, pipeline, stops=False)


def _buckets(pattern: JsonObject) -> Iterator[str]:
    """Those that the rule of an S3 trigger names; an event trigger's pattern is its author's own affair."""
    detail = pattern.get("detail")
    if pattern.get("source") != ["aws.s3"] or not isinstance(detail, dict):
        return
    bucket = detail.get("bucket")
    names = bucket.get("name") if isinstance(bucket, dict) else None
    yield from (name for name in (names if isinstance(names, list) else ()) if isinstance(name, str))
