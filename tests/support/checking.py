"""Documents for tests of `check`, and what it says of them. The two warnings that most documents get are left out."""

from __future__ import annotations

import json
from collections.abc import Iterable

from events.check import Target, check
from schemas.document import read
from schemas.problem import Code, Problem

EVERYWHERE = frozenset([Code.NO_TIMEOUT, Code.UNHANDLED_FAILURE])
THREE: dict[str, object] = {name: {"function": "work"} for name in ("a", "b", "c")}


def pipeline(edges: Iterable[object] = (), tasks: dict[str, object] | None = None, **more: object) -> str:
    named = {"project": "shop", "pipeline": "orders"} | more
    return json.dumps(named | {"tasks": THREE if tasks is None else tasks, "edges": list(edges)})


def edge(from_: str, to: str, on: str = "success", when: object = None) -> dict[str, object]:
    return {"from": from_, "to": to, "on": on} | ({"when": when} if when is not None else {})


def problems(*texts: str | bytes, aws: bool = False, every: bool = False) -> tuple[Problem, ...]:
    sources = [read(text, file=f"{at}.yaml") for at, text in enumerate(texts)]
    found = check(sources, target=Target.AWS if aws else None).problems
    return tuple(problem for problem in found if every or problem.code not in EVERYWHERE)


def codes(*texts: str | bytes, aws: bool = False) -> list[str]:
    return [problem.code.value for problem in problems(*texts, aws=aws)]


def only(*texts: str | bytes, aws: bool = False) -> Problem:
    (problem,) = problems(*texts, aws=aws)
    return problem
