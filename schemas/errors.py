"""The error tree: everything this product raises on purpose.

    MurmurationError            code, what is wrong, where, what to do
    ├── UnreadableDocument      a file that is not a document at all
    ├── InvalidDocument         a document with mistakes; carries every one of them
    ├── InvalidDuration         "30 parsecs"
    ├── InvalidPattern          an event pattern that EventBridge would refuse
    ├── InvalidExpression       a ${...} that does not parse
    ├── ExpressionFailed        a ${...} that parses and then cannot be answered
    ├── InvalidEvent            an event from outside that is not a CloudEvent
    ├── OutputTooLarge          a task's output whose fields for conditions cannot travel in an event
    └── CompileError            a pipeline that cannot become rules

Every error has a stable code and three parts: what is wrong, where, what to do. Codes never change their meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from schemas.problem import Problem


class MurmurationError(Exception):
    code: ClassVar[str] = "error"

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        self.what = what
        self.where = where
        self.advice = advice
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f". {self.advice}" if self.advice else ""
        return f"{place}{self.what}{advice}"


class UnreadableDocument(MurmurationError):
    code = "unreadable"


class InvalidDocument(MurmurationError):
    code = "invalid-document"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(
            f"{len(problems)} mistake{'s' if len(problems) != 1 else ''}", advice="; ".join(map(str, problems))
        )


class InvalidDuration(MurmurationError):
    code = "bad-duration"


class InvalidPattern(MurmurationError):
    code = "bad-pattern"


class InvalidExpression(MurmurationError):
    code = "bad-expression"


class ExpressionFailed(MurmurationError):
    code = "expression-failed"


class InvalidEvent(MurmurationError):
    code = "bad-event"


class OutputTooLarge(MurmurationError):
    code = "output-too-large"


class CompileError(MurmurationError):
    code = "cannot-compile"
