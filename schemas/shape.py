"""A document's shape: every mistake that the models find, in our words, and as much of the model as can be had.

The checks of meaning (graph, conditions, expressions) are to run on what is well formed even where something is not. So
whatever does not fit is cut out, as little as will do, and the rest is read again until it is a model:

    an optional field < an entry (task, trigger, edge, ...) < for what cannot be missing, a stand-in

`damaged` remembers what was cut, by its path in the document, so that no check concludes anything from its absence. A task
is never cut but for its name: one without a usable function keeps its place in the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import orjson
from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import InvalidDocument, UnreadableDocument
from schemas.fields import fields, may_go, model_at
from schemas.model import JsonObject
from schemas.names import did_you_mean
from schemas.pipeline import Pipeline
from schemas.problem import Code, Path, Problem
from schemas.project import Project
from schemas.source import Source
from schemas.trigger import SOURCES
from schemas.wording import Wording, word, word_join

STAND_IN = "unknown"
_CHOICES = frozenset(["function", "action", "cron", "rate", "secret", "signature", *SOURCES])
"""The keys that a mapping's own rule ("either function or action") looks at."""
_AT_KEY = frozenset([Code.UNKNOWN_KEY, Code.MISSING_KEY])
_SCHEMA = "$schema"
"""For editors; it says nothing of the pipeline."""
_STANDS_IN: tuple[Path, ...] = ((), ("function",), ("action",))


@dataclass(frozen=True)
class Shape:
    source: Source
    pipeline: Pipeline | None = None
    project: Project | None = None
    problems: tuple[Problem, ...] = ()
    damaged: frozenset[Path] = frozenset()
    edges: tuple[int, ...] = ()
    """Where each edge of the model stands in the document's list."""

    @cached_property
    def _touched(self) -> frozenset[Path]:
        return frozenset(path[:length] for path in self.damaged for length in range(len(path) + 1))

    def touched(self, *path: str | int) -> bool:
        """Whether something at or below this path was cut."""
        return path in self._touched

    def gone(self, *path: str | int) -> bool:
        """Whether this path, or something it is a part of, was cut."""
        return any(path[:length] in self.damaged for length in range(1, len(path) + 1))


def shape(source: Source) -> Shape:
    """What a source holds. Never raises; `problems` are the source's and the shape's."""
    if source.root is None:
        return Shape(source, problems=source.problems)
    document = source.root.value
    assert isinstance(document, dict), "a source's root is a mapping"
    if isinstance(document.get(_SCHEMA), str):
        document = {key: value for key, value in document.items() if key != _SCHEMA}
    model = kind_of(document)
    mending = _Mending(source, model, document)
    found = mending.run()
    problems = (*source.problems, *mending.problems)
    damaged = frozenset((*mending.damaged, *source.damaged))
    if isinstance(found, Pipeline):
        return Shape(source, pipeline=found, problems=problems, damaged=damaged, edges=tuple(mending.edge_at))
    return Shape(source, project=found, problems=problems, damaged=damaged)


def read_pipeline(source: Source) -> Pipeline:
    """A pipeline without a mistake of shape, or an exception that carries them all."""
    found = shape(source)
    if source.root is None:
        first = source.problems[0]
        raise UnreadableDocument(first.message, where=source.file, advice=first.advice)
    if found.problems:
        raise InvalidDocument(found.problems)
    if found.pipeline is None:
        raise UnreadableDocument(
            "this is a project, not a pipeline", where=source.file, advice="Name a pipeline's file"
        )
    return found.pipeline


def kind_of(document: JsonObject) -> type[Pipeline] | type[Project]:
    """A document is a pipeline unless it can only be a project."""
    only_pipeline = fields(Pipeline).keys() - fields(Project).keys()
    if "project" not in document or only_pipeline & document.keys():
        return Pipeline
    strange = document.keys() - fields(Project).keys()
    return Pipeline if any(did_you_mean(key, only_pipeline) for key in strange) else Project


