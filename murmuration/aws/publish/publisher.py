"""Publishing: a version's rules go on the bus, are proven to deliver, and only then is it the one that is started.

    1 prepare     check quota, functions and buckets; nothing is changed while anything stands in the way
    2 catalog     the version and its rules are written down: `published`
    3 rules       what is missing is put; what is there is kept. Triggers' rules too
    4 canaries    every rule that is new, or whose publish was killed, must have delivered to each of its targets
    5 flip        one transaction: this version is live, the one before it drains. Then its schedules
    6 tidy        triggers' rules that nobody wants any more go; what has drained retires (`tidying`)

What must always hold
  1. Killed anywhere and run again, the same rules and the same catalog come of it. A step asks what is there and does the
     rest; the catalog says what is wanted, before it is put.
  2. A version goes live only when all of its rules deliver, and its old one keeps its own until its last run has ended.
  3. One at a time changes rules (`lease`). Whoever loses the flip is told so, and its version goes when it is tidied.

Rolling back is the same: a version of the catalog, its rules put again where they are gone, canaries, flip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from events.ports import Clock
from events.rules import Surroundings
from events.rules.rule import Owner
from handlers.publishing import NotLive
from murmuration.aws.catalog import AwsCatalog
from murmuration.aws.ends import Ends
from murmuration.aws.publish.buckets import bucket_obstacles
from murmuration.aws.publish.buses import OnBuses, look
from murmuration.aws.publish.canary import Canaries, Send
from murmuration.aws.publish.impact import Impact, Obstacle
from murmuration.aws.publish.lambdas import lambda_obstacles
from murmuration.aws.publish.lease import Lease, PublishedElsewhere, Sleep
from murmuration.aws.publish.listeners import Listeners
from murmuration.aws.publish.prepare import Asked, Prepared, of_version, prepare, prepare_aside
from murmuration.aws.publish.putting import Putting
from murmuration.aws.publish.quota import Sum, rules_allowed
from murmuration.aws.publish.tidying import Tidied, Tidying, Unended
from murmuration.aws.publish.wanted import Wanted
from murmuration.aws.schedules import AwsSchedules
from murmuration.aws.settings import AwsSettings
from murmuration.aws.table import Table
from schemas.errors import MurmurationError
from schemas.version import VersionState


class NoSuchVersion(MurmurationError):
    code = "no-such-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What publishing works with. Clients are patient ones: they wait where the API asks them to."""

    surroundings: Surroundings
    stage: str
    events: Any
    lambda_: Any
    s3: Any
    quotas: Any
    table: Table
    catalog: AwsCatalog
    schedules: AwsSchedules
    ends: Ends
    settings: AwsSettings
    unended: Unended
    send: Send
    clock: Clock
    sleep: Sleep
    token: str
    """Nobody else's: whose lease it is."""
    by: str
    """Who publishes, for those who wait."""


