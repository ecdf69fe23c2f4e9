"""Routing by kind: what rules ask of an event is mostly what thousands of events have in common, so they are asked once.

An event's kind is all of it but what `VARIES` names: its id, its run, its moment, its data. A rule that looks at none of
these answers alike for every event of a kind. One that does (a condition) may match some events of a kind and not others;
but with what varies left out of its pattern the rest says for which kinds it can match at all. Where none can, the answer
for one event of a kind is the answer for all.

What must always hold: an event is routed to the same targets as by a plain router.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Final

from events.pattern import Pattern, RuleIndex
from events.router import Routed, Router
from schemas.model import JsonObject

VARIES: Final = (
    *("id", "time", "detail.id", "detail.time", "detail.run", "detail.attempt", "detail.cause", "detail.data"),
    *("detail.traceparent", "detail.tracestate", "detail.dataref"),
)
_BELOW: Final = tuple(f"{path}." for path in VARIES)
KINDS: Final = 20_000
"""Kept in memory."""


class KindRouter(Router):
    def __init__(self) -> None:
        self._doors = RuleIndex()
        """The rules that look at what varies, by the rest of their patterns."""
        self._open: set[str] = set()
        """Those of which nothing is left: they may match an event of any kind."""
        self._known: dict[Hashable, tuple[Routed, ...]] = {}
        super().__init__()

    def known(self, kind: Hashable) -> tuple[Routed, ...] | None:
        """The answer for every event of this kind; None where it is not known, or each must be asked for itself."""
        return self._known.get(kind)

    def learn(self, kind: Hashable, event: JsonObject) -> tuple[Routed, ...]:
        """Route an event of this kind. `kind` tells apart all events that differ in more than what varies."""
        answer = self.route(event)
        if self._is_the_same_for_all(answer, event):
            if len(self._known) >= KINDS:
                self._known.clear()
            self._known[kind] = answer
        return answer

    def add(self, rule: JsonObject) -> None:
        super().add(rule)
        name = rule["Name"]
        assert isinstance(name, str), "a rendered rule has its name"
        self._forget(name)
        whole = Pattern(json.dumps(rule["EventPattern"]))
        rest = whole.without(_varies)
        if rest is None:
            self._open.add(name)
        elif any(_varies(path) for plan in whole.plans for path, _ in plan.fields):
            self._doors.add(name, rest)

    def remove(self, name: str) -> None:
        super().remove(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._known.clear()
        self._open.discard(name)
        if name in self._doors:
            self._doors.remove(name)

    def _is_the_same_for_all(self, answer: tuple[Routed, ...], event: JsonObject) -> bool:
        if self._open or self._doors.match(event):
            return False
        return not any(_varies(".".join(path)) for one in answer for path in self.asked_by(one))


def _varies(path: str) -> bool:
    return f"{path}.".startswith(_BELOW)
