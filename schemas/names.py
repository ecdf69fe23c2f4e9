"""Names of projects, pipelines, tasks, triggers, functions, buckets: what may be a name, and what somebody meant by one.

A name becomes part of rule names, Lambda payloads, object keys and URLs, so it is plain ASCII: a letter, then letters,
digits, `-` or `_`. Buckets follow S3's own rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated

from pydantic import StringConstraints

NAME = r"^[A-Za-z][A-Za-z0-9_-]*$"
BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"

ProjectName = Annotated[str, StringConstraints(pattern=NAME, max_length=48)]
PipelineName = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
TaskName = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
TriggerName = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
FunctionName = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*$", max_length=64)]
BucketName = Annotated[str, StringConstraints(pattern=BUCKET)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean "resize"?`, or nothing when no known name is near."""
    names = list(known)
    same = [one for one in names if one.casefold() == name.casefold()]
    close = same or get_close_matches(name[:100], names, n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else ""
