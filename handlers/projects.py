"""Projects: what their pipelines share, as people see and set it. One adapter per backend.

What a file of the workspace says of a project is edited in that file, and nowhere else: there is one truth (`docs/decisions`). What no
file says is kept in the cabinet. Variables and secrets that people set win over those of files, which stay as they are.

What must always hold: nobody is told the value of a secret. It goes in, and out to tasks alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, NamedTuple, Protocol

import orjson
from pydantic import Field, JsonValue

from events.ledger import Millis
from schemas.errors import MurmurationError
from schemas.model import Model
from schemas.project import Project

DRAWER: Final = "projects"
"""Descriptions, by the project's name."""
LARGEST: Final = 8_192
"""Bytes of a variable as JSON, and of a secret: what the parameter store keeps."""


class NoSuchProject(MurmurationError):
    code = "no-such-project"


class BadSetting(MurmurationError):
    """A variable or a secret that cannot be kept. Never with its value."""

    code = "bad-setting"


class KeptInFile(MurmurationError):
    """It stands in a file of the workspace, and is changed there."""

    code = "kept-in-file"


class Kind(StrEnum):
    VARIABLE = "variable"
    SECRET = "secret"


class Source(StrEnum):
    FILE = "file"
    """Of the workspace: project.yaml, or secrets.env."""
    SET = "set"
    """By somebody, through the API or the command."""


class Given(NamedTuple):
    """A variable or a secret; of a secret never its value."""

    name: str
    kind: Kind
    source: Source
    there: bool = True
    """False of a secret that is named, and has no value."""
    value: JsonValue = None
    at: Millis | None = None


Announce = Literal["heard", "all"]


class Description(Model):
    """What of a project is edited."""

    description: str = Field(default="", max_length=10_000)
    owner: Annotated[str, Field(max_length=320)] | None = None
    announce: Announce = Field(default="heard", description="Which announcements go out: those somebody hears, or all.")


class Projects(Protocol):
    def documents(self) -> Mapping[str, Project]:
        """What files say of projects."""
        ...

    def describe(self, project: str, told: Description) -> None:
        """In the file that says it now."""
        ...

    def pipelines(self) -> Iterable[str]:
        """Names of those that are live, `project/pipeline`."""
        ...

    def given(self, project: str, kind: Kind) -> Sequence[Given]:
        """By name; what is set hides what a file says."""
        ...

    def put_variable(self, project: str, name: str, value: JsonValue) -> None:
        """Its next attempt has every task find it so."""
        ...

    def put_secret(self, project: str, name: str, value: str) -> None: ...

    def remove(self, project: str, kind: Kind, name: str) -> bool:
        """What was set. False where nothing was."""
        ...


def fitting(kind: Kind, name: str, value: JsonValue) -> None:
    """`BadSetting` for what no store keeps. A size is told, a value never."""
    size = len(value.encode()) if isinstance(value, str) and kind is Kind.SECRET else len(orjson.dumps(value))
    if not 0 < size <= LARGEST:
        told = f"the {kind} {name} has {size:,} bytes, and 1 to {LARGEST:,} are kept"
        advice = "Keep what is larger in a bucket, and its key here" if size else "Remove what is to have no value"
        raise BadSetting(told, where=name, advice=advice)
