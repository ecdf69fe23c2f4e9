"""What AWS cannot do: asked for with `--target aws`.

Lambda ends a function after 15 minutes, and what settles and emits needs some of them. EventBridge Scheduler knows less
cron and no seconds. A rule's pattern and a table's item have a longest length, and a bus has only so many rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson

from events.check.subject import Subject
from events.event import BUS_SOURCE
from events.pattern.limits import LONGEST
from events.routes import Hears
from events.rules import Room, Surroundings, compile_rules
from events.rules.condition import placed
from events.rules.render import HASH_LENGTH, compact
from schemas.duration import Duration
from schemas.model import JsonObject
from schemas.pipeline import Edge
from schemas.problem import Code, Path, Severity
from schemas.schedule import Mistake, cron_mistake, scheduler_cron, scheduler_rate
from schemas.version import Version

LONGEST_TASK = Duration(14 * 60_000)
LARGEST_DOCUMENT = 350_000
"""Bytes. A DynamoDB item has 400 KB, and a version's also holds its slot table and its state."""

_LONGEST_BUCKET = 63


def check_aws(subjects: Sequence[Subject]) -> None:
    room = Room()
    for subject in subjects:
        _check_timeouts(subject)
        _check_schedules(subject)
        _check_patterns(subject)
        _check_buckets(subject)
        _check_size(subject)
        if not any(problem.severity is Severity.ERROR for problem in (*subject.shape.problems, *subject.problems)):
            room = _check_rules(subject, room)


def _check_timeouts(subject: Subject) -> None:
    for name, task in subject.pipeline.tasks.items():
        if task.timeout is not None and task.timeout > LONGEST_TASK and not task.callback:
            subject.add(
                Code.AWS_LIMIT,
                ("tasks", name, "timeout"),
                f"on AWS a task works for at most {LONGEST_TASK}, and {name} asks for {task.timeout}",
                "Write callback: true and let what does the work settle the task by its token, or split the task",
            )


def _check_schedules(subject: Subject) -> None:
    for name, trigger in subject.pipeline.triggers.items():
        schedule = trigger.schedule
        if schedule is None:
            continue
        if schedule.cron is not None and cron_mistake(schedule.cron) is None:
            _tell(subject, ("triggers", name, "schedule", "cron"), scheduler_cron(schedule.cron))
        if schedule.rate is not None:
            _tell(subject, ("triggers", name, "schedule", "rate"), scheduler_rate(schedule.rate))


def _tell(subject: Subject, path: Path, said: str | Mistake) -> None:
    if isinstance(said, Mistake):
        subject.add(Code.AWS_LIMIT, path, *said)


def _check_patterns(subject: Subject) -> None:
    for name, trigger in subject.pipeline.triggers.items():
        if trigger.event is not None:
            _check_length(subject, ("triggers", name, "event"), trigger.event)
    for at, edge in enumerate(subject.pipeline.edges):
        if edge.when is not None:
            wrapped = _as_rule(subject, edge, edge.when)
            _check_length(subject, subject.edge_path(at, "when"), wrapped)


def _as_rule(subject: Subject, edge: Edge, when: JsonObject) -> JsonObject:
    """The shortest rule that this condition can become."""
    told: JsonObject = {"pipeline": [f"{subject.pipeline.name}@1"], "task": [edge.from_]}
    asks: JsonObject = {"detail-type": [f"task.{edge.on}"], "detail": {**told, **placed(Hears(edge.on), when)}}
    return {"source": [BUS_SOURCE], "$or": [asks, {"detail": {"canary": ["0" * HASH_LENGTH]}}]}


def _check_length(subject: Subject, path: Path, pattern: JsonObject) -> None:
    length = len(compact(pattern))
    if length > LONGEST:
        subject.add(
            Code.AWS_LIMIT,
            path,
            f"as a rule this pattern has {length:,} characters, and EventBridge takes {LONGEST:,}",
            "Say the same with prefix, suffix or numeric, or let a task put the answer into one field",
        )


def _check_buckets(subject: Subject) -> None:
    """A bucket that the project gives no real name gets one from us, longer than its own."""
    for name, trigger in subject.pipeline.triggers.items():
        if trigger.s3 is None:
            continue
        declared = subject.project.buckets.get(trigger.s3.bucket) if subject.project is not None else None
        real = Surroundings().bucket(trigger.s3.bucket)
        if (declared is None or declared.name is None) and len(real) > _LONGEST_BUCKET:
            subject.add(
                Code.AWS_LIMIT,
                ("triggers", name, "s3", "bucket"),
                f"on AWS the bucket would be called {real.replace('0' * 12, 'ACCOUNT')}, which is too long for S3",
                f"Use at most {_LONGEST_BUCKET - len(real) + len(trigger.s3.bucket)} characters, or name the real bucket in the project",
            )


def _check_size(subject: Subject) -> None:
    size = len(orjson.dumps(subject.pipeline.document()))
    if size > LARGEST_DOCUMENT:
        subject.add(
            Code.AWS_LIMIT,
            (),
            f"the document has {size:,} bytes, and one that is stored on AWS has at most {LARGEST_DOCUMENT:,}",
            "Keep data and code out of it, or split it into several pipelines",
        )


def _check_rules(subject: Subject, room: Room) -> Room:
    """What the whole costs: rules and wildcards on the bus, together with the pipelines that were looked at before."""
    plan = compile_rules(Version(pipeline=subject.pipeline, number=1), room=room)
    for problem in replace(plan.quota, too_long=()).problems():
        subject.add(problem.code, (), problem.message, problem.advice)
    return Room(rules=room.rules + len(plan.rules) + len(plan.triggers), wildcards=plan.quota.wildcards)
