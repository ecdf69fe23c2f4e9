"""Expressions: each parses, and reads only what is there when its task runs (DESIGN section 3, last lines).

A task's parameters may read the input, the outcomes of ancestors, the run, the trigger, variables, secrets, and `item` in a
`for_each`. Of an ancestor that may still be at work when the task runs they may read only with a default. A trigger's
`input` and `key` read the event.
"""

from __future__ import annotations

from pydantic import JsonValue

from events.check.closed import Closed
from events.check.subject import Subject
from events.expressions import (
    EVENT_ROOTS,
    FIELDS,
    ROOTS,
    WEBHOOK_ROOTS,
    Reference,
    Template,
    mistakes,
    references,
)
from schemas.errors import InvalidExpression
from schemas.names import did_you_mean
from schemas.pipeline import Task
from schemas.problem import Code, Path, Severity, spell
from schemas.trigger import Trigger

_OF_A_TASK = ("output", "error", "status")
_EVENT_FROM_A_BUS = frozenset(["event", "s3", "pipeline"])
_ONLY_IN_TASKS = frozenset(["input", "tasks", "item", "run"])


def check_expressions(subject: Subject) -> None:
    schema = Closed(subject.pipeline.input)
    for name, task in subject.pipeline.tasks.items():
        checking = _OfTask(subject, schema, name, task)
        for path, value in _texts(subject, name, task):
            for read in _read(subject, path, value):
                checking.check((*path, *read.where), read, in_items=path[2] == "for_each")
        if task.for_each is not None:
            _check_items(subject, name, task.for_each.items)
    for name, trigger in subject.pipeline.triggers.items():
        _check_trigger(subject, name, trigger)


def _texts(subject: Subject, name: str, task: Task) -> list[tuple[Path, JsonValue]]:
    """What may hold expressions, and where it stands."""
    found: list[tuple[Path, JsonValue]] = [(("tasks", name, "with"), task.with_)]
    if task.for_each is not None:
        found.append((_place_of_items(subject, name), task.for_each.items))
    return found


def _place_of_items(subject: Subject, name: str) -> Path:
    items: Path = ("tasks", name, "for_each", "items")
    return items if subject.source.has(items) else items[:-1]


def _check_items(subject: Subject, name: str, items: JsonValue) -> None:
    path = _place_of_items(subject, name)
    if isinstance(items, list) or subject.shape.touched(*path):
        return
    if isinstance(items, str) and (mistakes(items) or Template.parse(items).is_one_expression):
        return
    subject.add(
        Code.BAD_VALUE,
        path,
        "for_each takes a list, and this is never one",
        'Write a list, or one expression that gives it and nothing beside it: "${input.items}"',
    )


def _read(subject: Subject, path: Path, value: JsonValue) -> tuple[Reference, ...]:
    try:
        return references(value)
    except InvalidExpression:
        wrong = mistakes(value)
    for mistake in wrong:
        subject.add(Code.BAD_EXPRESSION, (*path, *mistake.where), mistake.what, mistake.advice)
    return references(_without(value, {mistake.where for mistake in wrong}))


def _without(value: JsonValue, wrong: set[Path], path: Path = ()) -> JsonValue:
    if path in wrong:
        return None
    if isinstance(value, dict):
        return {key: _without(member, wrong, (*path, key)) for key, member in value.items()}
    if isinstance(value, list):
        return [_without(item, wrong, (*path, at)) for at, item in enumerate(value)]
    return value


