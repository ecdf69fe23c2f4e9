"""The examples on two stacks: what is said of a run, and how it looks, may not depend on which it was.

with local_stack(folder) as local:
    run = local.ask("examples/arithmetic", {}, "request-1")
    told(local.ended(run), run)             what was said, without when and where
    looks(events, pipeline)                 what people see of it
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from events.derive import derive
from events.event import Event
from events.fold import RunView, fold_all
from murmuration.local.acting import Acting
from murmuration.local.reading import Reading
from murmuration.workspace import Workspace
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
PATIENCE: Final = 60.0
_OWN: Final = frozenset({"deadline", "due", "waited_until", "traceback", "etag"})
"""Times, places and names of content are the run's own, or the backend's."""
_OURS: Final = shutil.ignore_patterns("media", ".murmuration", "*.db")

SCENARIOS: Mapping[str, tuple[str, JsonObject]] = {
    "the arithmetic": ("examples/arithmetic", {}),
    "a purchase": ("examples/orders", {"kind": "purchase", "order": "A-17", "cents": 4990}),
    "a refund": ("examples/orders", {"kind": "refund", "order": "A-17", "cents": 4990}),
    "a purchase that is declined": ("examples/orders", {"kind": "purchase", "order": "A-18", "cents": 2_000_000}),
    "a list of what runs low": ("examples/restock", {}),
    "no list": ("examples/restock", {"list": "tomorrow.json"}),
    "a list that is none": ("examples/restock", {"list": "notes.txt"}),
    "the nightly report": ("examples/sales-report", {}),
}


def workspace_of_examples(root: Path) -> Workspace:
    """A copy, to be worked in."""
    shutil.copytree(EXAMPLES, root, ignore=_OURS)
    return Workspace(root)


@contextmanager
def local_stack(workspace: Workspace) -> Iterator[Local]:
    with Acting(workspace, "test") as acting:
        acting.ask("publish", {"pipelines": [one.document() for one in workspace.read()[0].pipelines]})
        with Reading(workspace.state) as reading:
            yield Local(workspace, acting, reading)


class Local:
    def __init__(self, workspace: Workspace, acting: Acting, reading: Reading) -> None:
        self.workspace = workspace
        self.acting = acting
        self.reading = reading

    def ask(self, pipeline: str, input_: JsonObject, request: str) -> str:
        told = self.acting.ask("run", {"pipeline": pipeline.partition("/")[2], "input": input_, "request": request})
        return str(told["run"])

    def ended(self, run: str) -> Sequence[Event]:
        self._until(lambda: self.reading.show(run).record.end is not None)
        return self.reading.show(run).events

    def emit(self, source: str, type_: str, detail: JsonObject) -> str:
        """The one run that it started."""
        event = self.acting.ask("emit", {"source": source, "type": type_, "detail": detail})["event"]
        [run] = self.reading.started_by(str(event))
        return run.id

    def drop(self, file: Path, bucket: str, key: str) -> str:
        before = {one.id for one in self.reading.page(most=1000).runs}
        shutil.copy(file, self.workspace.buckets / bucket / key)
        self._until(lambda: {one.id for one in self.reading.page(most=1000).runs} != before)
        [run] = {one.id for one in self.reading.page(most=1000).runs} - before
        return run

    def _until(self, come: Any) -> None:
        latest = time.monotonic() + PATIENCE
        self.acting.serve()
        self.acting.follow(lambda: come() or time.monotonic() > latest)
        assert come(), "it did not happen"


def told(events: Sequence[Event], run: str) -> list[str]:
    """What was said, without when and where: causes and moments differ from run to run."""
    lines = [
        json.dumps([event.type, event.task, event.attempt, _plain(event.data)], sort_keys=True).replace(run, "RUN")
        for event in events
    ]
    return sorted(lines)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items() if key not in _OWN}
        case list():
            return [_plain(one) for one in value]
        case _:
            return value


def looks(events: Sequence[Event], pipeline: Pipeline) -> tuple[dict[str, str], str]:
    """Every task's state, and the run's."""
    found = derive(fold_all(RunView(events[0].run), events), pipeline)
    return {name: state.value for name, state in found.tasks.items()}, found.state.value
