"""What publishing means: told before anything is changed (a dry run), and after it. Plain data, for the API and the command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.errors import MurmurationError
from schemas.model import JsonObject


@dataclass(frozen=True, slots=True)
class Obstacle:
    what: str
    advice: str
    pipeline: str = ""
    """Empty: it is about all that is published together."""
    stops: bool = True
    """False: something could not be looked at, and may be well."""

    def document(self) -> JsonObject:
        return {"pipeline": self.pipeline, "what": self.what, "advice": self.advice, "stops": self.stops}


class CannotPublish(MurmurationError):
    """All that stands in the way, at once. Nothing was changed."""

    code = "cannot-publish"

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(
            "; ".join(f"{one.pipeline}: {one.what}" if one.pipeline else one.what for one in obstacles),
            advice=". ".join(dict.fromkeys(one.advice for one in obstacles if one.advice)),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing one pipeline means."""

    pipeline: str
    version: int
    new: bool
    """False: this very version is live already."""
    plan: str
    why: str
    added: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    """Triggers' rules that go at once."""
    later: tuple[str, ...]
    """Rules that go when the version that now drains has retired."""
    drains: tuple[str, ...]
    triggers: tuple[str, ...]

    def document(self) -> JsonObject:
        return {
            "pipeline": self.pipeline,
            "version": self.version,
            "new": self.new,
            "plan": self.plan,
            "why": self.why,
            "rules": {"added": [*self.added], "kept": [*self.kept], "removed": [*self.removed], "later": [*self.later]},
            "drains": [*self.drains],
            "triggers": [*self.triggers],
        }


@dataclass(frozen=True, slots=True)
class Impact:
    changes: tuple[Change, ...]
    quota: JsonObject
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def possible(self) -> bool:
        return not any(one.stops for one in self.obstacles)

    def require(self) -> None:
        if not self.possible:
            raise CannotPublish([one for one in self.obstacles if one.stops])

    def document(self) -> JsonObject:
        """In the words of the local stack's publish, and more."""
        return {
            "published": [change.document() for change in self.changes],
            "quota": self.quota,
            "obstacles": [one.document() for one in self.obstacles],
        }


def named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