@dataclass
class _Mending:
    source: Source
    model: type[Pipeline] | type[Project]
    document: JsonObject
    problems: list[Problem] = field(default_factory=list)
    damaged: set[Path] = field(default_factory=set)
    edge_at: list[int] = field(default_factory=list)

    def run(self) -> Pipeline | Project:
        rest: JsonObject = orjson.loads(orjson.dumps(self.document))
        edges = rest.get("edges")
        self.edge_at = list(range(len(edges))) if isinstance(edges, list) else []
        while True:
            before = orjson.dumps(rest)
            try:
                return self.model.read(rest)
            except ValidationError as wrong:
                self._mend(rest, wrong.errors(include_url=False, include_input=False))
            assert orjson.dumps(rest) != before, "every pass cuts something, so it comes to an end"

    def _mend(self, rest: JsonObject, errors: Sequence[ErrorDetails]) -> None:
        placed = [(self._path(error, rest), error) for error in errors]
        self._tell(placed, rest)
        lost_edges: set[int] = set()
        for path, error in placed:
            self._cut(rest, path, error, lost_edges)
        edges = rest.get("edges")
        if lost_edges and isinstance(edges, list):
            rest["edges"] = [edge for at, edge in enumerate(edges) if at not in lost_edges]
            self.edge_at = [told for at, told in enumerate(self.edge_at) if at not in lost_edges]

    def _path(self, error: ErrorDetails, rest: JsonValue) -> Path:
        """Where the error stands in the rest: what the validator names beside that (a union's branch) is left out."""
        path: list[str | int] = []
        for step in error["loc"]:
            if isinstance(rest, dict) and step in rest:
                rest = rest[str(step)]
            elif isinstance(rest, list) and isinstance(step, int):
                rest = rest[step]
            else:
                continue
            path.append(step)
        if error["type"] == "missing":
            path.append(error["loc"][-1])
        return tuple(path)

    def _told(self, path: Path) -> Path:
        """The same place in the document as it was written."""
        if len(path) > 1 and path[0] == "edges" and isinstance(path[1], int):
            return ("edges", self.edge_at[path[1]], *path[2:])
        return path

    def _tell(self, placed: Iterable[tuple[Path, ErrorDetails]], rest: JsonObject) -> None:
        worded: dict[tuple[Path, str], tuple[Wording, bool]] = {}
        for path, error in placed:
            told = self._told(path)
            if self._follows(told, error["type"], rest):
                continue
            if path[:1] == ("tasks",) and path[2:3] == ("join",):
                worded[told[:3], "join"] = word_join(_at(rest, path[:3])), False
            else:
                wording = word(error, path, _named(error, path, rest), self._free_keys(path, rest))
                key = wording.code in _AT_KEY or error["type"] == "one_of" or "[key]" in error["loc"]
                worded[told, error["type"]] = wording, key
        meant = {(*told[:-1], wording.meant) for (told, _), (wording, _) in worded.items() if wording.meant}
        self.damaged |= meant
        for (told, kind), (wording, key) in worded.items():
            if kind != "missing" or told not in meant:
                self.problems.append(self.source.problem(wording.code, told, wording.message, wording.advice, key=key))

    def _free_keys(self, path: Path, rest: JsonObject) -> tuple[str, ...]:
        """The keys that could still be written beside this one."""
        owner, siblings = model_at(self.model, path[:-1]), _at(rest, path[:-1])
        present = siblings.keys() if isinstance(siblings, dict) else ()
        return tuple(key for key in fields(owner) if key not in present) if owner else ()

    def _follows(self, told: Path, kind: str, rest: JsonObject) -> bool:
        """Whether this error only follows from a mistake that was told before."""
        if told in self.source.damaged:
            return True
        if kind in ("one_of", "missing_secret", "missing"):
            owner = told[:-1] if kind == "missing" else told
            return any((*owner, name) in self.damaged for name in _CHOICES) or told in self.damaged
        if kind == "too_short":
            return any(path[:-1] == told for path in self.damaged)
        if told[:1] == ("edges",) and kind == "string_pattern_mismatch":
            tasks = self.document.get("tasks")
            return isinstance(tasks, dict) and _at(rest, self._now(told)) in tasks
        return False

    def _now(self, told: Path) -> Path:
        return ("edges", self.edge_at.index(int(told[1])), *told[2:])

    def _cut(self, rest: JsonObject, path: Path, error: ErrorDetails, lost_edges: set[int]) -> None:
        if path[:1] == ("tasks",) and path[2:] in _STANDS_IN and "[key]" not in error["loc"] and len(path) > 1:
            self._stand_in_for_task(rest, str(path[1]))
            return
        for length in range(len(path), 0, -1):
            if may_go(self.model, path[:length]):
                self.damaged.add(self._told(path[:length]))
                _remove(rest, path[:length], lost_edges)
                return
        name = str(path[0]) if path else "project"
        self.damaged.add((name,))
        rest[name] = {STAND_IN: {"function": STAND_IN}} if name == "tasks" else STAND_IN

    def _stand_in_for_task(self, rest: JsonObject, name: str) -> None:
        tasks = rest["tasks"]
        assert isinstance(tasks, dict)
        if name not in tasks:
            return
        task = tasks[name]
        if isinstance(task, dict):
            self.damaged.add(("tasks", name, "function"))
            tasks[name] = {**{key: value for key, value in task.items() if key != "action"}, "function": STAND_IN}
        else:
            self.damaged.add(("tasks", name))
            tasks[name] = {"function": STAND_IN}


def _named(error: ErrorDetails, path: Path, rest: JsonObject) -> JsonValue:
    """What the error is about: the value at its path, or the key itself."""
    return str(path[-1]) if error["loc"][-1] == "[key]" else _at(rest, path)


def _at(rest: JsonValue, path: Path) -> JsonValue:
    for step in path:
        if isinstance(rest, dict):
            rest = rest.get(str(step))
        elif isinstance(rest, list) and isinstance(step, int):
            rest = rest[step]
    return rest


def _remove(rest: JsonObject, path: Path, lost_edges: set[int]) -> None:
    owner = _at(rest, path[:-1])
    if isinstance(owner, dict):
        owner.pop(str(path[-1]), None)
    elif isinstance(path[-1], int):
        lost_edges.add(path[-1])
