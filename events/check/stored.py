"""What actions store in buckets, and whether a trigger hears of it: an S3 trigger by prefix and suffix, an event trigger by its
pattern over the event that S3 sends.

A key that an expression gives is known by what is written before and after it. Of the event, what stands in the document is
known (bucket and key), and of the rest only which fields there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum

from events.check.subject import Subject
from events.pattern.match import accepts, may_be_absent
from events.pattern.operators import Operator, Prefix, Suffix, Text
from events.pattern.parse import Alternatives, Branch
from schemas.model import JsonObject
from schemas.pipeline import Task
from schemas.trigger import S3Source

_SAID = {"source": "aws.s3", "detail-type": "Object Created"}
_BUCKET, _KEY = "detail.bucket.name", "detail.object.key"
_OF_A_RUN = frozenset(
    [
        "version", "id", "account", "time", "region", "resources", "detail.version", "detail.object.size",
        "detail.object.etag", "detail.object.version-id", "detail.object.sequencer", "detail.request-id",
        "detail.requester", "detail.source-ip-address", "detail.reason",
    ]
)  # fmt: skip
"""What else is in the event; what stands there no document says."""


class Hears(IntEnum):
    NO = 0
    MAYBE = 1
    SURELY = 2


def stored(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Task, bucket and key of every object that actions store and whose bucket is known."""
    for name, task in subject.pipeline.tasks.items():
        where = _target(task)
        bucket, key = where.get("bucket"), where.get("key")
        if isinstance(bucket, str) and isinstance(key, str):
            bucket = _variable(subject, bucket)
            if "${" not in bucket:
                yield name, bucket, key


def same_bucket(subject: Subject, name: str, other: Subject, others: str) -> bool:
    """Two projects may name one."""
    return _real(subject, name) == _real(other, others)


def names_of(subject: Subject, bucket: str) -> tuple[str, ...]:
    """What an event may call it: its name here, and the one that the project says it has on AWS."""
    declared = subject.project.buckets.get(bucket) if subject.project is not None else None
    return (bucket, declared.name) if declared is not None and declared.name else (bucket,)


def hears_object(s3: S3Source, key: str) -> Hears:
    """Whether the key may be one that the trigger means, and whether what is written decides it."""
    head, tail = _around(key)
    if head == key:
        ends = not s3.suffix or key.endswith(s3.suffix)
        return Hears.SURELY if key.startswith(s3.prefix) and ends else Hears.NO
    begins = head.startswith(s3.prefix) or s3.prefix.startswith(head)
    ends = not s3.suffix or any(tail.endswith(suffix) or suffix.endswith(tail) for suffix in s3.suffix)
    if not (begins and ends):
        return Hears.NO
    return Hears.SURELY if head or not s3.prefix else Hears.MAYBE


def hears_event(branch: Branch, buckets: Iterable[str], key: str) -> Hears:
    """Whether this part of a pattern holds of the event that tells of the object."""
    return min((_holds(path, asked, buckets, key) for path, asked in branch.items()), default=Hears.SURELY)


def _holds(path: str, asked: Alternatives, buckets: Iterable[str], key: str) -> Hears:
    if path in _SAID:
        return Hears.SURELY if accepts(asked, _SAID[path]) else Hears.NO
    if path == _BUCKET:
        return Hears.SURELY if any(accepts(asked, name) for name in buckets) else Hears.NO
    if path == _KEY:
        return max(_may_accept(operator, key) for operator in asked)
    if path in _OF_A_RUN:
        return Hears.MAYBE
    return Hears.SURELY if may_be_absent(asked) else Hears.NO


def _may_accept(operator: Operator, key: str) -> Hears:
    head, tail = _around(key)
    if head == key:
        return Hears.SURELY if operator.accepts(key) else Hears.NO
    match operator:
        case Text(text):
            return Hears.MAYBE if text.startswith(head) and text.endswith(tail) else Hears.NO
        case Prefix(text):
            return _meets(head.startswith(text), text.startswith(head))
        case Suffix(text):
            return _meets(tail.endswith(text), text.endswith(tail))
        case _:
            return Hears.MAYBE


def _meets(surely: bool, maybe: bool) -> Hears:
    if surely:
        return Hears.SURELY
    return Hears.MAYBE if maybe else Hears.NO


def _around(key: str) -> tuple[str, str]:
    """What is written before the first expression and after the last; twice the key where there is none."""
    return key.split("${", 1)[0], key.rsplit("}", 1)[-1]


def _target(task: Task) -> JsonObject:
    match task.action:
        case "s3.write":
            return task.with_
        case "s3.copy":
            to = task.with_.get("to")
            return to if isinstance(to, dict) else {}
    return {}


def _variable(subject: Subject, text: str) -> str:
    """`${variables.bucket}` where the project says what it is."""
    if subject.project is not None and text.startswith("${variables.") and text.endswith("}"):
        value = subject.project.variables.get(text[len("${variables.") : -1])
        return value if isinstance(value, str) else text
    return text


def _real(subject: Subject, name: str) -> str:
    declared = subject.project.buckets.get(name) if subject.project is not None else None
    return declared.name if declared is not None and declared.name else f"{subject.pipeline.project}/{name}"
