"""Listeners: whose runs' ends are heard on the bus, told to `Ends` before a rule listens and taken back after it is gone.

Pipelines say it by their triggers, a project by `announce: all`, and a rule of somebody else's on our bus by its pattern:
whoever subscribes to the ends of runs with a rule of his own is heard of at the next tidying.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from events.pattern import Pattern
from murmuration.aws.ends import ALL, Ends
from murmuration.aws.listening import listened_to, may_hear_an_end
from murmuration.aws.publish.buses import OnBuses
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.pipeline import Pipeline

_RULE: Final = "rule/"
_PROJECTOR: Final[JsonObject] = {"source": ["murmuration"], "detail": {"canary": [{"exists": False}]}}


class Listeners:
    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def begin(self, pipelines: Iterable[tuple[Pipeline, bool | None]]) -> None:
        """With each, whether its project announces everything; None where the project was not given."""
        for pipeline, announce in pipelines:
            for whose, listener in listened_to(pipeline, announce=bool(announce)):
                self._ends.listen(whose, listener)
            if announce is False:
                for whose, listener in listened_to(pipeline, announce=True) - listened_to(pipeline):
                    self._ends.forget(whose, listener)

    def end(self, still: Iterable[Pipeline], no_more: Iterable[Pipeline]) -> None:
        """Versions that start runs, and those that only end theirs."""
        wanted = frozenset[tuple[str, str]]().union(*(listened_to(pipeline) for pipeline in still))
        for pipeline in no_more:
            for whose, listener in listened_to(pipeline) - wanted:
                self._ends.forget(whose, listener)

    def others(self, seen: OnBuses, bus: str) -> None:
        """Rules that are none of ours."""
        hearing = {
            f"{_RULE}{rule.place.name}"
            for rule in seen.rules
            if rule.place.bus == bus and not rule.ours and rule.enabled and _hears(rule.pattern)
        }
        known = {name for name in self._ends.listeners(ALL) if name.startswith(_RULE)}
        for name in hearing - known:
            self._ends.listen(ALL, name)
        for name in known - hearing:
            self._ends.forget(ALL, name)


def _hears(pattern: JsonObject) -> bool:
    if not pattern or pattern == _PROJECTOR:
        return False
    try:
        Pattern(pattern)
    except MurmurationError:
        # Younger than our engine.
        return True
    return may_hear_an_end(pattern)
