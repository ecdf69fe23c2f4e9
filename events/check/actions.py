"""Built-in actions: that there is one of this name, and that it takes these parameters.

What actions there are is known above the core, so whoever calls brings it along. A name that nobody has is an error. What
an action would say to its parameters is a warning: it says the same again when it runs, and judges for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from events.check.subject import Subject
from schemas.model import JsonObject
from schemas.problem import Code, Problem, Severity

ActionCheck = Callable[[str, JsonObject], Sequence[Problem]]
"""What is wrong with a task's `action` and `with`. Paths start at the task."""

_AT_KEY = frozenset([Code.UNKNOWN_KEY, Code.MISSING_KEY])


def check_actions(subject: Subject, mistakes_in: ActionCheck) -> None:
    for name, task in subject.pipeline.tasks.items():
        if task.action is None or subject.shape.touched("tasks", name, "with"):
            continue
        for found in mistakes_in(task.action, task.with_):
            path = ("tasks", name, *found.path)
            severity = Severity.ERROR if found.path == ("action",) else Severity.WARNING
            subject.add(found.code, path, found.message, found.advice, key=found.code in _AT_KEY, severity=severity)