class Publisher:
    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    # without changing anything

    def impact(self, asked: Sequence[Asked]) -> Impact:
        """What publishing these would do, and all that stands in the way."""
        return self._prepared(asked)[1]

    def impact_of(self, reference: str) -> Impact:
        """The same for a version that was published before."""
        return self._impact([self._kept(reference)], self._look(), rules_allowed(self._tools.quotas))

    def live(self, projects: Collection[str]) -> list[str]:
        """The pipelines of these projects of which a version is live."""
        catalog = self._tools.catalog
        names = [name for name in catalog.names() if name.partition("/")[0] in projects]
        return [name for name in names if catalog.pointer(name).active is not None]

    # with the lease

    def publish(self, asked: Sequence[Asked]) -> Impact:
        with self._lease() as lease:
            prepared, impact, seen = self._prepared(asked)
            impact.require()
            for one in prepared:
                self._write_down(one)
            self._give_variables(asked)
            announced = (one.announce for one in asked)
            listening = zip((one.version.pipeline for one in prepared), announced, strict=True)
            Listeners(self._tools.ends).begin(listening)
            self._make_live(prepared, seen, lease)
            self._tidy(lease)
        return impact

    def activate(self, reference: str) -> Impact:
        """Make a version that was published before the live one: roll back, or forth."""
        with self._lease() as lease:
            prepared = self._kept(reference)
            seen, quota = self._look(), rules_allowed(self._tools.quotas)
            impact = self._impact([prepared], seen, quota)
            impact.require()
            if prepared.state in (VersionState.RETIRING, VersionState.RETIRED):
                self._wake(prepared)
            Listeners(self._tools.ends).begin([(prepared.version.pipeline, None)])
            self._make_live([prepared], seen, lease)
            self._tidy(lease)
        return impact

    def unpublish(self, pipelines: Sequence[str]) -> None:
        """Nothing starts them any more; their runs go on. None of them, where one is not live."""
        catalog = self._tools.catalog
        with self._lease() as lease:
            pointers = {name: catalog.pointer(name) for name in pipelines}
            for name, pointer in pointers.items():
                if pointer.active is None:
                    raise NotLive(f"{name} is not live", advice="murmur publish makes it live")
            for name, pointer in pointers.items():
                lease.keep()
                if not catalog.take_out(name, pointer, self._tools.clock.now()):
                    raise PublishedElsewhere(f"{name} was published by somebody else meanwhile", advice="Try again")
                self._tools.schedules.remove(name)
            self._tidy(lease)

    def wake(self, reference: str) -> bool:
        """The rules of a version that has retired, for a run of it that is to be run again. False: they are there."""
        with self._lease() as lease:
            prepared = self._kept(reference)
            if prepared.state not in (VersionState.RETIRING, VersionState.RETIRED):
                return False
            self._wake(prepared)
            own = [rule for rule in prepared.rules if rule.canaried]
            self._put(own, self._look(), lease)
            self._canaries(lease).come_through(own)
        return True

    def aside(self, asked: Asked) -> str:
        """A version that is run and never live: what is active stays so, and nothing triggers this one. Its reference.

        A document that is the active version or the last one is not put again. It retires when it has been idle, as any other."""
        catalog = self._tools.catalog
        with self._lease() as lease:
            prepared = prepare_aside(asked, catalog, self._tools.surroundings)
            if prepared.live:
                return prepared.version.reference
            seen, quota = self._look(), rules_allowed(self._tools.quotas)
            self._impact([prepared], seen, quota).require()
            self._write_down(prepared)
            if prepared.state in (VersionState.RETIRING, VersionState.RETIRED):
                self._wake(prepared)
            else:
                # First, so that it is nobody's orphan while its rules are put and tried.
                self._drain(prepared)
            own = [rule for rule in prepared.rules if rule.owner is not Owner.PIPELINE]
            new = self._put(own, seen, lease)
            unproven = [rule for rule in own if not seen.deployed(rule)]
            self._canaries(lease).come_through({rule.place: rule for rule in (*new, *unproven)}.values())
            self._drain(prepared)
        return prepared.version.reference

    def tidy(self) -> Tidied:
        """Also the schedules of all pipelines: whoever was killed after a flip left them as they were."""
        catalog = self._tools.catalog
        with self._lease() as lease:
            told = self._tidy(lease)
            for name in catalog.names():
                lease.keep()
                number = catalog.pointer(name).active
                published = None if number is None else catalog.version(f"{name}@{number}")
                if published is None:
                    self._tools.schedules.remove(name)
                else:
                    self._tools.schedules.put(published.version.pipeline)
            return told

    # steps

    def _prepared(self, asked: Sequence[Asked]) -> tuple[list[Prepared], Impact, OnBuses]:
        tools = self._tools
        seen, quota = self._look(), rules_allowed(tools.quotas)
        prepared = [prepare(one, tools.catalog, seen, tools.surroundings, quota) for one in asked]
        return prepared, self._impact(prepared, seen, quota), seen

    def _impact(self, prepared: Sequence[Prepared], seen: OnBuses, quota: int) -> Impact:
        tools = self._tools
        rules = [rule for one in prepared for rule in one.rules]
        sum_ = Sum(seen, rules, tools.surroundings.bus, quota)
        obstacles: list[Obstacle] = [*sum_.obstacles()]
        for one in prepared:
            pipeline = one.version.pipeline
            obstacles += lambda_obstacles(pipeline, tools.lambda_, tools.events, tools.surroundings)
            obstacles += bucket_obstacles(pipeline.name, one.rules, tools.s3)
        return Impact(tuple(one.change(seen) for one in prepared), sum_.document(), tuple(obstacles))

    def _kept(self, reference: str) -> Prepared:
        found = of_version(reference, self._tools.catalog)
        if found is None:
            raise NoSuchVersion(f"there is no version {reference}", advice="Name it as PROJECT/PIPELINE@NUMBER")
        return found

    def _write_down(self, one: Prepared) -> None:
        if one.state is not None:
            return
        documents = [rule.document() for rule in one.rules]
        if not self._tools.catalog.put(one.published, documents, self._tools.clock.now()):
            raise _meanwhile(one)

    def _give_variables(self, asked: Iterable[Asked]) -> None:
        """To tasks of the project, as of their next attempt. What was given otherwise stays."""
        for project, variables in {one.pipeline.project: one.variables for one in asked}.items():
            if variables:
                there = self._tools.settings.variables(project)
                changed = {name: value for name, value in variables.items() if there.get(name) != value}
                self._tools.settings.put_variables(project, changed)

    def _wake(self, one: Prepared) -> None:
        """Nobody is taking its rules away: the lease is ours."""
        catalog, at = self._tools.catalog, self._tools.clock.now()
        if one.state is VersionState.RETIRING:
            catalog.retired(one.name, one.version.number, at)
        if not catalog.wake(one.name, one.version.number, at):
            raise _meanwhile(one)

    def _drain(self, one: Prepared) -> None:
        if not self._tools.catalog.drain(one.name, one.version.number, self._tools.clock.now()):
            raise _meanwhile(one)

    def _make_live(self, prepared: Sequence[Prepared], seen: OnBuses, lease: Lease) -> None:
        new = self._put([rule for one in prepared for rule in one.rules], seen, lease)
        unproven = [rule for one in prepared if not one.live for rule in one.rules if not seen.deployed(rule)]
        self._canaries(lease).come_through({rule.place: rule for rule in (*new, *unproven)}.values())
        for one in prepared:
            lease.keep()
            if one.live:
                continue
            if not self._tools.catalog.flip(one.name, one.version.number, one.pointer, self._tools.clock.now()):
                raise _meanwhile(one)
        for one in prepared:
            lease.keep()
            self._tools.schedules.put(one.version.pipeline)

    def _put(self, rules: Iterable[Wanted], seen: OnBuses, lease: Lease) -> list[Wanted]:
        missing = [rule for rule in {rule.place: rule for rule in rules}.values() if not seen.has(rule)]
        putting = self._putting(lease)
        for rule in missing:
            putting.put(rule, there=rule.place in seen)
        return missing

    def _tidy(self, lease: Lease) -> Tidied:
        tools = self._tools
        listeners = Listeners(tools.ends)
        tidying = Tidying(tools.catalog, self._putting(lease), listeners, tools.unended, tools.clock)
        return tidying.tidy(self._look(), tools.surroundings.bus)

    def _look(self) -> OnBuses:
        return look(self._tools.events, self._tools.surroundings)

    def _putting(self, lease: Lease) -> Putting:
        tools = self._tools
        return Putting(tools.events, tools.table, tools.surroundings.prefix, tools.stage, tools.sleep, lease.keep)

    def _canaries(self, lease: Lease) -> Canaries:
        tools = self._tools
        return Canaries(tools.table, tools.send, tools.clock, tools.sleep, lease.keep)

    def _lease(self) -> Lease:
        tools = self._tools
        return Lease(tools.table, tools.clock, tools.sleep, tools.token, tools.by)


def _meanwhile(one: Prepared) -> PublishedElsewhere:
    return PublishedElsewhere(
        f"{one.name} was published by somebody else meanwhile", where=one.version.reference, advice="Publish again"
    )
