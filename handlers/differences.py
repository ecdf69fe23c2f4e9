"""What differs between two pipelines: tasks, edges, triggers and fields, each before and after; and the rules they become."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import orjson
from pydantic import JsonValue

from schemas.model import JsonObject, Model
from schemas.pipeline import Edge, Pipeline


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Field(Model):
    """By its path within what it is a field of."""

    path: str
    before: JsonValue
    after: JsonValue
    kind: Kind


class Difference(Model):
    kind: Kind
    name: str
    """Of a task, a trigger or a field; of an edge, as people write it."""
    before: JsonValue = None
    after: JsonValue = None
    fields: tuple[Field, ...] = ()


class EdgeDifference(Difference):
    id: str
    """The edge's, in the pipeline after; of one that was removed, in the one before."""
    before_id: str | None = None
    from_task: str
    to_task: str


class Differences(Model):
    same: bool
    tasks: tuple[Difference, ...]
    edges: tuple[EdgeDifference, ...]
    triggers: tuple[Difference, ...]
    fields: tuple[Difference, ...]
    """All else: description, input, deadline, concurrency, functions."""


_PARTS = frozenset({"tasks", "edges", "triggers", "project", "pipeline"})


def differences(before: Pipeline, after: Pipeline) -> Differences:
    old, new = before.document(), after.document()
    rest_old = {key: value for key, value in old.items() if key not in _PARTS}
    rest_new = {key: value for key, value in new.items() if key not in _PARTS}
    return Differences(
        same=before == after,
        tasks=_members(_part(old, "tasks"), _part(new, "tasks")),
        edges=_edges(before, after),
        triggers=_members(_part(old, "triggers"), _part(new, "triggers")),
        fields=_members(rest_old, rest_new),
    )


def _part(document: JsonObject, name: str) -> JsonObject:
    value = document.get(name, {})
    assert isinstance(value, dict), f"{name} have names"
    return value


def _members(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> tuple[Difference, ...]:
    found = [Difference(kind=Kind.REMOVED, name=name, before=old[name]) for name in old if name not in new]
    for name, value in new.items():
        if name not in old:
            found.append(Difference(kind=Kind.ADDED, name=name, after=value))
        elif not _equal(old[name], value):
            fields = tuple(_fields(old[name], value))
            found.append(Difference(kind=Kind.CHANGED, name=name, before=old[name], after=value, fields=fields))
    return tuple(found)


def _edges(before: Pipeline, after: Pipeline) -> tuple[EdgeDifference, ...]:
    """An edge is its four parts; one between the same tasks that took another's place has changed."""
    kept = {edge.id for edge in before.edges} & {edge.id for edge in after.edges}
    gone = [edge for edge in before.edges if edge.id not in kept]
    found: list[EdgeDifference] = []
    for edge in after.edges:
        if edge.id in kept:
            continue
        alike = [one for one in gone if (one.from_, one.to) == (edge.from_, edge.to)]
        was = next((one for one in alike if one.on is edge.on), alike[0] if alike else None)
        if was is None:
            found.append(_edge(Kind.ADDED, edge, None, edge))
        else:
            gone.remove(was)
            found.append(_edge(Kind.CHANGED, edge, was, edge))
    found += [_edge(Kind.REMOVED, edge, edge, None) for edge in gone]
    return tuple(found)


def _edge(kind: Kind, of: Edge, before: Edge | None, after: Edge | None) -> EdgeDifference:
    old = None if before is None else before.document()
    new = None if after is None else after.document()
    return EdgeDifference(
        kind=kind,
        name=str(of),
        id=of.id,
        before_id=None if before is None else before.id,
        from_task=of.from_,
        to_task=of.to,
        before=old,
        after=new,
        fields=() if old is None or new is None else tuple(_fields(old, new)),
    )


def _fields(old: JsonValue, new: JsonValue, path: str = "") -> list[Field]:
    """As deep as both are mappings; a list is one value, since its places say nothing of what moved."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if _equal(old, new) else [Field(path=path, before=old, after=new, kind=Kind.CHANGED)]
    found: list[Field] = []
    for name in (*old, *(name for name in new if name not in old)):
        below = f"{path}.{name}" if path else name
        if name in old and name in new:
            found += _fields(old[name], new[name], below)
        else:
            kind = Kind.REMOVED if name in old else Kind.ADDED
            found.append(Field(path=below, before=old.get(name), after=new.get(name), kind=kind))
    return found


def _equal(one: JsonValue, other: JsonValue) -> bool:
    """As documents are: true is no 1, and the order of keys means something in a pattern."""
    return orjson.dumps(one) == orjson.dumps(other)
