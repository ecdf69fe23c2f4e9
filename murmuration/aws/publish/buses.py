"""What is on the buses: every rule of our own bus, and of the account's default bus those that this stack put there.

A rule is ours if publishing put it: its name ends in the hash of its content, and its description in words that name the
stack. Rules that a template made, ours or a user's, are never changed and never removed; one that says the same as a rule
that is wanted stands for it.

What must always hold: a rule of ours that is enabled is whole. It is put disabled, given its targets, then enabled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from events.rules import Room, Surroundings
from events.rules.quota import has_wildcard
from events.rules.render import HASH_LENGTH
from murmuration.aws.publish.wanted import DESCRIPTION_LENGTH, Place, Wanted
from murmuration.aws.refusals import translated
from schemas.model import JsonObject

WHERE: Final = "EventBridge"
DEFAULT: Final = "default"
_PAGE: Final = 100
_NAME: Final = re.compile(rf"-[0-9a-f]{{{HASH_LENGTH}}}\Z")


@dataclass(frozen=True, slots=True)
class Seen:
    place: Place
    pattern: JsonObject
    """Empty for a rule that listens to the clock."""
    enabled: bool
    ours: bool


class OnBuses:
    """As they were listed."""

    def __init__(self, rules: Iterable[Seen]) -> None:
        self.rules = tuple(rules)
        self._by_place = {rule.place: rule for rule in self.rules}

    def __contains__(self, place: Place) -> bool:
        return place in self._by_place

    def has(self, rule: Wanted) -> bool:
        """It stands there, whole, or another that was deployed says the same."""
        found = self._by_place.get(rule.place)
        return (found is not None and found.enabled) or self.deployed(rule)

    def deployed(self, rule: Wanted) -> bool:
        """By a template, under a name of its own."""
        return any(
            seen.enabled and not seen.ours and seen.place.bus == rule.place.bus and seen.pattern == rule.bare
            for seen in self.rules
            if seen.place != rule.place
        )

    def ours(self) -> Iterator[Seen]:
        return (rule for rule in self.rules if rule.ours)

    def room(self, bus: str, quota: int, besides: Iterable[Place] = ()) -> Room:
        """What is on the bus, without the rules that are asked for anyway."""
        asked = frozenset(besides)
        there = [rule for rule in self.rules if rule.place.bus == bus and rule.place not in asked]
        return Room(len(there), sum(has_wildcard(rule.pattern) for rule in there), quota)


def look(events: Any, surroundings: Surroundings) -> OnBuses:
    return OnBuses(seen for bus in (surroundings.bus, DEFAULT) for seen in _listed(events, bus, surroundings.prefix))


def description(rule: Wanted, prefix: str) -> str:
    mark = _mark(prefix)
    return f"{f'When {rule.hears}'[: DESCRIPTION_LENGTH - len(mark)]}{mark}"


def _listed(events: Any, bus: str, prefix: str) -> Iterator[Seen]:
    asks: dict[str, Any] = {"EventBusName": bus, "Limit": _PAGE}
    while True:
        with translated(WHERE):
            page = events.list_rules(**asks)
        for raw in page["Rules"]:
            yield _seen(raw, bus, prefix)
        if not page.get("NextToken"):
            return
        asks["NextToken"] = page["NextToken"]


def _seen(raw: dict[str, Any], bus: str, prefix: str) -> Seen:
    name = str(raw["Name"])
    put = (
        name.startswith(f"{prefix}-") and _NAME.search(name) and str(raw.get("Description", "")).endswith(_mark(prefix))
    )
    pattern = orjson.loads(raw.get("EventPattern") or "{}")
    return Seen(Place(bus, name), pattern, raw.get("State") != "DISABLED", bool(put))


def _mark(prefix: str) -> str:
    return f". Put by murmur publish for {prefix}."
