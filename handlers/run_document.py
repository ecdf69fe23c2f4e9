"""A run as a document: the same for whoever asks over HTTP and for `--json` of the command. Names here never change their meaning.

What a task waits for is told by edge ids, which `edges` and the definition's own edges have too, so a drawing finds its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pydantic import Field, JsonValue

from events.ledger import Millis, RunRecord, TaskRecord
from handlers.moments import iso, iso_or_none
from handlers.reading import Progress, Shown, run_state
from schemas.model import JsonObject, Model
from schemas.pipeline import Edge, EdgeKind
from schemas.run import Attempt, RunState, TaskState
from schemas.trigger import RunEnd

STOPPED: Final = "stopped with the run"
_ENDED: Final = {
    RunEnd.SUCCEEDED: "succeeded",
    RunEnd.FAILED: "failed",
    RunEnd.CANCELLED: "was cancelled",
    RunEnd.TIMED_OUT: "timed out",
}


class RunListed(Model):
    """A run in one line."""

    run: str
    project: str
    pipeline: str
    """`project/pipeline`."""
    version: int
    state: RunState
    trigger: str | None
    """None for a rerun of something without one."""
    started: str
    ended: str | None
    seconds: float | None
    reason: str | None
    rerun_of: str | None

    def whole(self) -> JsonObject:
        """With everything in it, also what is empty: programs look for their fields."""
        return self.model_dump(mode="json", by_alias=True)


class AttemptDocument(Model):
    attempt: int
    state: TaskState
    at: str
    """When the latest of it was said."""
    started: str | None
    """Where that was announced."""
    due: str | None
    """After it: when the next one is tried."""
    error: JsonObject | None


class ProgressDocument(Model):
    share: float
    message: str


class Awaited(Model):
    edge: str
    task: str


class TaskDocument(Model):
    task: str
    state: str
    """A task that was at work when its run was ended has ended with it, and as it did."""
    attempt: int
    opened: str | None
    """When its gate opened."""
    started: str | None
    ended: str | None
    seconds: float | None
    output: JsonValue
    """Over 8 KB it is a reference: `/runs/RUN/artifacts` has the value."""
    error: JsonObject | None
    why: str | None
    """Why it stands so, in one line."""
    kept: bool
    """A rerun kept its outcome: it did not run again."""
    due: str | None
    """Of one that waits, or that is tried again."""
    progress: ProgressDocument | None
    waits_for: tuple[Awaited, ...]
    attempts: tuple[AttemptDocument, ...]


class EdgeDocument(Model):
    id: str
    from_: str = Field(alias="from")
    to: str
    on: EdgeKind
    when: JsonObject | None
    live: bool | None
    """None while it is undecided."""


class RunDocument(RunListed):
    input: JsonValue
    deadline: str
    origin: str
    """What set it off: the event's id and the trigger, or the request's own id."""
    tasks: tuple[TaskDocument, ...]
    edges: tuple[EdgeDocument, ...]
    definition: JsonObject | None = None
    """The pipeline of its version, for whoever draws it."""


def run_listed(record: RunRecord) -> RunListed:
    return RunListed.model_validate(_listed(record))


def run_document(shown: Shown, progress: Progress, *, definition: bool = False) -> RunDocument:
    record, pipeline = shown.record, shown.published.version.pipeline
    edges = (
        EdgeDocument.model_validate({**edge_told(edge), "live": shown.picture.edges.get(edge.id)})
        for edge in pipeline.edges
    )
    return RunDocument.model_validate(
        {
            **_listed(record),
            "input": record.input,
            "deadline": iso(record.deadline),
            "origin": record.origin,
            "tasks": tuple(_task(shown, name, found, progress) for name, found in shown.states.items()),
            "edges": tuple(edges),
            "definition": pipeline.document() if definition else None,
        }
    )


def edge_told(edge: Edge) -> dict[str, object]:
    """As every document has it, by the document's names."""
    return {"id": edge.id, "from": edge.from_, "to": edge.to, "on": edge.on, "when": edge.when}


