"""What a designer is told of a function. The function's own code is asked, in a worker and never in the asking process."""

from __future__ import annotations

import select
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.model import JsonObject

_PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Description:
    name: str
    text: str = ""
    input: JsonObject | None = None
    """JSON Schema of the parameters; None for a function that takes anything."""
    output: JsonObject | None = None
    problem: str = ""
    """Why it could not be told: the function cannot be loaded, say."""


def describe(folder: Path) -> Description:
    """Ask one function, with a worker of its own. A running pool is asked with a job of `Kind.DESCRIBE`."""
    from murmuration.local.workers import Finished, Job, JobContext, Kind, Pool

    job = Job(1, folder.name, None, JobContext("describe", folder.name), timeout_ms=_PATIENCE_MS, kind=Kind.DESCRIBE)
    with Pool(folder.parent.parent, size=1, largest=1) as pool:
        pool.submit(job)
        while True:
            select.select([pool.fileno()], [], [], 0.1)
            for report in pool.collect():
                if isinstance(report, Finished):
                    return told(folder.name, report)
            pool.tick()


def told(name: str, finished: Finished) -> Description:
    """What the `Finished` of a `Kind.DESCRIBE` says."""
    if finished.failure is not None:
        return Description(name, problem=f"{finished.failure.type}: {finished.failure.message}")
    answer = finished.output
    assert isinstance(answer, dict), "a worker describes with an object"
    schemas = {key: value for key in ("input", "output") if isinstance(value := answer.get(key), dict)}
    return Description(name, str(answer.get("description", "")), schemas.get("input"), schemas.get("output"))


if TYPE_CHECKING:
    from murmuration.local.workers import Finished
