"""Pipelines in a line: `shape("s -> a; s -x a; a -* b; b: any")`, for tests that are about edges and joins alone.

`->` is success, `-x` failure, `-*` completion; `a: 2` is `join: {at_least: 2}`. Tasks stand in the order they are named.
"""

from __future__ import annotations

from schemas.pipeline import Pipeline

_ON = {"->": "success", "-x": "failure", "-*": "completion"}


def shape(text: str, when: dict[str, object] | None = None) -> Pipeline:
    """`when` holds conditions by edge, spelt as in the text."""
    tasks: dict[str, dict[str, object]] = {}
    edges: list[dict[str, object]] = []
    for part in (part.strip() for part in text.split(";")):
        if ":" in part:
            name, join = (word.strip() for word in part.split(":"))
            tasks.setdefault(name, {"function": "work"})["join"] = {"at_least": int(join)} if join.isdigit() else join
        elif " " not in part:
            tasks.setdefault(part, {"function": "work"})
        else:
            from_, arrow, to = part.split()
            for name in (from_, to):
                tasks.setdefault(name, {"function": "work"})
            edge: dict[str, object] = {"from": from_, "to": to, "on": _ON[arrow]}
            if when and part in when:
                edge["when"] = when[part]
            edges.append(edge)
    return Pipeline.read({"project": "p", "pipeline": "x", "tasks": tasks, "edges": edges})
