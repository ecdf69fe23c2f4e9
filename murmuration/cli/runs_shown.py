"""A run as text for people: what runs, show, run, watch and rerun have in common. Programs read `handlers.run_document`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from events.ledger import RunRecord, TaskRecord
from handlers.reading import Shown, run_state
from handlers.run_document import STOPPED, kept, task_why
from murmuration.cli.printing import bar, count, moment, plain, short, span, state, table
from schemas.run import TaskState
from schemas.trigger import RunEnd
from schemas.wiring import Wiring

if TYPE_CHECKING:
    from rich.console import RenderableType

    from handlers.reading import Progress

SUCCEEDED = 0
FAILED = 1
_STOPPED = "[yellow]■ stopped with the run[/]"


def exit_code(record: RunRecord) -> int:
    return SUCCEEDED if record.end is RunEnd.SUCCEEDED else FAILED


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
        told = task_why(shown, name, found, moment) if at is None else f"{bar(at[0])} {at[1]}"
        attempt = str(record.attempt) if record is not None and record.attempt else ""
        took = span(_took(shown, record)) if record is not None and record.attempt else ""
        again = " (kept)" if kept(shown, record) else ""
        stood = _STOPPED if told == STOPPED else state(found.value)
        rows.append(("  " * depth + name, stood + again, attempt, took, "" if stood is _STOPPED else plain(told)))
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


def _took(shown: Shown, record: TaskRecord) -> int:
    return max(0, (record.ended or shown.record.ended or time.time_ns() // 1_000_000) - record.started)
