"""Pipelines in a line of code: `drawn("a>b", "a>c failure")`."""

from __future__ import annotations

from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version


def drawn(*edges: str | JsonObject, **more: object) -> Version:
    """Version 3 of `media/thumbnails`. An edge is `from>to`, `from>to kind`, or written out; a name alone is a task."""
    tasks: dict[str, object] = {}
    written: list[object] = []
    for edge in edges:
        if isinstance(edge, str):
            ends, _, kind = edge.partition(" ")
            from_, _, to = ends.partition(">")
            tasks.setdefault(from_, {"function": "work"})
            if to:
                tasks.setdefault(to, {"function": "work"})
                written.append({"from": from_, "to": to, "on": kind or "success"})
        else:
            tasks.setdefault(str(edge["from"]), {"function": "work"})
            tasks.setdefault(str(edge["to"]), {"function": "work"})
            written.append(edge)
    given = more.pop("tasks", {})
    assert isinstance(given, dict)
    document = {"project": "media", "pipeline": "thumbnails", "tasks": {**tasks, **given}, "edges": written}
    return Version(pipeline=Pipeline.read({**document, **more}), number=3)
