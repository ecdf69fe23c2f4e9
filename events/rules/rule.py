"""A rule of the plan: who hears what, under which pattern, and what each target is told.

This is the plan and not its rendering. It knows no JSON of EventBridge's API; `events.rules.render` writes that, and
another bus can be another rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.model import JsonObject


class Owner(StrEnum):
    """With whom a rule comes and goes."""

    VERSION = "version"
    PIPELINE = "pipeline"
    """Triggers: they carry no version, start reads the active one."""
    BUS = "bus"
    """Made once and shared by all."""


class Bus(StrEnum):
    OWN = "own"
    DEFAULT = "default"
    """The account's default bus, where AWS speaks."""


@dataclass(frozen=True, slots=True)
class Target:
    id: str
    arn: str
    told: JsonObject | None = None
    """What it is given beside the event; None: the event alone, as it is."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """What it is given out of the event: by name, the path in the event."""


@dataclass(frozen=True, slots=True)
class Rule:
    owner: Owner
    stem: tuple[str, ...]
    """What its name begins with; a hash of its content follows."""
    hears: str
    """In words, for people."""
    pattern: JsonObject
    targets: tuple[Target, ...]
    bus: Bus = Bus.OWN
    canaried: bool = False
    """A canary may be sent through it, to see whether it already delivers."""

    def __post_init__(self) -> None:
        assert 1 <= len(self.targets) <= 5, f"{len(self.targets)} targets"
        assert len({target.id for target in self.targets}) == len(self.targets), "a target's id is its own"
