"""A workspace with functions and a pool that runs them; `run` waits for one job and gives everything it said.

Nothing here waits for a time to pass: it waits for the pool to tell, for as long as a very slow machine may take.
"""

from __future__ import annotations

import itertools
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from murmuration.local.workers import Failure, Finished, Job, JobContext, Kind, Pool, Printed, Progressed, Report

PATIENCE = 60.0


@dataclass
class Told:
    """What one job has said."""

    finished: Finished
    printed: list[Printed] = field(default_factory=list)
    progress: list[Progressed] = field(default_factory=list)

    @property
    def output(self) -> Any:
        assert self.finished.failure is None, self.finished.failure
        return self.finished.output

    @property
    def failure(self) -> Failure:
        assert self.finished.failure is not None, self.finished
        return self.finished.failure

    def text(self, stream: str = "stdout") -> str:
        return "".join(printed.text for printed in self.printed if printed.stream == stream)


class Shop:
    def __init__(self, workspace: Path, **options: Any) -> None:
        self.workspace = workspace
        (workspace / "buckets" / "uploads").mkdir(parents=True, exist_ok=True)
        (workspace / "functions").mkdir(exist_ok=True)
        self.pool = Pool(workspace, **options)
        self.heard: list[Report] = []
        self._ids = itertools.count(1)

    def __enter__(self) -> Shop:
        self.pool.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.pool.close()

    def function(self, name: str, handler: str, files: Mapping[str, str] | None = None) -> str:
        folder = self.workspace / "functions" / name
        for path, text in {"handler.py": handler, **(files or {})}.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        return name

    def submit(self, name: str, parameters: Any = None, *, kind: Kind = Kind.FUNCTION, **options: Any) -> int:
        limits = {key: options.pop(key) for key in ("timeout_ms", "memory_mb", "cpu_seconds") if key in options}
        job = Job(next(self._ids), name, parameters, JobContext("run-1", "step", **options), kind=kind, **limits)
        self.pool.submit(job)
        return job.id

    def run(self, name: str, parameters: Any = None, **options: Any) -> Told:
        return self.told(self.submit(name, parameters, **options))

    def try_out(self, handler: str, parameters: Any = None, **options: Any) -> Told:
        """Run a function that is only for this."""
        return self.run(self.function(f"f{next(self._ids)}", handler), parameters, **options)

    def step(self) -> list[Report]:
        """One turn of an engine's loop."""
        due = self.pool.next_deadline()
        wait = 0.2 if due is None else min(0.2, max(0.0, due - time.monotonic()))
        select.select([self.pool.fileno()], [], [], wait)
        heard = self.pool.collect()
        self.pool.tick()
        self.heard += heard
        return heard

    def until(self, done: Any) -> None:
        ends = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < ends, "the pool has not told it"
            self.step()

    def finished(self, job: int) -> Finished | None:
        return next((it for it in self.heard if isinstance(it, Finished) and it.job_id == job), None)

    def told(self, job: int) -> Told:
        self.until(lambda: self.finished(job) is not None)
        mine = [it for it in self.heard if it.job_id == job]
        finished = [it for it in mine if isinstance(it, Finished)]
        assert len(finished) == 1, "exactly one Finished for each job"
        assert mine[-1] is finished[0], "nothing is said of a job after its end"
        return Told(
            finished[0], [p for p in mine if isinstance(p, Printed)], [p for p in mine if isinstance(p, Progressed)]
        )
