"""Seen: what a caller may look at, and nothing else. What lies in another project is not there.

A run is asked for by its whole id: a beginning would have to be looked for among runs that the caller cannot see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from events.ledger import RunRecord
from handlers.api.asked import Asked
from handlers.api.house import House
from handlers.auth import EVERYWHERE, Caller, Operation
from handlers.naming import pipeline_named
from handlers.unknown import NoSuchRun

_LONGEST: Final = 64


def run_seen(house: House, asked: Asked, run: str, operation: Operation) -> RunRecord:
    """The run, if the caller sees its project; and he may do this there."""
    record = house.reading.record(run) if len(run) <= _LONGEST else None
    if record is None or not asked.caller.sees(project_of(record.pipeline)):
        raise NoSuchRun(f"there is no run {run[:_LONGEST]}", advice="A run is asked for by its whole id: GET /runs")
    asked.caller.require(operation, project_of(record.pipeline))
    return record


def projects_seen(caller: Caller) -> frozenset[str] | None:
    """None for all there are."""
    return None if caller.sees(EVERYWHERE) else frozenset(caller.roles)


def pipeline_seen(caller: Caller, given: str, known: Iterable[str]) -> str:
    """What is meant by a name, among the pipelines that the caller sees."""
    return pipeline_named(given, [name for name in known if caller.sees(project_of(name))])


def project_of(pipeline: str) -> str:
    return pipeline.partition("/")[0]


def location(run: str) -> str:
    return f"/api/runs/{run}"
