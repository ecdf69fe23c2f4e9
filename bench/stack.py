"""The embedded stack: no-op tasks in real worker processes, every transition durable.

Peers' figures were measured on a machine of the same size (2 shared cores), and are medians. F is one fdatasync on this
disk, measured in this very run.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from murmuration.local.database import Synchronous
from murmuration.local.desk import Desk
from murmuration.local.publish import publish
from murmuration.local.server import Server, open_stack
from murmuration.workspace import Workspace
from schemas.pipeline import Pipeline

TITLE = "the embedded stack: no-op tasks in worker processes, each transition durable"
REPEATS = 5

PEERS = {
    "Restate": (1.4, 2_050, 4_570, 168),
    "DBOS on SQLite": (1.2, 417, 191, 81),
    "Prefect": (34, 33, 21, 1.3),
    "Dagster": (31, 31, 18, 2.9),
}
"""Durable engines: ms a transition; tasks/s; tasks/s; runs/s."""
CHAIN, FAN, LAYERS, DIAMONDS = range(4)


def run() -> Iterator[tuple[str, str]]:
    disk = fdatasync()
    yield "F, one fdatasync", f"{disk * 1e3:.2f} ms"
    for synchronous in ("FULL", "NORMAL"):
        with _server(synchronous) as server:
            yield from _measured(server, synchronous, disk)


def _measured(server: Server, synchronous: Synchronous, disk: float) -> Iterator[tuple[str, str]]:
    chain = _best(server, _chain(200), 1) / 200
    over = chain * 1e3 - (disk * 1e3 if synchronous == "FULL" else 0)
    yield (
        f"chain of 200, {synchronous}",
        f"{chain * 1e3:.2f} ms a transition, {over:.2f} over F{_beside(CHAIN)}",
    )
    fan = 502 / _best(server, _fan(500), 1)
    yield f"1 -> 500 -> 1, {synchronous}", f"{fan:,.0f} tasks/s{_beside(FAN)}"
    layers = 200 / _best(server, _layers(10, 20), 1)
    yield f"10 layers x 20, {synchronous}", f"{layers:,.0f} tasks/s{_beside(LAYERS)}"
    runs = 200 / _best(server, _diamond(), 200)
    yield (
        f"200 diamonds of 5, {synchronous}",
        f"{runs:,.0f} runs/s, {runs * 5:,.0f} tasks/s{_beside(DIAMONDS)}",
    )
    if synchronous == "NORMAL":
        small, large = (_best(server, _fan(width), 1, 3) / (2 * width) for width in (100, 10_000))
        yield "join of 10,000 edges", f"{large / small:.2f} of the cost per edge of a join of 100"


def _beside(what: int) -> str:
    return "; " + ", ".join(f"{name} {figures[what]:,}" for name, figures in PEERS.items())


def _best(server: Server, pipeline: Pipeline, runs: int, repeats: int = REPEATS) -> float:
    """Seconds, the median over repeats."""
    publish(server.stack, pipeline)
    return median(_once(server, pipeline, runs, f"{repeat}") for repeat in range(repeats + 1)[1:])


def _once(server: Server, pipeline: Pipeline, runs: int, name: str) -> float:
    stack, engine = server.stack, server.engine
    began = time.perf_counter()
    with stack.database.transaction():
        for number in range(runs):
            stack.start.asked(pipeline.name, f"{name}-{number}", {})
        engine.handle_pending()
    engine.hand_out()
    server.run(lambda: not engine.busy)
    return time.perf_counter() - began


@contextmanager
def _server(synchronous: Synchronous) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "functions/noop").mkdir(parents=True)
        (root / "functions/noop/handler.py").write_text("def handler(event, context):\n    return {'i': 1}\n")
        (root / "project.yaml").write_text("project: bench\n")
        (root / "buckets").mkdir()
        workspace = Workspace(root)
        workspace.state.mkdir()
        stack = open_stack(workspace, synchronous)
        with Server(workspace, stack, Desk(stack), workers=2) as server:
            yield server
        stack.close()


def fdatasync() -> float:
    with tempfile.NamedTemporaryFile() as file:
        times = []
        for _ in range(200):
            os.write(file.fileno(), b"x" * 400)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
        return median(times)


def _pipeline(name: str, tasks: list[str], edges: list[tuple[str, str]]) -> Pipeline:
    return Pipeline.read(
        {
            "project": "bench",
            "pipeline": name,
            "tasks": {task: {"function": "noop"} for task in tasks},
            "edges": [{"from": one, "to": other} for one, other in edges],
        }
    )


def _chain(length: int) -> Pipeline:
    names = [f"t{n}" for n in range(length)]
    return _pipeline("chain", names, list(pairwise(names)))


def _fan(width: int) -> Pipeline:
    middle = [f"t{n}" for n in range(width)]
    edges = [("first", name) for name in middle] + [(name, "last") for name in middle]
    return _pipeline(f"fan-{width}", ["first", "last", *middle], edges)


def _layers(layers: int, width: int) -> Pipeline:
    names = [[f"l{layer}n{n}" for n in range(width)] for layer in range(layers)]
    edges = [(a, b) for one, other in pairwise(names) for a in one for b in other]
    return _pipeline("layers", [name for layer in names for name in layer], edges)


def _diamond() -> Pipeline:
    return _pipeline("diamond", list("abcde"), [("a", x) for x in "bcd"] + [(x, "e") for x in "bcd"])
