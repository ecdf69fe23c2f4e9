"""The rule compiler: how many rules, how long it takes, as multiples of the shortest of the runs.

`run` yields a line per figure: what was compiled, and what came of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from events.rules import Choice, Plan, compile_rules
from schemas.pipeline import Pipeline
from schemas.version import Version

TITLE = "rules: from edges to EventBridge"
_REPEATS = 5


def run() -> Iterator[tuple[str, str]]:
    unit, _ = _timed(_chain(100), Choice.AUTO)
    for what, version, choice in _cases():
        seconds, plan = _timed(version, choice)
        own, shared = len(plan.rules), len(plan.shared)
        yield (
            what,
            f"{plan.kind} plan, {own:,} rules of its own and {shared} shared, "
            f"{seconds * 1_000:.0f} ms, {seconds / unit:.0f}x a chain of 100",
        )


def _cases() -> Iterator[tuple[str, Version, Choice]]:
    yield "a chain of 1,000 tasks", _chain(1_000), Choice.AUTO
    yield "ten joined layers of 20 tasks, 3,600 edges", _layers(10, 20), Choice.AUTO
    yield "1,000 tasks with up to five edges out", _spread(1_000), Choice.AUTO
    yield "the same, with the tasks named", _spread(1_000), Choice.EDGE
    yield "a join of 999 tasks", _version([(f"t{n}", "end") for n in range(999)]), Choice.EDGE


def _timed(version: Version, choice: Choice) -> tuple[float, Plan]:
    best, plan = float("inf"), None
    for _ in range(_REPEATS):
        fresh = Version(pipeline=Pipeline.read(version.pipeline.document()), number=version.number)
        begun = time.perf_counter()
        plan = compile_rules(fresh, choice=choice)
        best = min(best, time.perf_counter() - begun)
    assert plan is not None
    return best, plan


def _version(edges: list[tuple[str, str]]) -> Version:
    tasks = {task: {"function": "work"} for edge in edges for task in edge}
    document = {"project": "bench", "pipeline": "rules", "tasks": tasks}
    joined = [{"from": from_, "to": to} for from_, to in edges]
    return Version(pipeline=Pipeline.read({**document, "edges": joined}), number=1)


def _chain(length: int) -> Version:
    return _version([(f"t{n}", f"t{n + 1}") for n in range(length - 1)])


def _layers(count: int, width: int) -> Version:
    return _version(
        [
            (f"t{layer}_{one}", f"t{layer + 1}_{two}")
            for layer in range(count - 1)
            for one in range(width)
            for two in range(width)
        ]
    )


def _spread(count: int) -> Version:
    chance = random.Random(5)
    edges: list[tuple[str, str]] = []
    for n in range(count - 1):
        below = range(n + 1, min(n + 60, count))
        edges += [(f"t{n}", f"t{m}") for m in sorted(chance.sample(below, min(5, len(below))))]
    return _version(edges)


if __name__ == "__main__":
    for told in run():
        print(": ".join(told))
