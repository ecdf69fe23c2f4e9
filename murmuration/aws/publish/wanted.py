"""A rule as publishing handles it: as EventBridge takes it, with whose it is and what it hears. The catalog keeps it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from events.rules import Plan, Rule, Surroundings, canary_of, render
from events.rules.render import compact
from events.rules.rule import Owner
from schemas.model import JsonObject

DESCRIPTION_LENGTH: Final = 512


class Place(NamedTuple):
    """A rule's name is its own on its bus."""

    bus: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    place: Place
    pattern: JsonObject
    targets: tuple[JsonObject, ...]
    owner: Owner
    hears: str
    canaried: bool

    @property
    def canary(self) -> str:
        return canary_of({"Name": self.place.name})

    @property
    def bare(self) -> JsonObject:
        """The pattern without the canary's branch: what it is there for."""
        return without_canary(self.pattern) if self.canaried else self.pattern

    @property
    def pattern_text(self) -> str:
        return compact(self.pattern)

    def arns(self) -> Iterator[str]:
        return (str(target["Arn"]) for target in self.targets)

    def document(self) -> JsonObject:
        return {
            "Bus": self.place.bus,
            "Name": self.place.name,
            "EventPattern": self.pattern,
            "Targets": list(self.targets),
            "Owner": self.owner.value,
            "Hears": self.hears,
            "Canaried": self.canaried,
        }


def wanted(rule: Rule, surroundings: Surroundings) -> Wanted:
    return read({**render(rule, surroundings), "Owner": rule.owner, "Hears": rule.hears, "Canaried": rule.canaried})


def wanted_of(plan: Plan, surroundings: Surroundings) -> tuple[Wanted, ...]:
    return tuple(wanted(rule, surroundings) for rule in plan.all)


def read(document: JsonObject) -> Wanted:
    pattern, targets = document["EventPattern"], document["Targets"]
    assert isinstance(pattern, dict), "a rule has its pattern"
    assert isinstance(targets, list), "and its targets"
    return Wanted(
        place=Place(str(document["Bus"]), str(document["Name"])),
        pattern=pattern,
        targets=tuple(target for target in targets if isinstance(target, dict)),
        owner=Owner(str(document["Owner"])),
        hears=str(document["Hears"]),
        canaried=bool(document["Canaried"]),
    )


def read_all(documents: Iterable[JsonObject]) -> tuple[Wanted, ...]:
    return tuple(read(document) for document in documents)


def without_canary(pattern: JsonObject) -> JsonObject:
    branches = pattern.get("$or")
    if not isinstance(branches, list) or len(branches) != 2 or not isinstance(branches[0], dict):
        return pattern
    return {"source": pattern["source"], **branches[0]}


def names(rules: Sequence[Wanted]) -> frozenset[Place]:
    return frozenset(rule.place for rule in rules)
