"""The edge plan: rules that name tasks. A reader sees the DAG in them.

Routes that hear the same end under the same condition are covered by few rules (`events.rules.cover`). A rule says: when
one of these tasks comes to this end, these targets hear of it. Each target is told the task to run and, for each task
that may have spoken, the ids of the edges it delivers by that; the event says which one spoke:

    {"edges": {"validate": ["1f0c..."]}, "task": "resize", "pipeline": "media/thumbnails@3", "event": ...}

What must always hold: a rule's pattern and its targets' templates stay within EventBridge's lengths as long as there is
a task left to take out. One that is too long with a single task is told by `events.rules.quota`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from events.event import BUS_SOURCE
from events.routes import SAID, Hears, Route
from events.rules.condition import placed
from events.rules.cover import TARGETS, cover
from events.rules.render import compact, input_template, pattern_length
from events.rules.rule import Owner, Rule, Target
from events.rules.words import in_words
from events.surroundings import Lambda
from schemas.model import JsonObject
from schemas.version import Version

PATTERN_LENGTH: Final = 2_048
TEMPLATE_LENGTH: Final = 8_192

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Routes that hear the same end under the same condition."""

    hears: Hears
    when: JsonObject | None
    edges: Mapping[Pair, tuple[str, ...]]


def edge_plan(
    version: Version, routes: Iterable[Route], functions: Mapping[str, Lambda], *, limit: int | None = None
) -> tuple[Rule, ...] | None:
    """The rules of this version; None once it is clear that there would be more than `limit`."""
    rules: list[Rule] = []
    for group in _groups(routes):
        found = _rules(version, group, functions, None if limit is None else limit - len(rules))
        if found is None:
            return None
        rules += found
        if limit is not None and len(rules) > limit:
            return None
    return tuple(rules)


def _groups(routes: Iterable[Route]) -> Iterator[_Group]:
    roots: list[str] = []
    pairs: dict[tuple[Hears, str], tuple[JsonObject | None, dict[Pair, tuple[str, ...]]]] = {}
    for route in routes:
        if route.from_ is None:
            roots.append(route.to)
        else:
            _, edges = pairs.setdefault((route.hears, compact(route.when)), (route.when, {}))
            edges[route.from_, route.to] = route.edges
    for first in range(0, len(roots), TARGETS):
        yield _Group(Hears.START, None, {("", root): () for root in roots[first : first + TARGETS]})
    for (hears, _), (when, edges) in pairs.items():
        yield _Group(hears, when, edges)


def _rules(version: Version, group: _Group, functions: Mapping[str, Lambda], limit: int | None) -> list[Rule] | None:
    if group.hears is Hears.START:
        return [_rule(version, group, (), tuple(to for _, to in group.edges), functions)]
    bicliques = cover(group.edges, limit=limit)
    if bicliques is None:
        return None
    return [
        _rule(version, group, sources, biclique.targets, functions)
        for biclique in bicliques
        for sources in _fitting(version, group, biclique.sources, biclique.targets, functions)
    ]


def _fitting(
    version: Version,
    group: _Group,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    functions: Mapping[str, Lambda],
) -> Iterator[tuple[str, ...]]:
    """The sources in as many pieces as the lengths ask for."""
    empty = _rule(version, group, (), targets, functions)
    pattern_room = PATTERN_LENGTH - pattern_length(empty)
    template_room = TEMPLATE_LENGTH - max(len(input_template(target)) for target in empty.targets)
    piece: list[str] = []
    pattern, template = 0, 0
    for source in sources:
        name = len(compact(source)) + 1
        edges = name + 1 + max(len(compact(list(group.edges[source, target]))) for target in targets)
        if piece and (pattern + name > pattern_room or template + edges > template_room):
            yield tuple(piece)
            piece, pattern, template = [], 0, 0
        piece.append(source)
        pattern, template = pattern + name, template + edges
    yield tuple(piece)


def _rule(
    version: Version,
    group: _Group,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    functions: Mapping[str, Lambda],
) -> Rule:
    detail: JsonObject = {"pipeline": [version.reference]}
    if group.hears is not Hears.START:
        detail["task"] = list(sources)
    if group.when is not None:
        detail |= placed(group.hears, group.when)
    return Rule(
        owner=Owner.VERSION,
        stem=(version.pipeline.project, version.pipeline.pipeline, str(version.number)),
        hears=in_words(group.hears, sources, group.when, version.reference),
        pattern={"source": [BUS_SOURCE], "detail-type": list(SAID[group.hears]), "detail": detail},
        targets=tuple(_target(version, group, sources, target, functions[target]) for target in targets),
        canaried=True,
    )


def _target(version: Version, group: _Group, sources: tuple[str, ...], task: str, function: Lambda) -> Target:
    edges: JsonObject = {source: list(group.edges[source, task]) for source in sources}
    return Target(task, function.arn, {"edges": edges, "task": task, "pipeline": version.reference})
