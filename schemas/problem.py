"""A problem: one mistake in a document, told so that a person can mend it.

A problem has a stable code, a place (file, line, column, and the path inside the document), what is wrong, and what to
write instead. Errors stop a publish; warnings do not. Codes are a closed set: tools match on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Path = tuple[str | int, ...]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    # the text
    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    DUPLICATE_KEY = "duplicate-key"
    BAD_NUMBER = "bad-number"
    # the shape
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    BAD_VALUE = "bad-value"
    BAD_NAME = "bad-name"
    BAD_DURATION = "bad-duration"
    # the graph
    UNKNOWN_TASK = "unknown-task"
    SELF_EDGE = "self-edge"
    CYCLE = "cycle"
    DUPLICATE_EDGE = "duplicate-edge"
    CONTRADICTING_EDGES = "contradicting-edges"
    UNREACHABLE_TASK = "unreachable-task"
    JOIN_NEVER_OPENS = "join-never-opens"
    RUN_NEVER_ENDS = "run-never-ends"
    # conditions, expressions, schedules, schemas
    BAD_PATTERN = "bad-pattern"
    NEVER_MATCHES = "never-matches"
    BAD_EXPRESSION = "bad-expression"
    UNKNOWN_NAME = "unknown-name"
    NOT_AN_ANCESTOR = "not-an-ancestor"
    MAY_BE_UNDECIDED = "may-be-undecided"
    BAD_CRON = "bad-cron"
    BAD_ZONE = "bad-zone"
    BAD_SCHEMA = "bad-schema"
    # between pipelines
    STARTS_ITSELF = "starts-itself"
    DUPLICATE_PIPELINE = "duplicate-pipeline"
    UNKNOWN_PIPELINE = "unknown-pipeline"
    # what AWS cannot do
    AWS_LIMIT = "aws-limit"
    # worth a look
    UNHANDLED_FAILURE = "unhandled-failure"
    NO_TIMEOUT = "no-timeout"


@dataclass(frozen=True, slots=True)
class Problem:
    code: Code
    message: str
    advice: str = ""
    path: Path = ()
    severity: Severity = Severity.ERROR
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else (f"{self.file}: " if self.file else "")
        path = f" (at {spell(self.path)})" if self.path else ""
        advice = f" {self.advice}" if self.advice else ""
        return plain(f"{place}{self.severity} [{self.code}] {self.message}{path}.{advice}")


def spell(path: Path) -> str:
    """`tasks.resize.retry.on[0]`: the way a person writes a place in a document."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def plain(text: str) -> str:
    """What a document holds, as a line that can be shown: no control character of it reaches a terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
