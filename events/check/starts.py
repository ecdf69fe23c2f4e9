"""Who starts whom: which pipeline's runs can start a run of which, by what its document says.

- a `pipeline` trigger hears the end of the other's runs;
- an event trigger hears what an `emit` action says, or the system's own events of a run;
- an S3 trigger hears what an `s3.copy` or `s3.write` action stores, and so does an event trigger on what S3 says.

A function may do all that too, and nobody knows. A start is *sure* when the texts in the documents decide it, and else it
is only possible: an object's key that an expression gives whole, say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson
from pydantic import JsonValue

from events.check.stored import Hears, hears_event, hears_object, names_of, same_bucket, stored
from events.check.subject import Subject
from events.check.triggers import strange_field
from events.event import BUS_SOURCE, EventType
from events.pattern.match import accepts, may_be_absent
from events.pattern.parse import Alternatives, Branch, parse
from schemas.errors import InvalidPattern
from schemas.model import JsonObject

_IN_OUR_EVENTS = frozenset(
    [
        "specversion", "id", "source", "type", "time", "pipeline", "run", "task", "attempt", "cause", "traceparent",
        "tracestate", "dataref", "data",
    ]
)  # fmt: skip
_ELSEWHERE = "Write to another bucket, or outside the trigger's prefix and suffix"
_NARROWER = "Write to another bucket, or narrow the trigger's pattern: detail.bucket.name and detail.object.key"


@dataclass(frozen=True, slots=True)
class Start:
    starter: str
    started: str
    trigger: str
    how: str
    """`when a run of shop/orders ends`, to be told."""
    advice: str
    sure: bool = True


def starts(subjects: Iterable[Subject]) -> Iterator[Start]:
    everybody = tuple(subjects)
    for subject in everybody:
        yield from starts_of(subject, everybody)


def starts_of(subject: Subject, starters: tuple[Subject, ...]) -> Iterator[Start]:
    """By these, as far as it is looked for; the ends of runs that it hears may be others', too."""
    yield from _by_ends(subject)
    yield from _by_events(subject, starters)
    yield from _by_objects(subject, starters)


def _by_ends(subject: Subject) -> Iterator[Start]:
    for name, trigger in subject.pipeline.triggers.items():
        if trigger.pipeline is not None:
            other = f"{trigger.pipeline.project or subject.pipeline.project}/{trigger.pipeline.pipeline}"
            yield Start(other, subject.pipeline.name, name, f"a run of {other} ends", "Remove one of these triggers")


def _by_events(subject: Subject, everybody: tuple[Subject, ...]) -> Iterator[Start]:
    for name, trigger in subject.pipeline.triggers.items():
        branches = _branches(trigger.event) if trigger.event is not None else []
        for other in everybody if branches else ():
            starter, started = other.pipeline.name, subject.pipeline.name
            if any(_hears_run(branch, other) for branch in branches):
                advice = f'Leave them out: detail: {{pipeline: [{{anything-but: {{prefix: "{starter}@"}}}}]}}'
                yield Start(starter, started, name, f"a run of {starter} says what happens in it", advice)
            for task, source, kind, detail in _emitted(other):
                if any(_hears_emitted(branch, source, kind, detail) for branch in branches):
                    how = f"the task {task} of {starter} emits {kind}"
                    yield Start(starter, started, name, how, "Emit another type, or narrow the trigger's pattern")


def _by_objects(subject: Subject, everybody: tuple[Subject, ...]) -> Iterator[Start]:
    for name, trigger in subject.pipeline.triggers.items():
        branches = _branches(trigger.event) if trigger.event is not None else []
        for other in everybody if trigger.s3 is not None or branches else ():
            for task, bucket, key in stored(other):
                if trigger.s3 is not None:
                    meant = same_bucket(subject, trigger.s3.bucket, other, bucket)
                    hears = hears_object(trigger.s3, key) if meant else Hears.NO
                else:
                    names = names_of(other, bucket)
                    hears = max(hears_event(branch, names, key) for branch in branches)
                if hears is not Hears.NO:
                    how = f"the task {task} of {other.pipeline.name} writes {key} into the bucket {bucket}"
                    advice = _ELSEWHERE if trigger.s3 is not None else _NARROWER
                    yield Start(other.pipeline.name, subject.pipeline.name, name, how, advice, hears is Hears.SURELY)


def _branches(pattern: JsonObject) -> list[Branch]:
    """Those that an event may match at all."""
    try:
        found = parse(orjson.dumps(pattern))
    except InvalidPattern:
        return []
    return [branch for branch in found if not strange_field(branch)]


def _hears_run(branch: Branch, other: Subject) -> bool:
    """Whether some event of the other's runs may match. What stands in `data` is not looked at."""
    return _may_be(branch, "source", BUS_SOURCE) and any(
        _may_be(branch, "detail-type", kind.value)
        and all(_our_detail(path, branch, kind, other) for path in branch if path.startswith("detail."))
        for kind in EventType
    )


def _our_detail(path: str, branch: Branch, kind: EventType, other: Subject) -> bool:
    alternatives = branch[path]
    field = path.split(".")[1]
    match field:
        case "type":
            return accepts(alternatives, kind.value)
        case "pipeline":
            return accepts(alternatives, f"{other.pipeline.name}@1")
        case "task" if kind.about_a_task:
            return any(accepts(alternatives, task) for task in other.pipeline.tasks)
        case "task":
            return may_be_absent(alternatives)
    return field in _IN_OUR_EVENTS or may_be_absent(alternatives)


def _may_be(branch: Branch, path: str, value: str) -> bool:
    return path not in branch or accepts(branch[path], value)


def _emitted(subject: Subject) -> Iterator[tuple[str, str, str, JsonObject]]:
    for name, task in subject.pipeline.tasks.items():
        source, kind, detail = task.with_.get("source"), task.with_.get("type"), task.with_.get("detail", {})
        if task.action != "emit" or not isinstance(source, str) or not isinstance(kind, str):
            continue
        if "${" not in source and "${" not in kind:
            yield name, source, kind, detail if isinstance(detail, dict) else {}


def _hears_emitted(branch: Branch, source: str, kind: str, detail: JsonObject) -> bool:
    if not _may_be(branch, "source", source) or not _may_be(branch, "detail-type", kind):
        return False
    return all(
        _in_detail(path.split(".")[1:], alternatives, detail)
        for path, alternatives in branch.items()
        if path.startswith("detail.")
    )


def _in_detail(way: list[str], alternatives: Alternatives, detail: JsonValue) -> bool:
    """Whether this field of what is emitted may be what the trigger asks; an expression may give anything."""
    for step in way:
        if isinstance(detail, dict):
            if step not in detail:
                return may_be_absent(alternatives)
            detail = detail[step]
    if isinstance(detail, dict | list) or (isinstance(detail, str) and "${" in detail):
        return True
    return accepts(alternatives, detail)
