"""The checker: what is wrong with a text, beside all that the stack has: its projects, its other pipelines, its functions.

The same words as `murmur check`. Other pipelines are read once and kept for as long as they stay what they are, so that a check of
one costs what that one costs, however many there are.

What must always hold: of a project that the caller cannot see nothing is told, not even a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from events.check import Given, Target, check
from handlers.actions.registry import check_parameters
from handlers.drafts import digest
from handlers.publishing import File, Publishing
from schemas.document import read
from schemas.errors import InvalidDocument
from schemas.names import did_you_mean
from schemas.pipeline import Pipeline
from schemas.problem import Code, Problem, Severity
from schemas.project import Project
from schemas.shape import Shape, shape
from schemas.source import Source
from schemas.yaml_written import as_yaml

Sees = Callable[[str], bool]
"""Whether the caller may look into a project."""
Names = Callable[[str], tuple[Iterable[str], Iterable[str]]]
"""By project, the names of variables and of secrets that people have set beside its document."""
NEW: Final = "pipeline.yaml"
"""What a text is called that has no file yet."""


@dataclass(frozen=True, slots=True)
class Examined:
    shape: Shape
    problems: tuple[Problem, ...]
    sound: Pipeline | None
    """Only where it has no mistake."""
    projects: tuple[Project, ...] = ()

    @property
    def source(self) -> Source:
        return self.shape.source

    @property
    def name(self) -> str:
        """What it calls itself; empty where it does not say."""
        return _calls_itself(self.source)

    @property
    def draft(self) -> Pipeline | None:
        """As much of it as can be read."""
        return self.shape.pipeline

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)

    def require(self) -> Pipeline:
        """A pipeline without a mistake, or all its mistakes."""
        if self.sound is None or self.mistakes:
            raise InvalidDocument(self.mistakes)
        return self.sound


class _Kept(NamedTuple):
    stamp: str
    shape: Shape


class Checker:
    def __init__(self, publishing: Publishing, given: Names, target: Target | None = None) -> None:
        """`target` is where all of it is to be published."""
        self._publishing = publishing
        self._target = target
        self._given = given
        self._kept: dict[str, _Kept] = {}

    def check(
        self,
        text: str,
        sees: Sees,
        *,
        name: str = "",
        project: str = "",
        file: str = "",
        target: Target | None = None,
    ) -> Examined:
        """`name` is the pipeline that it is to be; empty where the text alone says it, and `project` where that may not even say
        so much."""
        files = self._publishing.files()
        there = files.get(name)
        source = read(text, file=file or (NEW if there is None else there.name))
        own = name or _calls_itself(source)
        project = own.partition("/")[0] or project
        seen = sees(project)
        shared = [one for one in self._publishing.projects() if seen and _is_of(one, project)]
        given = {project: Given(*map(frozenset, self._given(project)))} if seen and shared else {}
        beside = [one for other, one in self._others(files).items() if other != own and sees(other.partition("/")[0])]
        checked = check(
            (*shared, source), target=target or self._target, actions=check_parameters, beside=beside, given=given
        )
        found = checked.shapes[-1]
        problems = [one for one in checked.problems if one.file == source.file]
        problems += self._of_functions(found, checked.projects)
        problems += _named_otherwise(found, name)
        problems.sort(key=lambda one: (one.line, one.column))
        sound = next(iter(checked.pipelines), None)
        return Examined(found, tuple(problems), sound, checked.projects)

    def _others(self, files: Mapping[str, File]) -> dict[str, Shape]:
        """What the stack has: files where there are some, else what is live."""
        found = {name: self._kept.get(name) for name in files}
        for name, file in files.items():
            kept = found[name]
            if kept is None or kept.stamp != digest(file.text):
                found[name] = _Kept(digest(file.text), shape(read(file.text, file=file.name)))
        for name in self._publishing.names():
            active = None if name in found else self._publishing.pointer(name).active
            reference = f"{name}@{active}"
            kept = self._kept.get(name)
            if active is not None and kept is not None and kept.stamp == reference:
                found[name] = kept
            elif active is not None and (published := self._publishing.version(reference)) is not None:
                text = as_yaml(published.version.pipeline.document())
                found[name] = _Kept(reference, shape(read(text, file=reference)))
        self._kept = {name: kept for name, kept in found.items() if kept is not None}
        return {name: kept.shape for name, kept in self._kept.items()}

    def _of_functions(self, found: Shape, projects: tuple[Project, ...]) -> Iterator[Problem]:
        """A function that is nowhere is only a warning: it may come before a run wants it."""
        there = self._publishing.functions()
        pipeline = found.pipeline
        if there is None or pipeline is None:
            return
        known = there | pipeline.functions.keys() | {name for one in projects for name in one.functions}
        for task, one in pipeline.tasks.items():
            if one.function is None or one.function in known or found.touched("tasks", task, "function"):
                continue
            advice = did_you_mean(one.function, known) or f"Write functions/{one.function}/handler.py"
            told = f'there is no function "{one.function}" here'
            path = ("tasks", task, "function")
            yield found.source.problem(Code.UNKNOWN_NAME, path, told, advice, severity=Severity.WARNING)


def _calls_itself(source: Source) -> str:
    """PROJECT/PIPELINE, as far as the text says it."""
    told = source.root.value if source.root is not None else None
    names = [told.get(key) for key in ("project", "pipeline")] if isinstance(told, dict) else []
    texts = [name for name in names if isinstance(name, str) and name]
    return "/".join(texts) if len(texts) == 2 else ""


def _is_of(source: Source, project: str) -> bool:
    found = shape(source).project
    return found is not None and found.project == project


def _named_otherwise(found: Shape, name: str) -> Iterator[Problem]:
    """A draft lies under a name, and its text says it again."""
    if not name or found.pipeline is None:
        return
    for key, wanted, given in zip(
        ("project", "pipeline"), name.split("/"), (found.pipeline.project, found.pipeline.pipeline), strict=True
    ):
        if given != wanted and not found.gone(key):
            told = f"this is the draft of {name}, and its text calls the {key} {given}"
            yield found.source.problem(
                Code.BAD_NAME, (key,), told, f"Write {key}: {wanted}, or make a new pipeline of it"
            )
