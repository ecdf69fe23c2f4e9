"""What may be published: every mistake in a set of documents, at once.

    checked = check([read(data, file="pipelines/thumbnails.yaml")], target=Target.AWS)
    checked.problems      # sorted by file and place; warnings among them
    checked.pipelines     # those without an error

One file per concern. Each check looks at what is well formed, whatever else is wrong, and says nothing that is only the
consequence of a mistake that is told already. A document that AWS alone would refuse is refused for AWS alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from events.check.actions import ActionCheck, check_actions
from events.check.advice import check_advice
from events.check.aws import check_aws
from events.check.between import check_between
from events.check.conditions import check_conditions
from events.check.contradictions import check_contradictions
from events.check.edges import check_edges
from events.check.exclusions import check_exclusions
from events.check.expressions import check_expressions
from events.check.input_schema import check_input_schema
from events.check.joins import check_joins
from events.check.names import check_names, project_names
from events.check.subject import Subject
from events.check.triggers import check_triggers
from schemas.pipeline import Pipeline
from schemas.problem import Code, Problem, Severity
from schemas.project import Project
from schemas.shape import Shape, shape
from schemas.source import Source

_CHECKS: tuple[Callable[[Subject], None], ...] = (
    check_edges,
    check_conditions,
    check_contradictions,
    check_exclusions,
    check_joins,
    check_expressions,
    check_triggers,
    check_input_schema,
    check_names,
    check_advice,
)


class Given(NamedTuple):
    """Names of what people have set for a project."""

    variables: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()


_NOTHING: Final[Mapping[str, Given]] = {}


class Target(StrEnum):
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Checked:
    problems: tuple[Problem, ...]
    pipelines: tuple[Pipeline, ...] = ()
    """Those that have no error of their own."""
    projects: tuple[Project, ...] = ()
    shapes: tuple[Shape, ...] = ()
    """Of every document, in their order."""

    @property
    def ok(self) -> bool:
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def check(
    sources: Sequence[Source],
    *,
    target: Target | None = None,
    actions: ActionCheck | None = None,
    beside: Sequence[Shape] = (),
    given: Mapping[str, Given] = _NOTHING,
) -> Checked:
    """Everything that is wrong with these documents, each for itself and all together. Pipelines that are `beside` them are known
    by what they start and are started by; nothing is told of them. `given` is, by project, what it has beside its document."""
    shapes = [shape(source) for source in sources]
    projects: dict[str, Project] = {}
    for found in shapes:
        if found.project is not None and not found.gone("project"):
            projects.setdefault(found.project.project, found.project)
    whole = {name: _with(project, given.get(name)) for name, project in projects.items()}
    subjects = [
        Subject(found, found.pipeline, whole.get(found.pipeline.project))
        for found in shapes
        if found.pipeline is not None
    ]
    for subject in subjects:
        for one in _CHECKS:
            one(subject)
        if actions is not None:
            check_actions(subject, actions)
    others = [Subject(one, one.pipeline, whole.get(one.pipeline.project)) for one in beside if one.pipeline is not None]
    check_between(subjects, others)
    if target is Target.AWS:
        check_aws(subjects)
    problems = [problem for found in shapes for problem in found.problems]
    problems += [problem for subject in subjects for problem in subject.problems]
    problems += [
        problem
        for found in shapes
        if found.project is not None
        for problem in project_names(found.source, found.project)
    ]
    problems += _twice(shapes)
    place = {source.file: at for at, source in reversed(list(enumerate(sources)))}
    problems.sort(key=lambda problem: (place[problem.file], problem.line, problem.column))
    return Checked(
        problems=tuple(dict.fromkeys(problems)),
        pipelines=tuple(subject.pipeline for subject in subjects if _is_sound(subject)),
        projects=tuple(projects.values()),
        shapes=tuple(shapes),
    )


def _with(project: Project, given: Given | None) -> Project:
    if given is None:
        return project
    variables = {**dict.fromkeys(given.variables), **project.variables}
    return project.model_copy(update={"variables": variables, "secrets": (*project.secrets, *given.secrets)})


def _is_sound(subject: Subject) -> bool:
    return not any(one.severity is Severity.ERROR for one in (*subject.shape.problems, *subject.problems))


def _twice(shapes: Sequence[Shape]) -> list[Problem]:
    """The same pipeline, or the same project, in two documents."""
    first: dict[tuple[str, str], Source] = {}
    found: list[Problem] = []
    for one in shapes:
        if one.pipeline is not None and not one.gone("project") and not one.gone("pipeline"):
            name = ("pipeline", one.pipeline.name)
        elif one.project is not None and not one.gone("project"):
            name = ("project", one.project.project)
        else:
            continue
        earlier = first.setdefault(name, one.source)
        if earlier is not one.source:
            told = f"the {name[0]} {name[1]} is described here and in {earlier.file or 'another document'}"
            found.append(one.source.problem(Code.DUPLICATE_PIPELINE, (name[0],), told, "Rename one, or remove it"))
    return found
