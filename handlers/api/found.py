"""Found: a problem of a document as the API tells it. What `murmur check` says, and where it stands in the drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from handlers.checker import Examined
from handlers.counterexample import EXPLAINED, Counterexample, counterexample
from schemas.model import Model
from schemas.pipeline import EdgeKind
from schemas.problem import Code, Path, Problem, Severity, plain, spell
from schemas.shape import Shape
from schemas.source import Source

_MOST_EXPLAINED: Final = 20
_LARGE: Final = 200
"""Of a pipeline with more tasks only the first few problems are drawn: an answer is wanted while somebody draws."""
_FEW: Final = 3
_WORD: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,:\[\]{}#"'](?:[^,\[\]{}\n:#]|:(?=\S)|(?<=\S)#)*""")


class FoundEdge(Model):
    id: str
    index: int
    """In the document's list."""
    from_task: str
    to_task: str
    on: EdgeKind


class Found(Model):
    severity: Severity
    code: Code
    what: str
    advice: str
    file: str
    line: int
    """0 where the text could not be read so far."""
    column: int
    end_line: int
    end_column: int
    """Behind its last character; the place itself where nobody can say."""
    path: tuple[str | int, ...]
    at: str
    """The path as people write it."""
    task: str | None
    trigger: str | None
    edge: FoundEdge | None
    counterexample: Counterexample | None


def found(examined: Examined) -> list[Found]:
    return list(_found(examined))


def _found(examined: Examined) -> Iterator[Found]:
    draft = examined.draft
    left = _FEW if draft is not None and len(draft.tasks) > _LARGE else _MOST_EXPLAINED
    for problem in examined.problems:
        edge = _edge(examined.shape, problem.path)
        task = _member(problem.path, "tasks")
        drawn = None
        about = task if task is not None or edge is None else edge.to_task
        if problem.code in EXPLAINED and about is not None and draft is not None and left:
            left -= 1
            drawn = counterexample(problem.code, about, draft)
        column = _end(examined.source, problem)
        yield Found(
            severity=problem.severity,
            code=problem.code,
            what=plain(problem.message),
            advice=plain(problem.advice),
            file=problem.file,
            line=problem.line,
            column=problem.column,
            end_line=problem.line,
            end_column=column,
            path=problem.path,
            at=plain(spell(problem.path)),
            task=task,
            trigger=_member(problem.path, "triggers"),
            edge=edge,
            counterexample=drawn,
        )


def _member(path: Path, of: str) -> str | None:
    return str(path[1]) if len(path) > 1 and path[0] == of else None


def _edge(shape: Shape, path: Path) -> FoundEdge | None:
    if shape.pipeline is None or len(path) < 2 or path[0] != "edges" or path[1] not in shape.edges:
        return None
    index = int(path[1])
    edge = shape.pipeline.edges[shape.edges.index(index)]
    return FoundEdge(id=edge.id, index=index, from_task=edge.from_, to_task=edge.to, on=edge.on)


def _end(source: Source, problem: Problem) -> int:
    """Of the word that stands there."""
    line = source.lines[problem.line] if problem.line else ""
    word = _WORD.match(line, max(0, problem.column - 1)) if line else None
    return problem.column if word is None else word.start() + len(word[0].rstrip()) + 1
