"""A run as documents for programs and as text for people: what runs, show, run, watch and rerun have in common."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue

from events.ledger import RunRecord, TaskRecord
from handlers.reading import Shown, run_state
from murmuration.cli.printing import bar, count, iso, moment, plain, short, span, state, table
from schemas.model import JsonObject
from schemas.run import TaskState
from schemas.trigger import RunEnd
from schemas.wiring import Wiring

if TYPE_CHECKING:
    from rich.console import RenderableType

    from handlers.reading import Progress

SUCCEEDED = 0
FAILED = 1
STOPPED = "[yellow]■ stopped with the run[/]"
_STOPPED = "stopped with the run"
_ENDED = {
    RunEnd.SUCCEEDED: "succeeded",
    RunEnd.FAILED: "failed",
    RunEnd.CANCELLED: "was cancelled",
    RunEnd.TIMED_OUT: "timed out",
}


def exit_code(record: RunRecord) -> int:
    return SUCCEEDED if record.end is RunEnd.SUCCEEDED else FAILED


def run_document(record: RunRecord) -> JsonObject:
    return {
        "run": record.id,
        "pipeline": record.pipeline,
        "version": record.version,
        "state": run_state(record).value,
        "trigger": record.trigger or None,
        "started": iso(record.started),
        "ended": iso(record.ended),
        "seconds": (record.ended - record.started) / 1000 if record.ended else None,
        "reason": record.reason or None,
        "rerun_of": record.rerun_of or None,
    }


def shown_document(shown: Shown) -> JsonObject:
    tasks: list[JsonValue] = [_task_document(shown, name, found) for name, found in shown.states.items()]
    edges: list[JsonValue] = [
        {"from": edge.from_, "to": edge.to, "on": edge.on.value, "live": shown.picture.edges.get(edge.id)}
        for edge in shown.published.version.pipeline.edges
    ]
    return {
        **run_document(shown.record),
        "input": shown.record.input,
        "deadline": iso(shown.record.deadline),
        "tasks": tasks,
        "edges": edges,
    }


def _task_document(shown: Shown, name: str, found: TaskState) -> JsonObject:
    record = shown.tasks.get(name)
    data: JsonObject = {} if record is None or record.outcome is None else record.outcome.data()
    return {
        "task": name,
        "state": _stood(shown, record, found),
        "attempt": record.attempt if record is not None else 0,
        "started": iso(record.started) if record is not None else None,
        "ended": iso(record.ended) if record is not None else None,
        "seconds": _took(shown, record) / 1000 if record is not None and record.ended else None,
        "output": data.get("output"),
        "error": data.get("error"),
        "why": _why(shown, name, found) or None,
        "kept": _kept(shown, record),
    }


def _stood(shown: Shown, record: TaskRecord | None, found: TaskState) -> str:
    """A task that had begun when its run was ended has ended with it, and as it did. One that had not is pending for good."""
    end = shown.record.end
    return found.value if end is None or found.final or record is None else end.value


def header(shown: Shown) -> Iterator[str]:
    """Lines of Rich markup."""
    record = shown.record
    since = f"after {span(record.ended - record.started)}" if record.ended else f"since {moment(record.started)}"
    yield f"[bold]{record.id}[/]  {record.reference}  {state(run_state(record).value)} {since}"
    if record.reason:
        yield f"[bold]{plain(record.reason)}[/]"
    told = [f"trigger {record.trigger}"] if record.trigger else []
    told += [f"rerun of {record.rerun_of}"] if record.rerun_of else []
    told += [f"started {moment(record.started)}"] if record.ended else [f"deadline {moment(record.deadline)}"]
    yield plain(f"{', '.join(told)}, input {short(record.input)}")


def graph(shown: Shown, progress: Progress) -> RenderableType:
    """The tasks in the order in which they may run, deeper ones further in."""
    rows = []
    states = shown.states
    for name, depth in in_order(shown.published.version.pipeline.tasks, Wiring(shown.published.version.pipeline)):
        record, found = shown.tasks.get(name), states[name]
        at = progress.get((shown.record.id, name)) if found is TaskState.RUNNING else None
        told = _why(shown, name, found) if at is None else f"{bar(at[0])} {at[1]}"
        attempt = str(record.attempt) if record is not None and record.attempt else ""
        took = span(_took(shown, record)) if record is not None and record.attempt else ""
        kept = " (kept)" if _kept(shown, record) else ""
        stood = STOPPED if told == _STOPPED else state(found.value)
        rows.append(("  " * depth + name, stood + kept, attempt, took, "" if stood is STOPPED else plain(told)))
    return table(("Task", "State", "Attempt", "Took", ""), rows, right=("Attempt", "Took"))


def in_order(tasks: Mapping[str, object], wiring: Wiring) -> list[tuple[str, int]]:
    """Every task after all that lead to it, with the length of the longest way there."""
    left = {name: len(edges) for name, edges in wiring.incoming.items()}
    depths = dict.fromkeys(tasks, 0)
    order: list[tuple[str, int]] = []
    ready = [name for name in reversed(list(tasks)) if not left[name]]
    while ready:
        name = ready.pop()
        order.append((name, depths[name]))
        opened = []
        for edge in wiring.outgoing[name]:
            depths[edge.to] = max(depths[edge.to], depths[name] + 1)
            left[edge.to] -= 1
            if not left[edge.to]:
                opened.append(edge.to)
        ready += reversed(opened)
    return order


def results(shown: Shown) -> Iterator[str]:
    """What came out at the end: the outputs of the last tasks that ran, and what failed."""
    wiring = Wiring(shown.published.version.pipeline)
    for name in wiring.tasks:
        record = shown.tasks.get(name)
        if record is None or record.outcome is None:
            continue
        if record.outcome.error is not None:
            yield f"[red]{name}[/] {plain(f'{record.outcome.error.type}: {record.outcome.error.message}')}"
        elif record.attempt and not any(shown.picture.edges.get(edge.id) for edge in wiring.outgoing[name]):
            yield f"[green]{name}[/] {plain(short(record.outcome.output))}"


def done(shown: Shown) -> str:
    states = list(shown.states.values())
    return f"{sum(one.final for one in states)} of {count(len(states), 'task')}"


def _why(shown: Shown, name: str, found: TaskState) -> str:
    record = shown.tasks.get(name)
    match found:
        case TaskState.SKIPPED:
            from handlers.loaded import Loaded
            from handlers.why import skip_reason

            return skip_reason(Loaded(shown.published), name, shown.view, shown.picture)
        case TaskState.FAILED if record is not None and record.outcome is not None and record.outcome.error is not None:
            return f"{record.outcome.error.type}: {record.outcome.error.message}"
        case _ if shown.record.end is not None and not found.final:
            return f"the run {_ENDED[shown.record.end]} first" if record is None else _STOPPED
        case TaskState.RETRYING | TaskState.WAITING if record is not None:
            return f"until {moment(record.due)}"
        case TaskState.PENDING if name in shown.picture.waits:
            return f"waits for {', '.join(dict.fromkeys(edge.from_ for edge in shown.picture.waits[name]))}"
        case _:
            return ""


def _took(shown: Shown, record: TaskRecord) -> int:
    return max(0, (record.ended or shown.record.ended or time.time_ns() // 1_000_000) - record.started)


def _kept(shown: Shown, record: TaskRecord | None) -> bool:
    return bool(shown.record.rerun_of) and record is not None and record.attempt > 0 and not record.token