def task_why(shown: Shown, name: str, found: TaskState, spelled: Callable[[Millis], str]) -> str:
    """Why it stands so, in one line; empty where its state says it."""
    record = shown.tasks.get(name)
    match found:
        case TaskState.SKIPPED:
            from handlers.loaded import Loaded
            from handlers.why import skip_reason

            return skip_reason(Loaded(shown.published), name, shown.view, shown.picture)
        case TaskState.FAILED if record is not None and record.outcome is not None and record.outcome.error is not None:
            return f"{record.outcome.error.type}: {record.outcome.error.message}"
        case _ if shown.record.end is not None and not found.final:
            return f"the run {_ENDED[shown.record.end]} first" if record is None else STOPPED
        case TaskState.RETRYING | TaskState.WAITING if record is not None:
            return f"until {spelled(record.due)}"
        case TaskState.PENDING if name in shown.picture.waits:
            return f"waits for {', '.join(dict.fromkeys(edge.from_ for edge in shown.picture.waits[name]))}"
        case _:
            return ""


def kept(shown: Shown, record: TaskRecord | None) -> bool:
    return bool(shown.record.rerun_of) and record is not None and record.attempt > 0 and not record.token


def _listed(record: RunRecord) -> dict[str, object]:
    return {
        "run": record.id,
        "project": record.pipeline.partition("/")[0],
        "pipeline": record.pipeline,
        "version": record.version,
        "state": run_state(record),
        "trigger": record.trigger or None,
        "started": iso(record.started),
        "ended": iso_or_none(record.ended),
        "seconds": (record.ended - record.started) / 1000 if record.ended else None,
        "reason": record.reason or None,
        "rerun_of": record.rerun_of or None,
    }


def _task(shown: Shown, name: str, found: TaskState, progress: Progress) -> TaskDocument:
    record = shown.tasks.get(name)
    data: JsonObject = {} if record is None or record.outcome is None else record.outcome.data()
    error = data.get("error")
    at_work = shown.record.end is None and not found.final
    share = progress.get((shown.record.id, name)) if at_work and found is TaskState.RUNNING else None
    return TaskDocument(
        task=name,
        state=_stood(shown, record, found),
        attempt=record.attempt if record is not None else 0,
        opened=iso_or_none(record.opened) if record is not None else None,
        started=iso_or_none(record.started) if record is not None else None,
        ended=iso_or_none(record.ended) if record is not None else None,
        seconds=max(0, record.ended - record.started) / 1000 if record is not None and record.ended else None,
        output=data.get("output"),
        error=error if isinstance(error, dict) else None,
        why=task_why(shown, name, found, iso) or None,
        kept=kept(shown, record),
        due=iso_or_none(record.due) if record is not None and at_work else None,
        progress=None if share is None else ProgressDocument(share=share[0], message=share[1]),
        waits_for=tuple(Awaited(edge=edge.id, task=edge.from_) for edge in shown.picture.waits.get(name, ())),
        attempts=tuple(_attempts(shown, name)),
    )


def _attempts(shown: Shown, name: str) -> Iterator[AttemptDocument]:
    heard = shown.view.tasks.get(name)
    for number, attempt in sorted(heard.attempts.items() if heard is not None else ()):
        if number:
            yield _attempt(number, attempt)


def _attempt(number: int, attempt: Attempt) -> AttemptDocument:
    error, due = attempt.told.data.get("error"), attempt.told.data.get("due")
    return AttemptDocument(
        attempt=number,
        state=attempt.state,
        at=iso(round(attempt.told.at.timestamp() * 1000)),
        started=None if attempt.started is None else iso(round(attempt.started.timestamp() * 1000)),
        due=due if isinstance(due, str) else None,
        error=error if isinstance(error, dict) else None,
    )


def _stood(shown: Shown, record: TaskRecord | None, found: TaskState) -> str:
    """One that had not begun when its run was ended is pending for good."""
    end = shown.record.end
    return found.value if end is None or found.final or record is None else end.value
