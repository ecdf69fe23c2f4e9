"""Tidying: what drained retires, what is missing is put, what nobody wants goes. Done after every publish and every few minutes.

    live, published        all its rules are wanted: versions that people want
    draining               its own rules are wanted, its triggers are not: runs still end on it
    retiring               the same, until it was looked at a second time; then none
    retired                none

A version retires in two looks. It has drained for longer than a start may take, and no run of it is unended: it is retiring
from then on. Later the same is found again: now its rules go. The index in which unended runs are found may lag, by
moments; between the looks lie minutes. Were a run overlooked all the same, the sweeper would lead it on by address.

What must always hold: the caller holds the lease; a rule that a version wants is never removed; rules that are no work of
ours stay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from events.ledger import Millis
from events.ports import Clock
from events.rules.rule import Owner
from murmuration.aws.catalog import IDLE_MS, AwsCatalog, Standing
from murmuration.aws.publish.buses import OnBuses
from murmuration.aws.publish.listeners import Listeners
from murmuration.aws.publish.putting import Putting
from murmuration.aws.publish.wanted import Place, Wanted, read_all
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import VersionState

log = logging.getLogger("murmuration.publish")

LOOK_AGAIN_MS: Millis = 5 * 60_000

STARTING: Final = frozenset({VersionState.LIVE, VersionState.PUBLISHED})
"""What may start runs, or is about to."""

Unended = Callable[[str, int], bool]
"""Has this version of the pipeline a run that has not ended?"""


@dataclass(frozen=True, slots=True)
class Tidied:
    put: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    retiring: tuple[str, ...] = ()

    def document(self) -> JsonObject:
        return {
            "put": [*self.put],
            "removed": [*self.removed],
            "retired": [*self.retired],
            "retiring": [*self.retiring],
        }


class Tidying:
    def __init__(
        self, catalog: AwsCatalog, putting: Putting, listeners: Listeners, unended: Unended, clock: Clock
    ) -> None:
        self._catalog = catalog
        self._putting = putting
        self._listeners = listeners
        self._unended = unended
        self._clock = clock

    def tidy(self, seen: OnBuses, bus: str) -> Tidied:
        wanted: dict[Place, Wanted] = {}
        starting: list[Pipeline] = []
        ending: list[Pipeline] = []
        going: list[tuple[str, int]] = []
        retiring: list[str] = []
        for name in self._catalog.names():
            for standing in self._catalog.versions(name):
                state = self._moved(name, standing)
                if state is VersionState.RETIRED:
                    continue
                if state is VersionState.RETIRING and standing.state is not state:
                    retiring.append(f"{name}@{standing.number}")
                (starting if state in STARTING else ending).append(self._pipeline(name, standing.number))
                if state is None:
                    going.append((name, standing.number))
                else:
                    wanted |= {rule.place: rule for rule in self._wanted(name, standing.number, state)}
        put = self._put_missing(wanted, seen)
        removed = self._remove_orphans(wanted, seen)
        self._listeners.end(starting, ending)
        self._listeners.others(seen, bus)
        for name, number in going:
            self._catalog.retired(name, number, self._clock.now())
        return Tidied(put, removed, tuple(f"{name}@{number}" for name, number in going), tuple(retiring))

    def _moved(self, name: str, standing: Standing) -> VersionState | None:
        """Where it now stands; None: all its rules go, and then it has retired."""
        match standing.state:
            case VersionState.LIVE | VersionState.RETIRED:
                return standing.state
            case VersionState.PUBLISHED | VersionState.DRAINING:
                return self._begin(name, standing)
            case VersionState.RETIRING:
                if self._clock.now() - standing.since < LOOK_AGAIN_MS or self._unended(name, standing.number):
                    return standing.state
                return None

    def _begin(self, name: str, standing: Standing) -> VersionState:
        """The catalog holds how long it must have been idle; asked first, since it costs less than looking for runs."""
        if self._clock.now() - standing.since < IDLE_MS or self._unended(name, standing.number):
            return standing.state
        done = self._catalog.retiring(name, standing.number, self._clock.now())
        return VersionState.RETIRING if done else standing.state

    def _wanted(self, name: str, number: int, state: VersionState) -> Iterator[Wanted]:
        for rule in read_all(self._catalog.rules_of(name, number)):
            if state in STARTING or rule.owner is not Owner.PIPELINE:
                yield rule

    def _pipeline(self, name: str, number: int) -> Pipeline:
        published = self._catalog.version(f"{name}@{number}")
        assert published is not None, "a version that stands somewhere is there"
        return published.version.pipeline

    def _put_missing(self, wanted: dict[Place, Wanted], seen: OnBuses) -> tuple[str, ...]:
        """Somebody removed or disabled it, or a version has been woken."""
        missing = [rule for rule in wanted.values() if not seen.has(rule)]
        for rule in missing:
            log.warning("the rule %s was missing: it is put again", rule.place.name)
            self._putting.put(rule, there=rule.place in seen)
        return tuple(rule.place.name for rule in missing)

    def _remove_orphans(self, wanted: dict[Place, Wanted], seen: OnBuses) -> tuple[str, ...]:
        orphans = [rule.place for rule in seen.ours() if rule.place not in wanted or seen.deployed(wanted[rule.place])]
        for place in orphans:
            self._putting.remove(place)
        return tuple(place.name for place in orphans)