class _OfTask:
    def __init__(self, subject: Subject, schema: Closed, name: str, task: Task) -> None:
        self.subject = subject
        self.schema = schema
        self.name = name
        self.task = task

    def check(self, path: Path, read: Reference, *, in_items: bool) -> None:
        match read.root:
            case "tasks":
                self._task(path, read)
            case "item":
                if self.task.for_each is None or in_items:
                    advice = "Write for_each: ${...} in the task, or read tasks.NAME.output"
                    where = "in for_each itself" if in_items else "in a task without for_each"
                    self.subject.add(Code.UNKNOWN_NAME, path, f"there is no item {where}", advice)
            case "secrets":
                _shared(self.subject, path, read, "secret")
            case "variables":
                _shared(self.subject, path, read, "variable")
            case "input":
                self._input(path, read)
            case "run" | "trigger" as root:
                self._told_by_the_system(path, read, FIELDS[root])
            case root if root in self.subject.pipeline.tasks:
                what = spell(read.path if len(read.path) > 1 else (root, "output"))
                advice = f"Write ${{tasks.{what}}}"
                self.subject.add(Code.UNKNOWN_NAME, path, f'there is no "{root}" to read here', advice)
            case root:
                unknown_root(self.subject, path, read, root, ROOTS)

    def _told_by_the_system(self, path: Path, read: Reference, known: tuple[str, ...]) -> None:
        field = read.path[1] if len(read.path) > 1 else known[0]
        if field not in known:
            told = f'a {read.root} has no "{field}" to read, so this is always null'
            advice = did_you_mean(str(field), known) or f"There is {', '.join(known)}"
            self.subject.add(Code.UNKNOWN_NAME, path, told, advice, severity=Severity.WARNING)

    def _input(self, path: Path, read: Reference) -> None:
        if missing := self.schema.missing(read.path[1:]):
            field, known = missing
            advice = did_you_mean(field, known) or f"It has {', '.join(known) or 'no fields'}"
            self.subject.add(Code.UNKNOWN_NAME, path, f'the input schema allows no "{field}"', advice)

    def _task(self, path: Path, read: Reference) -> None:
        add, other = self.subject.add, read.task
        if other is None:
            add(
                Code.BAD_EXPRESSION,
                path,
                f"{_spelled(read)} does not say which task it reads",
                "Name it: ${tasks.NAME.output}",
            )
            return
        if not self.subject.knows_task(other):
            advice = did_you_mean(other, self.subject.pipeline.tasks) or "Name a task of this pipeline"
            add(Code.UNKNOWN_TASK, path, f'there is no task "{other}"', advice)
            return
        self._ancestor(path, read, other)
        if len(read.path) > 2 and read.path[2] not in _OF_A_TASK:
            field = str(read.path[2])
            advice = did_you_mean(field, _OF_A_TASK) or f"What it gave is ${{tasks.{other}.output.{field}}}"
            add(Code.UNKNOWN_NAME, path, f'a task has output, error and status, and no "{field}"', advice)

    def _ancestor(self, path: Path, read: Reference, other: str) -> None:
        if self.name in self.subject.doubtful or other not in self.subject.pipeline.tasks:
            return
        graph = self.subject.graph
        if other == self.name:
            advice = "A task reads its input, and what tasks before it gave"
            self.subject.add(Code.NOT_AN_ANCESTOR, path, f"{other} is this very task", advice)
        elif not graph.comes_before(other, self.name):
            advice = f"Add the edge {{from: {other}, to: {self.name}}}, or name a task before it"
            self.subject.add(Code.NOT_AN_ANCESTOR, path, f"{self.name} runs without waiting for {other}", advice)
        elif not read.has_default and not graph.one_is_certain({other, *read.instead_of}, self.name):
            self.subject.add(
                Code.MAY_BE_UNDECIDED,
                path,
                f"{other} may still be at work when {self.name} runs",
                f"Give a default, ${{{read.expression[:60]} || 'none'}}, or let the join wait for it",
            )


def _check_trigger(subject: Subject, name: str, trigger: Trigger) -> None:
    for field, value in (("input", trigger.input), ("key", trigger.key)):
        path: Path = ("triggers", name, field)
        for read in _read(subject, path, value):
            place = (*path, *read.where)
            if read.root in ("secrets", "variables"):
                unknown_root(subject, place, read, read.root, EVENT_ROOTS)
            elif trigger.kind in _EVENT_FROM_A_BUS:
                if read.root not in EVENT_ROOTS:
                    unknown_root(subject, place, read, read.root, EVENT_ROOTS)
            elif read.root in _ONLY_IN_TASKS:
                unknown_root(subject, place, read, read.root, EVENT_ROOTS)
            elif trigger.webhook is not None and read.root not in WEBHOOK_ROOTS:
                unknown_root(subject, place, read, read.root, WEBHOOK_ROOTS, severity=Severity.WARNING)


def unknown_root(
    subject: Subject,
    path: Path,
    read: Reference,
    root: str,
    known: tuple[str, ...],
    *,
    severity: Severity = Severity.ERROR,
) -> None:
    if root == "@":
        message, advice = f"{_spelled(read)} reads everything there is", "Name what it reads"
    else:
        message = f'there is no "{root}" to read here'
        advice = did_you_mean(root, known) or f"There is {', '.join(known)}"
    subject.add(Code.UNKNOWN_NAME, path, message, advice, severity=severity)


def _shared(subject: Subject, path: Path, read: Reference, kind: str) -> None:
    """A secret or a variable of the project, where the project's document is there to say what it has."""
    if subject.project is None or len(read.path) < 2:
        return
    name = str(read.path[1])
    known = subject.project.secrets if kind == "secret" else tuple(subject.project.variables)
    if name not in known:
        advice = did_you_mean(name, known) or f"Add it to the project's {kind}s"
        subject.add(Code.UNKNOWN_NAME, path, f'the project has no {kind} "{name}"', advice)


def _spelled(read: Reference) -> str:
    return "${" + read.expression[:60] + "}"
